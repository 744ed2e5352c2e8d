"""From a request that a web application served to the pageview that it was."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ezee_client.events import Event
from ezee_client.stamps import stamp


@dataclass(frozen=True, slots=True)
class Served:
    """A page that was served: ``path`` as the browser sent it, header names in lower case."""

    method: str
    path: str
    query: str
    host: str
    scheme: str
    address: str
    headers: Mapping[str, str]
    status: int
    content_type: str

    @property
    def url(self) -> str:
        """Its address."""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{self.path}{query}"


def is_page(served: Served) -> bool:
    """Whether somebody opened a page: HTML, with success, and not only in advance."""
    return (
        served.method == "GET"
        and 200 <= served.status < 300
        and served.content_type.startswith("text/html")
        and "prefetch" not in served.headers.get("sec-purpose", served.headers.get("purpose", ""))
        # A part of a page that a script asked for.
        and served.headers.get("sec-fetch-dest", "document") == "document"
    )


@dataclass(frozen=True, slots=True)
class Counting:
    """How a site's pages are counted.

    ``add`` takes each pageview and must not wait: a batcher's. ``secret`` stamps them, ``gpc`` says
    that visitors are not counted who ask by Global Privacy Control, ``counts`` which requests are.
    """

    site_id: str
    add: Callable[[Event], object] | None = None
    secret: str | None = None
    gpc: bool = True
    counts: Callable[[Served], bool] = is_page

    def stamp(self, path: str) -> str:
        """The stamp of a page, empty where there is no secret."""
        return stamp(self.secret, self.site_id, path) if self.secret else ""

    def count(self, served: Served) -> None:
        """Have the pageview sent, if it is one."""
        if self.add is None or (self.gpc and served.headers.get("sec-gpc") == "1"):
            return
        if self.counts(served):
            # While a server stops, its batcher may be closed before its last answer is out.
            with contextlib.suppress(RuntimeError):
                self.add(self._event(served))

    def _event(self, served: Served) -> Event:
        language = served.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
        return Event(
            self.site_id,
            served.url[:8192],
            referrer=served.headers.get("referer", "")[:8192] or None,
            language=language if language != "*" else None,
            client_ip=served.address or None,
            user_agent=served.headers.get("user-agent", "")[:2000],
            stamp=self.stamp(served.path) or None,
        )
