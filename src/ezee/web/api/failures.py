"""The framework's failures, turned into ours: no wording of a library reaches a caller."""

from __future__ import annotations

import traceback
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
)

from ezee.errors import (
    EzeeError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
)
from ezee.web.errors import answer_json, answer_page, wants_json

_log = structlog.get_logger("ezee.web")


def answer_failure(request: Request[Any, Any, Any], failure: Exception) -> Response[bytes]:
    """The answer to a request that failed, in the shape its sender can read."""
    error = as_ours(failure)
    accept = request.headers.getall("accept", [])
    answer = (answer_json if wants_json(request.scope["path"], accept) else answer_page)(error)
    # The framework adds the charset.
    media_type = answer.headers.pop("content-type").partition(";")[0]
    return Response(
        answer.body, status_code=answer.status, headers=answer.headers, media_type=media_type
    )


def as_ours(failure: Exception) -> EzeeError:
    """The named failure that stands for any other."""
    if isinstance(failure, EzeeError):
        return failure
    if isinstance(failure, NotFoundException):
        return NotFound()
    if isinstance(failure, MethodNotAllowedException):
        return MethodNotAllowed(_allowed(failure))
    if isinstance(failure, HTTPException) and failure.status_code == 413:
        return PayloadTooLarge()
    if isinstance(failure, HTTPException) and failure.status_code < 500:
        return InvalidRequest()
    log_failure(failure)
    return EzeeError()


def log_failure(failure: BaseException) -> None:
    """Say where something failed. Its message is left out: it may quote what a visitor sent."""
    frames = traceback.extract_tb(failure.__traceback__)
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-6:]]
    _log.error("request failed", kind=type(failure).__name__, where=" > ".join(where))


def _allowed(failure: MethodNotAllowedException) -> list[str]:
    allow = (failure.headers or {}).get("allow", "")
    return [method.strip() for method in allow.split(",") if method.strip()]
