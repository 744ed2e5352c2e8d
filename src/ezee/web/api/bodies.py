"""What a request's body holds, before anything in it is judged."""

from __future__ import annotations

from typing import Any

import msgspec

from ezee.errors import InvalidRequest


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body must be.

    Only the envelope is checked here, so that one answer can name every wrong field.

    Raises:
        InvalidRequest: the body is something else.
    """
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.ValidationError:
        raise InvalidRequest("The body must be a JSON object.") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidRequest("The body is not valid JSON in UTF-8.") from None
