"""HEAD: what GET would answer, without the body."""

from __future__ import annotations

from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send


def answer_heads(application: ASGIApp) -> ASGIApp:
    """The application, answering HEAD wherever it answers GET."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            await application({**scope, "method": "GET"}, receive, _sending_the_head(send))
        else:
            await application(scope, receive, send)

    return answer


def with_head(methods: Iterable[str]) -> list[str]:
    """The methods that are answered where these are."""
    named = set(methods)
    return sorted(named | {"HEAD"} if "GET" in named else named)


def _sending_the_head(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            # The end, said at once: an export is long, and a stream has none.
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return sending
