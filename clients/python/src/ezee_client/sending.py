"""What both clients do around the sending itself: headers before it, and reading what comes."""

from __future__ import annotations

from typing import Any, Protocol

import httpx

from ezee_client.calls import Call
from ezee_client.errors import EzeeError, Unreachable, error_of

# A Parquet file is made whole before its first byte is sent. Seconds.
LASTING = httpx.Timeout(10.0, read=600.0)


class Writable(Protocol):
    """What files are written to: a file that is open for bytes, say."""

    def write(self, piece: bytes, /) -> object:
        """Take a piece."""


def headers_of(token: str | None) -> dict[str, str]:
    """The headers of every request."""
    headers = {"Accept": "application/json", "User-Agent": "ezee-client"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def arguments_of(call: Call) -> dict[str, Any]:
    """What httpx is to send."""
    sent: dict[str, Any] = {"method": call.method, "url": call.path}
    if call.params:
        sent["params"] = list(call.params)
    if call.body is not None:
        sent["json"] = call.body
    return sent


def data_of(answer: httpx.Response) -> Any:
    """The ``data`` of an answer, None where it has none.

    Raises:
        EzeeError: the service refused.
    """
    try:
        body = answer.json() if answer.content else None
    except ValueError:
        body = None
    if not answer.is_success:
        raise error_of(answer.status_code, body, answer.headers.get("retry-after"))
    if answer.status_code == 204:
        return None
    if not isinstance(body, dict) or "data" not in body:
        raise Unreachable("Something else than the service answered.", status=answer.status_code)
    return body["data"]


def broken_off() -> EzeeError:
    """The error for a file that is not whole."""
    return Unreachable("The file broke off before its end.", status=200)


def no_answer(failure: httpx.RequestError) -> EzeeError:
    """The error for a request that got none."""
    return Unreachable(f"The service could not be reached ({type(failure).__name__}).")
