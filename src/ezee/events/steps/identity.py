"""What the event is called, and the sender's own id for it."""

from __future__ import annotations

import hashlib

import msgspec

from ezee.events.draft import Draft
from ezee.model.event import Kind

PAGEVIEW = "pageview"
ENGAGEMENT = "engagement"
_TITLE_LIMIT = 300
_VALUE_LIMIT = 500


def put_identity(draft: Draft) -> None:
    """Kind, name, title, properties and the hash of the sender's id."""
    payload = draft.payload
    name = payload.name
    if name is not None and name != PAGEVIEW:
        draft.kind = Kind.ENGAGEMENT if name == ENGAGEMENT else Kind.CUSTOM
        draft.name = name
    if payload.title:
        draft.title = payload.title[:_TITLE_LIMIT]
    if payload.props:
        draft.props = _props_text(payload.props)
    if payload.id is not None:
        draft.event_id = hash_id(draft.site.site_id, payload.id)


def hash_id(site_id: str, event_id: str) -> int:
    """64 bits of the sender's id on that tracker; never 0, which stands for none."""
    digest = hashlib.blake2b(f"{site_id}\0{event_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) or 1


def _props_text(props: dict[str, str | bool | int | float | None]) -> str:
    texts = {key: _value_text(value) for key, value in sorted(props.items()) if value is not None}
    return msgspec.json.encode(texts).decode() if texts else ""


def _value_text(value: str | bool | float) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text[:_VALUE_LIMIT]
