"""Middleware for ASGI applications: Starlette, FastAPI, Litestar, Django."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ezee_client.events import Event
from ezee_client.pageviews import Counting, Served, is_page

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def peer(scope: Scope) -> str:
    """The address that the connection comes from."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class EzeeMiddleware:
    """Counts the pages that an application serves, and stamps them.

    The stamp of the page is ``request.state.ezee_stamp`` while the page is made. The pageview goes
    to ``add``, a batcher's, after the answer: no answer waits for it. Behind a proxy have the
    server believe it about addresses, or give an ``address`` that does. ``counts`` says what is a
    page.
    """

    def __init__(
        self,
        app: Application,
        *,
        site_id: str,
        add: Callable[[Event], object] | None = None,
        secret: str | None = None,
        gpc: bool = True,
        address: Callable[[Scope], str] = peer,
        counts: Callable[[Served], bool] = is_page,
    ) -> None:
        self._app = app
        self._counting = Counting(site_id, add, secret, gpc, counts)
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if stamp := self._counting.stamp(_path(scope)):
            scope.setdefault("state", {})["ezee_stamp"] = stamp
        # What is below may change it.
        served_as = dict(scope)
        started: list[Message] = []

        async def watch(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                started.append(message)
            elif started and not message.get("more_body"):
                # The last of it is out; what the application still does is no part of the visit.
                self._counting.count(self._served(served_as, started.pop()))

        await self._app(scope, receive, watch)

    def _served(self, scope: Scope, start: Message) -> Served:
        headers = _headers(scope["headers"])
        return Served(
            method=scope["method"],
            path=_path(scope),
            query=scope["query_string"].decode("latin-1"),
            host=headers.get("host", ""),
            scheme=scope.get("scheme", "http"),
            address=self._address(scope),
            headers=headers,
            status=start["status"],
            content_type=_headers(start.get("headers", ())).get("content-type", ""),
        )


def _path(scope: Scope) -> str:
    """As the browser sent it: still percent-encoded, and without the query."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")


def _headers(pairs: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
