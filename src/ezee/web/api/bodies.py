"""What a request's body holds, before anything in it is judged."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException

from ezee.errors import InvalidRequest

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
# JSON has no largest number: 1e999 is one, and infinity here.
_value = msgspec.json.Decoder(float_hook=float)


async def take_body(request: Request[Any, Any, Any]) -> None:
    """Take in the body of a request, wanted or not: the framework refuses one that is too large.

    Raises:
        InvalidRequest: its sender hung up.
    """
    try:
        await request.body()
    except InternalServerException:
        raise InvalidRequest("The request ended before its body did.") from None


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
