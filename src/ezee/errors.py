"""The named failures of the service.

Domain code raises these and knows nothing of HTTP; ``web.errors`` holds the one table that
turns a code into a status. Every message is a sentence of our own that may be shown to anyone:
no path, SQL, address, secret or library's wording ever stands in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class FieldError(NamedTuple):
    """One wrong field or parameter, named as the caller named it."""

    field: str
    message: str


class EzeeError(Exception):
    """A failure that a caller can be told about. ``code`` is the contract's error code."""

    code: ClassVar[str] = "server_error"
    default: ClassVar[str] = "Something failed on our side. Try again in a moment."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.default
        # By which an operator finds the line of a failure in the log.
        self.request_id = ""
        super().__init__(self.message)


class InvalidRequest(EzeeError):
    """The body or a parameter is wrong; ``details`` names each field."""

    code = "invalid_request"
    default = "The request is not valid."

    def __init__(self, message: str | None = None, details: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)

    @classmethod
    def field(cls, name: str, message: str) -> InvalidRequest:
        """One wrong field; the sentence that names it is the message as well."""
        return cls(f"{name}: {message}", [FieldError(name, message)])


class Unauthorized(EzeeError):
    """A token is missing, malformed, expired or revoked."""

    code = "unauthorized"
    default = "Missing or invalid Bearer token. Create one in your dashboard under the Tokens tab."


class Forbidden(EzeeError):
    """The token is valid but may not do this."""

    code = "forbidden"
    default = "This token may not do that."


class NotFound(EzeeError):
    """The thing does not exist or is not the caller's; never say which."""

    code = "not_found"
    default = "There is nothing here, or your token has no access to it."


class Conflict(EzeeError):
    """The change contradicts what is there."""

    code = "conflict"
    default = "The change contradicts what is already there."


class MethodNotAllowed(EzeeError):
    """The path exists, the method does not; ``allow`` lists those that do."""

    code = "method_not_allowed"
    default = "This method is not answered here."

    def __init__(self, allow: Sequence[str]) -> None:
        super().__init__(f"This method is not answered here. Use {' or '.join(sorted(allow))}.")
        self.allow = tuple(sorted(allow))


class PayloadTooLarge(EzeeError):
    """The body is over the documented size."""

    code = "payload_too_large"
    default = "The body is larger than 1 MiB."


class UnsupportedMediaType(EzeeError):
    """The body's type is not read here."""

    code = "unsupported_media_type"
    default = "Send the body as application/json."


class RateLimited(EzeeError):
    """Too many requests; ``retry_after`` is in whole seconds, and a request made then passes."""

    code = "rate_limited"

    def __init__(self, retry_after: int) -> None:
        noun = "second" if retry_after == 1 else "seconds"
        super().__init__(f"Too many requests. Try again in {retry_after} {noun}.")
        self.retry_after = retry_after


class Unavailable(EzeeError):
    """Nothing was recorded because it cannot be stored durably now; ``retry_after`` in seconds."""

    code = "unavailable"
    default = "This cannot be stored safely right now. Nothing was recorded; try again shortly."

    def __init__(self, message: str | None = None, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SetupError(EzeeError):
    """The service or a command cannot start as it is set up; the message says what to do."""

    code = "setup"


class OutOfDate(SetupError):
    """What is there was written by an older version, and nothing is changed without being told."""

    default = (
        "The data folder was written by an older version of ezee. `ezee upgrade` brings it up to "
        "date, and so does the next start of the service; both make a snapshot first."
    )
