"""Channels, by the published rules."""

from __future__ import annotations

import pytest

from ezee.events.sources.campaigns import Campaign
from ezee.events.sources.channels import (
    CHANNEL_WORDS,
    DISPLAY_WORDS,
    PAID_WORDS,
    VAGUE_WORDS,
    channel_of,
)
from ezee.events.sources.clicks import CLICKS
from ezee.events.sources.kinds import KINDS, Known

GOOGLE = Known("Google", "search")
FACEBOOK = Known("Facebook", "social")
GITHUB = Known("GitHub", "developer")


@pytest.mark.parametrize(
    ("medium", "known", "channel"),
    [
        *((paid, GOOGLE, "Paid Search") for paid in PAID_WORDS),
        ("CPC", GOOGLE, "Paid Search"),
        ("cpc_brand", GOOGLE, "Paid Search"),
        ("paid", FACEBOOK, "Paid Social"),
        ("paid-search", None, "Paid Search"),
        ("paidsocial", None, "Paid Social"),
        ("social_cpc", GOOGLE, "Paid Social"),
        ("cpc", GITHUB, "Campaign"),
        ("cpc", None, "Campaign"),
        *((display, GOOGLE, "Campaign") for display in DISPLAY_WORDS),
        *((display, FACEBOOK, "Paid Social") for display in DISPLAY_WORDS),
        *((display, None, "Campaign") for display in DISPLAY_WORDS),
        ("sem", None, "Paid Search"),
        ("mcp", GOOGLE, "Organic Search"),
        *((medium, GOOGLE, channel) for medium, channel in CHANNEL_WORDS.items()),
        ("E-Mail", None, "Email"),
        ("e_mail", None, "Email"),
        ("Social Media", None, "Organic Social"),
        ("organic-social", GOOGLE, "Organic Social"),
        ("weekly newsletter", None, "Email"),
        ("push-notification", FACEBOOK, "Campaign"),
        *((medium, None, channel) for medium, channel in VAGUE_WORDS.items()),
        *((medium, FACEBOOK, "Organic Social") for medium in VAGUE_WORDS),
        ("whatever", FACEBOOK, "Organic Social"),
        ("whatever", None, "Direct"),
    ],
)
def test_mediums(medium: str, known: Known | None, channel: str) -> None:
    assert channel_of(Campaign(medium=medium), known, "") == channel


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_source(kind: str) -> None:
    known = Known("Somebody", kind)
    assert channel_of(Campaign(), known, "a.example") == KINDS[kind].channel
    assert channel_of(Campaign(medium="paid"), known, "a.example") == KINDS[kind].paid_channel


@pytest.mark.parametrize(
    ("campaign", "known", "referrer", "channel"),
    [
        (Campaign(), None, "", "Direct"),
        (Campaign(), None, "a.example", "Referral"),
        (Campaign(given="weekly"), None, "a.example", "Campaign"),
        (Campaign(campaign="spring"), None, "", "Campaign"),
        (Campaign(campaign="spring"), GOOGLE, "google.com", "Organic Search"),
        (Campaign(campaign="spring"), GITHUB, "github.com", "Campaign"),
        (Campaign(click=CLICKS["gclid"]), None, "", "Paid Search"),
        (Campaign(click=CLICKS["gclid"]), FACEBOOK, "facebook.com", "Paid Social"),
        (Campaign(click=CLICKS["gclid"], medium="email"), None, "", "Email"),
        (Campaign(click=CLICKS["gclid"], medium="display"), None, "", "Campaign"),
        (Campaign(click=CLICKS["dclid"]), None, "", "Campaign"),
        (Campaign(click=CLICKS["fbclid"]), None, "", "Organic Social"),
        (Campaign(click=CLICKS["fbclid"]), GOOGLE, "google.com", "Organic Search"),
        (Campaign(click=CLICKS["fbclid"], medium="paid"), None, "", "Paid Social"),
        (Campaign(click=CLICKS["mc_cid"], given="weekly"), None, "", "Email"),
    ],
)
def test_the_first_rule_that_fits(
    campaign: Campaign, known: Known | None, referrer: str, channel: str
) -> None:
    assert channel_of(campaign, known, referrer) == channel
