"""The channel of an event, by the rules published in ``docs/sources.md``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ezee.events.sources.campaigns import Campaign
from ezee.events.sources.kinds import KINDS, Known

# A medium of several words is paid when one of them is: social_cpc, brand-ppc.
PAID = (
    *("ad", "ads", "cpa", "cpc", "cpe", "cpl", "cpm", "cpv", "ppc", "programmatic", "promoted"),
    *("remarketing", "retargeting", "sem", "sponsored"),
)
# Shown on other people's pages: of a search engine's name only the seller is left.
DISPLAY = ("banner", "display", "interstitial", "native")
MEDIUMS = {
    **dict.fromkeys(("email", "e-mail", "mail", "mailing", "newsletter"), "Email"),
    **dict.fromkeys(
        ("social", "social-media", "social-network", "organic-social", "sm"), "Organic Social"
    ),
    **dict.fromkeys(
        (
            *("affiliate", "audio", "flyer", "influencer", "partner", "podcast", "print", "push"),
            *("qr", "qr-code", "qrcode", "radio", "sms", "tv"),
        ),
        "Campaign",
    ),
}
# These say less than a source we know.
VAGUE_MEDIUMS = {"organic": "Organic Search", "referral": "Referral"}

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
    medium = "-".join(words)
    display = any(word in DISPLAY for word in words)
    paid = display or any(word in PAID or word.startswith("paid") for word in words)
    if paid and "social" in medium:
        return Medium(paid, display, "Paid Social", "")
    if paid and ("search" in medium or "sem" in words):
        return Medium(paid, display, "Paid Search", "")
    return Medium(paid, display, MEDIUMS.get(medium, ""), VAGUE_MEDIUMS.get(medium, ""))
