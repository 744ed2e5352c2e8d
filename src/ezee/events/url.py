"""A page's address, taken apart once for every step that reads a part of it."""

from __future__ import annotations

import msgspec


class Url(msgspec.Struct, frozen=True, gc=False):
    """The parts of an address as they were sent. ``authority`` is empty for a bare path."""

    authority: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""


NO_URL = Url()
_SCHEMES = {"http:", "https:"}


def split_url(text: str) -> Url:
    """Split an address (``https://example.com/a?b#c``) or a path; what is neither is a path."""
    # A "?" behind the "#" belongs to a hash router: /#/shop?page=2
    rest, _, fragment = text.partition("#")
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        scheme, slashes, after = rest.partition("//")
        if slashes and (scheme in _SCHEMES or scheme.lower() in _SCHEMES):
            authority, slash, path = after.partition("/")
            return Url(authority, slash + path, query, fragment)
    return Url("", rest, query, fragment)
