"""What a page's address says of the campaign that brought its visitor."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_plus

from ezee.events.sources.clicks import CLICKS, Click

_LIMIT = 300
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_NAMES = frozenset((*_UTM, "ref", "source"))
_MOST_FIELDS = 1_000
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]")


class Campaign(NamedTuple):
    """The campaign fields of an address.

    ``given`` is what it calls its source: ``utm_source``, ``ref`` or ``source``. ``click`` is
    whose click id came with it; the id itself is left behind.
    """

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    given: str = ""
    click: Click | None = None


NO_CAMPAIGN = Campaign()


def campaign_of(query: str) -> Campaign:
    """Read the campaign fields from an address's query; of fields that repeat, the first."""
    fields = dict(reversed(_known_fields(query)))
    if not fields:
        return NO_CAMPAIGN
    source, medium, campaign, term, content = [_text(fields.get(name, "")) for name in _UTM]
    given = source or _text(fields.get("ref", "")) or _text(fields.get("source", ""))
    # Whoever sends a visitor on appends an id: of several, the last is the latest.
    clicks = (CLICKS[name] for name in fields if name in CLICKS)
    return Campaign(source, medium, campaign, term, content, given, next(clicks, None))


def _known_fields(query: str) -> list[tuple[str, str]]:
    """The fields of a query that are read here, in its order; decoding the others takes long."""
    found = []
    for field in query.split("&", _MOST_FIELDS)[:_MOST_FIELDS]:
        name, _, value = field.partition("=")
        if "%" in name:
            name = unquote_plus(name)
        if value and (name in _NAMES or name in CLICKS):
            plain = "%" not in value and "+" not in value
            found.append((name, value if plain else unquote_plus(value)))
    return found


def _text(value: str) -> str:
    if not value or _UNREADABLE.search(value):
        return ""
    return value.strip()[:_LIMIT]
