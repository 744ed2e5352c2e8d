"""A web site for tests: pages on a port of their own, and what was asked of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

HOST = "shop.example.com"
"""Where the test's Chromium finds the pages; it is no local host to those who look at the name."""


class Page(NamedTuple):
    """What is answered for a path, after ``seconds``."""

    content: str | bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    seconds: float = 0


class PageServer:
    """Pages by their paths, in ``pages``; a path that is not there is a 404 page, ``missing``.

    ``requests`` are the paths asked for, favicons aside; ``posts`` what was posted, and where.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.missing = Page("<title>Not found</title>", status=404)
        self.requests: list[str] = []
        self.posts: list[tuple[str, bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._answer, self.posts))
        self.url = f"http://{HOST}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def put(self, path: str, content: str, **others: object) -> str:
        """Add or replace a page; returns its address."""
        self.pages[path] = Page(content, **others)  # type: ignore[arg-type]
        return self.url + path

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, target: str) -> Page:
        path = target.partition("?")[0]
        if path == "/favicon.ico":
            return Page("", status=204)
        self.requests.append(target)
        page = self.pages.get(path, self.missing)
        time.sleep(page.seconds)
        return page


def _handler(
    answer: Callable[[str], Page], posts: list[tuple[str, bytes]]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = answer(self.path)
            body = page.content.encode() if isinstance(page.content, str) else page.content
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(body)))
            # A page with no-store is kept out of the back-forward cache, one with no-cache is not.
            self.send_header("Cache-Control", "no-cache")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            posts.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
