"""What the event is called, what it says of itself, and the sender's own id for it."""

from __future__ import annotations

import hashlib

import msgspec

from ezee.model.event import Kind

PAGEVIEW = "pageview"
ENGAGEMENT = "engagement"
_TITLE_LIMIT = 300
_VALUE_LIMIT = 500


def kind_of(name: str | None) -> tuple[Kind, str]:
    """What an event of that name is, and what it is called: a pageview has no name."""
    if name is None or name == PAGEVIEW:
        return Kind.PAGEVIEW, ""
    return (Kind.ENGAGEMENT if name == ENGAGEMENT else Kind.CUSTOM), name


def title_of(title: str | None) -> str:
    """The page's title, cut at 300 characters."""
    return title[:_TITLE_LIMIT] if title else ""


def id_of(site_id: str, event_id: str | None) -> int:
    """64 bits of the sender's id on that tracker; 0 where there is none."""
    if event_id is None:
        return 0
    digest = hashlib.blake2b(f"{site_id}\0{event_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) or 1


def props_of(props: dict[str, str | bool | int | float | None] | None) -> str:
    """The properties as JSON of texts, in the order of their keys; empty without any."""
    if not props:
        return ""
    texts = {key: _value_text(value) for key, value in sorted(props.items()) if value is not None}
    return msgspec.json.encode(texts).decode() if texts else ""


def _value_text(value: str | bool | float) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text[:_VALUE_LIMIT]
