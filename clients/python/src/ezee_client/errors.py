"""What can go wrong, by the name that the service gives it."""

from __future__ import annotations

from typing import Any


class EzeeError(Exception):
    """The service did not do it. ``status`` is 0 where it did not answer at all.

    ``retry_after`` is how many seconds it wants to be left alone, None where it did not say.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str = "",
        details: list[dict[str, str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.details = details or []
        self.retry_after = retry_after


class InvalidRequest(EzeeError):
    """Something in it is wrong; ``details`` names each field."""


class Unauthorized(EzeeError):
    """The token is missing, malformed, expired or revoked."""


class Forbidden(EzeeError):
    """The token may not do that, or it came over plain HTTP."""


class NotFound(EzeeError):
    """It does not exist, or is not yours."""


class Conflict(EzeeError):
    """It contradicts what is there."""


class RateLimited(EzeeError):
    """Too many requests."""


class Unavailable(EzeeError):
    """It cannot be stored, or not be read, just now. Nothing was recorded."""


class Unreachable(EzeeError):
    """There was no answer, or not the service's."""


_KINDS: dict[str, type[EzeeError]] = {
    "invalid_request": InvalidRequest,
    "unauthorized": Unauthorized,
    "forbidden": Forbidden,
    "not_found": NotFound,
    "conflict": Conflict,
    "rate_limited": RateLimited,
    "unavailable": Unavailable,
}


def error_of(status: int, body: Any, retry_after: str | None) -> EzeeError:
    """The error that an answer tells of; ``body`` is its JSON, None where it had none."""
    told = body if isinstance(body, dict) else {}
    code = str(told.get("error", ""))
    # A proxy in front answers for a service that is away.
    kind = _KINDS.get(code, Unreachable if status in {502, 503, 504} else EzeeError)
    return kind(
        str(told.get("message", f"The service answered with status {status}.")),
        status=status,
        code=code,
        details=told.get("details"),
        retry_after=int(retry_after) if retry_after and retry_after.isdigit() else None,
    )
