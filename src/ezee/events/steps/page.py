"""The page: the readable path of the address, and what else the tracker's rules keep of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from ezee.events.remembering import Memory
from ezee.events.url import NO_URL, Url, split_url
from ezee.model.pages import NO_PAGE_RULES, PageRules, group_of

_LIMIT = 2_000
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def read_page(text: str | None, rules: PageRules) -> tuple[Url, str, str]:
    """An event's address taken apart, its path and its page; empty for one without an address."""
    if text is None:
        return NO_URL, "", ""
    url = split_url(text)
    path = url.path
    if (rules is NO_PAGE_RULES or rules == NO_PAGE_RULES) and "%" not in path:
        path = path[:_LIMIT] or "/"
        return url, path, path
    return url, *_pages[text, rules]


def page_of(url: str, rules: PageRules) -> str:
    """The cleaned path of a URL, or the group it belongs to."""
    return _pages[url, rules][1]


def clean_path(url: str, rules: PageRules) -> str:
    """The path of a URL with its kept parameters and route, cut at 2,000; never grouped.

    The path is percent-decoded where that gives readable UTF-8, and as it was sent otherwise.
    """
    parts = split_url(url)
    text = _cleaned(parts.path or "/", parts.query, rules)
    # "#top" is a place on the page, "#/shop" and "#!/shop" are pages of their own.
    if rules.hash_routing and parts.fragment.startswith(("/", "!/")):
        text += _route(parts.fragment, rules)
    return text[:_LIMIT]


def _read(key: tuple[str, PageRules]) -> tuple[str, str]:
    url, rules = key
    path = clean_path(url, rules)
    return path, group_of(path, rules.groups)


_pages = Memory(_read)


def _cleaned(path: str, query: str, rules: PageRules) -> str:
    if "%" in path:
        path = _decoded(path) or path
    if rules.strip_slash:
        path = path.rstrip("/") or "/"
    if query and rules.keep_parameters:
        kept = "&".join(_kept(query, rules.keep_parameters))
        return f"{path}?{kept}" if kept else path
    return path


def _route(fragment: str, rules: PageRules) -> str:
    """A hash router's page with its ``#``; empty for the first one, which is the page itself."""
    # It has a query of its own, and a place on it: "#/shop?page=2#top"
    route = split_url(fragment.removeprefix("!"))
    text = _cleaned(route.path, route.query, rules)
    if text == "/":
        return ""
    return f"#!{text}" if fragment.startswith("!") else f"#{text}"


def _kept(query: str, names: tuple[str, ...]) -> Iterator[str]:
    """The kept parameters, in the order of the rules; repeated ones as they were sent."""
    sent: dict[str, list[str]] = {}
    for field in query.split("&"):
        name, _, value = field.partition("=")
        sent.setdefault(_field(name), []).append(value)
    for name in names:
        shown = name.translate(_NAME_SIGNS)
        for value in sent.get(name, ()):
            yield f"{shown}={_shown_value(value)}" if value else shown


# What a query gives a meaning stays encoded, so that two queries never look the same.
_VALUE_SIGNS = str.maketrans({"%": "%25", "&": "%26", "#": "%23", "+": "%2B"})
_NAME_SIGNS = _VALUE_SIGNS | str.maketrans({"=": "%3D"})


def _field(text: str) -> str:
    decoded = _decoded(text.replace("+", " "))
    return text if decoded is None else decoded


def _shown_value(text: str) -> str:
    decoded = _decoded(text.replace("+", " "))
    return text if decoded is None else decoded.translate(_VALUE_SIGNS)


def _decoded(text: str) -> str | None:
    try:
        decoded = unquote_to_bytes(text).decode()
    except UnicodeError:
        return None
    return None if _UNREADABLE.search(decoded) else decoded
