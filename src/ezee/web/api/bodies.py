"""What a request's body holds, before anything in it is judged."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from ezee.errors import InvalidRequest

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
# JSON has no largest number: 1e999 is one, and infinity here.
_value = msgspec.json.Decoder(float_hook=float)


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body must be.

    Only the envelope is checked here, so that one answer can name every wrong field. A number
    that is too large to be held is infinity, which no field takes.

    Raises:
        InvalidRequest: the body is something else.
    """
    try:
        return {name: _read(raw) for name, raw in _fields.decode(body).items()}
    except msgspec.ValidationError:
        raise InvalidRequest("The body must be a JSON object.") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidRequest("The body is not valid JSON in UTF-8.") from None


def _read(raw: msgspec.Raw) -> object:
    try:
        return _value.decode(raw)
    except msgspec.ValidationError:
        # A whole number of thousands of digits, here or within.
        return math.inf
