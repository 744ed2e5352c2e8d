"""Where the visitor came from: referring host, source, channel, campaign."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

from publicsuffixlist import PublicSuffixList

from ezee.events.draft import Draft
from ezee.events.steps.referrers import BRANDS, HOSTS, Known

DIRECT = "Direct"
_LIMIT = 300
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)
_BARE_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_PAID = re.compile(r"^(?:.*cp.*|ppc|retargeting|paid.*|display|banner)$", re.IGNORECASE)
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]")


class Campaign(NamedTuple):
    """The campaign fields of a URL's query; ``source`` may come from ``ref`` or ``source``."""

    source: str
    medium: str
    campaign: str
    term: str
    content: str
    given: str


def put_source(draft: Draft) -> None:
    """Referrer, source, channel and the five campaign fields."""
    campaign = campaign_of(draft.payload.url or "")
    host = referrer_host(draft.payload.referrer or "")
    draft.referrer = "" if host in draft.site.hosts else host
    known = known_referrer(draft.referrer)
    draft.campaign = campaign[:5]
    draft.source = campaign.given or (known.name if known else draft.referrer) or DIRECT
    draft.channel = channel_of(campaign, known, draft.referrer)


@lru_cache(maxsize=20_000)
def campaign_of(url: str) -> Campaign:
    """Read the campaign fields from a URL."""
    # A "?" behind the "#" belongs to a hash router: /#/shop?page=2
    query = url.partition("#")[0].partition("?")[2]
    if not query:
        return Campaign("", "", "", "", "", "")
    try:
        fields = dict(reversed(parse_qsl(query, max_num_fields=1000)))
    except ValueError:
        fields = {}
    texts = [_text(fields.get(f"utm_{name}", "")) for name in _UTM]
    given = texts[0] or _text(fields.get("ref", "")) or _text(fields.get("source", ""))
    source, medium, campaign, term, content = texts
    return Campaign(source, medium, campaign, term, content, given)


_UTM = ("source", "medium", "campaign", "term", "content")


def _text(value: str) -> str:
    return "" if _UNREADABLE.search(value) else value.strip()[:_LIMIT]


@lru_cache(maxsize=20_000)
def referrer_host(referrer: str) -> str:
    """The host of a referrer, lower case, without port and ``www.``; empty when it has none."""
    found = _HOST.match(referrer)
    if found:
        host = found[1]
    else:
        bare = _BARE_HOST.match(referrer)
        host = bare[0] if bare else ""
    return host.lower().rstrip(".").removeprefix("www.")[:253]


@lru_cache(maxsize=20_000)
def known_referrer(host: str) -> Known | None:
    """The name and kind of a referring host: itself, a parent of it, or its brand."""
    if not host:
        return None
    parts = host.split(".")
    for start in range(len(parts) - 1):
        known = HOSTS.get(".".join(parts[start:]))
        if known:
            return known
    registrable = _suffixes().privatesuffix(host)
    return BRANDS.get(registrable.split(".", 1)[0]) if registrable else None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def channel_of(campaign: Campaign, known: Known | None, referrer: str) -> str:
    """The channel, by the published rules: what the campaign says goes before the referrer."""
    given = campaign.given.lower()
    kind = HOSTS.get(given) or BRANDS.get(given) or known
    if _PAID.match(campaign.medium):
        return _PAID_CHANNELS.get(kind.kind if kind else "", "Campaign")
    if campaign.medium.lower() in {"email", "e-mail", "newsletter"}:
        return "Email"
    if kind:
        return _CHANNELS[kind.kind]
    if campaign.given or campaign.campaign:
        return "Campaign"
    return "Referral" if referrer else "Direct"


_PAID_CHANNELS = {"search": "Paid Search", "social": "Paid Social"}
_CHANNELS = {
    "search": "Organic Search",
    "social": "Organic Social",
    "mail": "Email",
    "ai": "AI Assistants",
}


def warm_up() -> None:
    """Load the suffix list now rather than with the first event."""
    known_referrer("example.com")
