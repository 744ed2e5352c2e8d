"""From a named failure to an answer: the one status table, the one JSON shape."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

import msgspec
import structlog

from ezee.errors import (
    EzeeError,
    FieldError,
    InvalidRequest,
    MethodNotAllowed,
    RateLimited,
    Unavailable,
)

STATUS = {
    "invalid_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "rate_limited": 429,
    "server_error": 500,
    "unavailable": 503,
}


_log = structlog.get_logger("ezee.web")


class Answer(NamedTuple):
    """A whole HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer_json(error: EzeeError, details: Iterable[FieldError] = ()) -> Answer:
    """The answer that tells a program of a failure, its own details or these beside it."""
    content: dict[str, object] = {"error": error.code, "message": error.message}
    told = [*error.details] if isinstance(error, InvalidRequest) else [*details]
    if told:
        content["details"] = [detail._asdict() for detail in told]
    headers = {"content-type": "application/json", "cache-control": "no-store", **headers_of(error)}
    return Answer(status_of(error), headers, msgspec.json.encode(content))


def answer_page(error: EzeeError) -> Answer:
    """The answer that tells a person of a failure beside a picture, where no pages are made."""
    status = status_of(error)
    title = _TITLES.get(status, "Something went wrong")
    page = _PAGE.format(title=escape(title), message=escape(error.message))
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        **headers_of(error),
    }
    return Answer(status, headers, page.encode())


def wants_json(path: str, accept: Iterable[str]) -> bool:
    """Whether a failure on this path is told in JSON."""
    if path == "/api" or path.startswith("/api/"):
        return True
    return any("application/json" in each for each in accept)


def log_failure(failure: BaseException) -> EzeeError:
    """Say where something failed. Its message is left out: it may quote what a visitor sent.

    Returns what its caller is told: that it failed, and under which id the line is found.
    """
    told = EzeeError()
    told.request_id = secrets.token_hex(8)
    frames = traceback.extract_tb(failure.__traceback__)
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-6:]]
    kind = type(failure).__name__
    _log.error("request failed", kind=kind, where=" > ".join(where), request_id=told.request_id)
    return told


def status_of(error: EzeeError) -> int:
    """The HTTP status of a failure."""
    return STATUS.get(error.code, 500)


def headers_of(error: EzeeError) -> dict[str, str]:
    """The headers that a failure's answer carries."""
    if error.code == "unauthorized":
        return {"www-authenticate": "Bearer"}
    if isinstance(error, MethodNotAllowed):
        return {"allow": ", ".join(error.allow)}
    if isinstance(error, (RateLimited, Unavailable)):
        return {"retry-after": str(error.retry_after)}
    if error.request_id:
        return {"x-request-id": error.request_id}
    return {}


_TITLES = {
    404: "There is nothing here",
    405: "That is not possible here",
    500: "Something went wrong on our side",
    503: "Back in a moment",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; --paper: #fbfaf7; --ink: #1b1d1f; --accent: #0b6e6e }}
@media (prefers-color-scheme: dark) {{
:root {{ --paper: #141618; --ink: #eceae4; --accent: #4fc4bd }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink);
margin: 20vh auto; max-width: 32rem; padding: 0 1rem }}
a {{ color: var(--accent) }}
</style></head>
<body><h1>{title}</h1><p>{message}</p><p><a href="/">Back to the start</a></p></body></html>
"""
