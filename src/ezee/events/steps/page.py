"""The page: the path of the address, readable, without query and fragment."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from ezee.events.draft import Draft

_LIMIT = 2_000
_PATH = re.compile(r"(?:https?://[^/?#]*)?([^?#]*)", re.IGNORECASE)
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def put_page(draft: Draft) -> None:
    """The page of the event's address; empty for a custom event without one."""
    if draft.payload.url is not None:
        draft.page = page_of(draft.payload.url)


@lru_cache(maxsize=20_000)
def page_of(url: str) -> str:
    """The path of a URL, percent-decoded where that gives readable UTF-8, cut at 2,000."""
    found = _PATH.match(url)
    path = (found[1] if found else "") or "/"
    if "%" in path:
        path = _decoded(path)
    return path[:_LIMIT]


def _decoded(path: str) -> str:
    try:
        decoded = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return path
    return path if _UNREADABLE.search(decoded) else decoded
