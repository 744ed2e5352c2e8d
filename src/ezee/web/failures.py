"""The framework's failures, turned into ours: no wording of a library reaches a caller."""

from __future__ import annotations

from typing import Any

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
from ezee.web.errors import answer_json, log_failure, wants_json
from ezee.web.heads import with_head
from ezee.web.html.failures import failure_page


def answer_failure(request: Request[Any, Any, Any], failure: Exception) -> Response[Any]:
    """The answer to a request that failed, in the shape its sender can read."""
    error = as_ours(failure)
    accept = request.headers.getall("accept", [])
    if not wants_json(request.scope["path"], accept):
        return failure_page(request, error)
    answer = answer_json(error)
    return Response(
        answer.body,
        status_code=answer.status,
        headers=answer.headers,
        media_type=answer.headers.pop("content-type"),
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
    return log_failure(failure)


def _allowed(failure: MethodNotAllowedException) -> list[str]:
    allow = (failure.headers or {}).get("allow", "")
    return with_head(method.strip() for method in allow.split(",") if method.strip())
