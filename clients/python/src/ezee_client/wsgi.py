"""Middleware for WSGI applications: Flask, Django, Pyramid, Bottle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ezee_client.events import Event
from ezee_client.pageviews import Counting, Served, is_page

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def peer(environ: WSGIEnvironment) -> str:
    """The address that the connection comes from."""
    return str(environ.get("REMOTE_ADDR", ""))


class EzeeMiddleware:
    """Counts the pages that an application serves, and stamps them.

    The stamp of the page is ``environ["ezee.stamp"]`` while the page is made. The pageview goes to
    ``add``, a batcher's, after the answer: no answer waits for it. Behind a proxy have the server
    believe it about addresses, or give an ``address`` that does. ``counts`` says
    what is a page.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        site_id: str,
        add: Callable[[Event], object] | None = None,
        secret: str | None = None,
        gpc: bool = True,
        address: Callable[[WSGIEnvironment], str] = peer,
        counts: Callable[[Served], bool] = is_page,
    ) -> None:
        self._app = app
        self._counting = Counting(site_id, add, secret, gpc, counts)
        self._address = address

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request."""
        # What is below may change it.
        served_as = dict(environ)
        if stamp := self._counting.stamp(_path(environ)):
            environ["ezee.stamp"] = stamp
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def watch(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            started[:] = [(status, headers)]
            return start_response(status, headers, *rest)

        body = self._app(environ, watch)
        return _Watched(body, lambda: self._count(served_as, started))

    def _count(
        self, environ: WSGIEnvironment, started: list[tuple[str, list[tuple[str, str]]]]
    ) -> None:
        if not started:
            return
        status, headers = started[0]
        types = [value for name, value in headers if name.lower() == "content-type"]
        self._counting.count(
            Served(
                method=environ["REQUEST_METHOD"],
                path=_path(environ),
                query=environ.get("QUERY_STRING", ""),
                host=environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""),
                scheme=environ.get("wsgi.url_scheme", "http"),
                address=self._address(environ),
                headers={
                    key[5:].replace("_", "-").lower(): value
                    for key, value in environ.items()
                    if key.startswith("HTTP_")
                },
                status=int(status.split()[0]),
                content_type=types[0] if types else "",
            )
        )


class _Watched:
    """A body that says when the server is done with it."""

    def __init__(self, body: Iterable[bytes], done: Callable[[], None]) -> None:
        self._body = body
        self._done = done

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._done()


def _path(environ: WSGIEnvironment) -> str:
    """As the browser sent it, where the server keeps that; else encoded anew."""
    kept = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if kept:
        return str(kept).partition("?")[0]
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~") or "/"
