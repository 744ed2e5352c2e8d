"""One line of an access log, in the Common or the Combined format of Apache and nginx."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

_EARLIEST = 788_918_400_000  # 1995-01-01T00:00:00Z

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)'
_LINE = re.compile(
    rf'(\S+) \S+ [^\[]*\[([^\]]*)\] {_QUOTED}" (\d\d\d) \S+(?: {_QUOTED}" {_QUOTED}("?)|\s*$)'
)
# With nothing escaped the quotes alone tell the fields apart, which is twice as fast.
_HEAD = re.compile(r"(\S+) \S+ [^\[]*\[([^\]]*)\] $")
_ASSETS = frozenset(
    (
        "css js mjs json map wasm webmanifest xml rss atom txt csv "
        "ico png jpg jpeg gif svg webp avif bmp tif tiff woff woff2 ttf otf eot swf "
        "mp3 m4a ogg wav mp4 webm avi mov flv pdf "
        "zip gz tgz bz2 xz 7z rar tar exe dmg iso deb rpm jar"
    ).split()
)


class Request(NamedTuple):
    """What a line says. ``at`` is milliseconds UTC; ``referrer`` and ``agent`` are as logged."""

    address: str
    at: int
    method: str
    url: str
    status: int
    referrer: str
    agent: str

    @property
    def failed(self) -> bool:
        """Whether the client was told that it erred (4xx)."""
        return 400 <= self.status < 500

    @property
    def is_page(self) -> bool:
        """Whether a page was read: a GET, answered with success, of something not an asset.

        304 is a page that the browser still had; 206 is a part of something larger than a page.
        """
        succeeded = (200 <= self.status < 300 and self.status != 206) or self.status == 304
        return succeeded and self.method == "GET" and not is_asset(self.url)


def read_line(line: str) -> Request | None:
    """Read a line; None when it is in neither format or its time is none."""
    fields = _split(line) if "\\" not in line else None
    if fields is None:
        found = _LINE.match(line)
        if found is None:
            return None
        address, when, request, status, referrer, agent, _ = found.groups(default="")
    else:
        address, when, request, status, referrer, agent = fields
    at = _instant(when)
    method, _, rest = request.partition(" ")
    url = rest.rpartition(" ")[0] or rest
    if at is None or not url or len(status) != 3 or not status.isdigit():
        return None
    return Request(address, at, method, url, int(status), _given(referrer), agent)


def is_whole(line: str) -> bool:
    """Whether a line that no newline ends yet can be all there will be of it."""
    found = _LINE.match(line)
    return found is not None and (found[6] is None or found[7] == '"')


@lru_cache(maxsize=20_000)
def is_asset(url: str) -> bool:
    """Whether the path ends like a picture, a style, a script, a feed or a download."""
    name = url.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[2].lower() in _ASSETS and "." in name


def _split(line: str) -> tuple[str, str, str, str, str, str] | None:
    parts = line.split('"')
    if len(parts) < 6:
        return None
    head = _HEAD.match(parts[0])
    if head is None:
        return None
    return head[1], head[2], parts[1], parts[2][1:4], parts[3], parts[5]


def _given(text: str) -> str:
    return "" if text == "-" else text


def _instant(text: str) -> int | None:
    """``17/May/2015:10:05:03 +0000`` as milliseconds UTC."""
    hour = _hour(text[:14], text[20:])
    minute, second = _MINUTES.get(text[14:17]), _SECONDS.get(text[17:20])
    if hour is None or minute is None or second is None:
        return None
    at = hour + minute + second
    return at if at >= _EARLIEST else None


# A log has few hours, and more minutes than anybody would remember.
@lru_cache(maxsize=4_096)
def _hour(text: str, offset: str) -> int | None:
    """When ``17/May/2015:10`` began, an offset like `` +0000`` from UTC."""
    if not (text[12:].isdigit() and text.isascii()):
        return None
    try:
        when = datetime.strptime(f"{text}{offset}", "%d/%b/%Y:%H %z")
    except ValueError:
        return None
    return int(when.timestamp()) * 1000


_MINUTES = {f":{minute:02d}": minute * 60_000 for minute in range(60)}
# The 60th is a leap second.
_SECONDS = {f":{second:02d}": second * 1_000 for second in range(61)}
