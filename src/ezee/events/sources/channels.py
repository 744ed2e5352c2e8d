"""The channel of an event, by the rules published in ``docs/sources.md``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ezee.events.sources.campaigns import Campaign
from ezee.events.sources.kinds import KINDS, Known

# A medium is read by its words: social_cpc is "social" and "cpc". "paid…" is paid as well.
PAID_WORDS = (
    *("ad", "ads", "cpa", "cpc", "cpe", "cpl", "cpm", "cpv", "ppc", "programmatic", "promoted"),
    *("remarketing", "retargeting", "sem", "sponsored"),
)
# Paid for, and shown on other people's pages: not a search, even when an engine sold the place.
DISPLAY_WORDS = ("banner", "display", "interstitial", "native")
CHANNEL_WORDS = {
    **dict.fromkeys(("email", "emailing", "mail", "mailing", "newsletter"), "Email"),
    **dict.fromkeys(("social", "socialmedia", "sm"), "Organic Social"),
    **dict.fromkeys(
        (
            *("affiliate", "affiliates", "audio", "flyer", "influencer", "partner", "podcast"),
            *("print", "push", "qr", "qrcode", "radio", "sms", "tv"),
        ),
        "Campaign",
    ),
}
# These say less than a source that is known.
VAGUE_WORDS = {"organic": "Organic Search", "referral": "Referral"}

_WORD = re.compile(r"[^\W_]+")


class Medium(NamedTuple):
    """What a medium means: ``channel`` is empty where it says nothing for certain."""

    paid: bool
    display: bool
    channel: str
    vague_channel: str


def channel_of(campaign: Campaign, known: Known | None, referrer: str) -> str:
    """The channel; ``known`` is the source that the address names, else the referrer's."""
    medium, click = read_medium(campaign.medium), campaign.click
    if known is None and click:
        known = click.by
    if medium.channel:
        return medium.channel
    if medium.paid or (click and click.paid):
        return _paid_channel(known, display=medium.display)
    channel = KINDS[known.kind].channel if known else "Referral"
    if channel != "Referral":
        return channel
    if medium.vague_channel:
        return medium.vague_channel
    if campaign.given or campaign.campaign:
        return "Campaign"
    return "Referral" if known or referrer else "Direct"


def _paid_channel(known: Known | None, *, display: bool) -> str:
    channel = KINDS[known.kind].paid_channel if known else "Campaign"
    return "Campaign" if display and channel == "Paid Search" else channel


@lru_cache(maxsize=2_000)
def read_medium(text: str) -> Medium:
    """Read a ``utm_medium``; case and what stands between its words do not matter."""
    words = _WORD.findall(text.lower())
    display = any(word in DISPLAY_WORDS for word in words)
    paid = display or any(word in PAID_WORDS or word.startswith("paid") for word in words)
    channel = _paid_medium(words) if paid else _first(words, CHANNEL_WORDS)
    return Medium(paid, display, channel, _first(words, VAGUE_WORDS))


def _paid_medium(words: list[str]) -> str:
    if any("social" in word for word in words):
        return "Paid Social"
    return "Paid Search" if any("search" in word or word == "sem" for word in words) else ""


def _first(words: list[str], channels: dict[str, str]) -> str:
    return next((channels[word] for word in words if word in channels), "")
