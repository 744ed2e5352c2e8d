"""What counters are answered with: pictures that no error ever shows in."""

from __future__ import annotations

from litestar.types import Send

from ezee.counters.pictures import Drawn
from ezee.web.errors import Answer

# For pages that want the number of this very moment, and for views that are counted: browsers,
# proxies that fetch pictures for their readers, and caches before HTTP/1.1.
NEVER_KEPT = {
    "cache-control": "no-cache, no-store, must-revalidate, max-age=0",
    "pragma": "no-cache",
    "expires": "0",
}
ASKED_EACH_TIME = {"cache-control": "no-cache, must-revalidate, max-age=0"}
KEPT_A_WHILE = {"cache-control": "public, max-age=30, stale-while-revalidate=300"}
_EVERYONES = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
    # Opened by itself, an SVG is a page; this one may do nothing.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
}


def answer_picture(
    drawn: Drawn, content_type: str, caching: dict[str, str], known: bytes = b""
) -> Answer:
    """A picture, or that the one which is ``known`` (``If-None-Match``) is still right."""
    headers = {"content-type": content_type, **caching, **_EVERYONES}
    if caching is not NEVER_KEPT:
        headers["etag"] = drawn.etag
        if known and _is_among(drawn.etag.encode(), known):
            return Answer(304, headers, b"")
    return Answer(200, headers, drawn.body)


def _is_among(etag: bytes, known: bytes) -> bool:
    """Weakly compared (RFC 9110, section 13.1.2)."""
    return known == etag or etag in {each.strip().removeprefix(b"W/") for each in known.split(b",")}


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Send a whole answer, or its head alone."""
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = b"" if head else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": False})
