"""What a page's address says of a campaign."""

from __future__ import annotations

import pytest

from ezee.events.sources.campaigns import NO_CAMPAIGN, campaign_of


def test_campaign_fields() -> None:
    query = (
        "utm_source=News+letter&utm_medium=e-mail&utm_campaign=Ma%CC%88rz&utm_term=a&utm_content=b"
    )
    assert campaign_of(query)[:5] == ("News letter", "e-mail", "Ma\u0308rz", "a", "b")


@pytest.mark.parametrize("query", ["", "&", "=", "gclid=", "a=b", "utm_source"])
def test_no_campaign(query: str) -> None:
    assert campaign_of(query) == NO_CAMPAIGN


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("ref=hn", "hn"),
        ("source=tv", "tv"),
        ("utm_source=a&ref=b&source=c", "a"),
        ("ref=b&source=c", "b"),
        ("utm_source=first&utm_source=second", "first"),
        ("utm_source=", ""),
        ("utm_source=%00", ""),
        ("utm_source=%FF", ""),
        ("utm_source=" + "x" * 400, "x" * 300),
        ("&".join(["a=b"] * 2000), ""),
    ],
)
def test_what_a_campaign_calls_its_source(query: str, given: str) -> None:
    assert campaign_of(query).given == given


@pytest.mark.parametrize(
    ("query", "name", "paid"),
    [
        ("gclid=secret", "Google", True),
        ("a=b&msclkid=secret&c=d", "Bing", True),
        ("ScCid=secret", "Snapchat", True),
        ("fbclid=secret", "Facebook", False),
        ("gclid=secret&fbclid=secret", "Facebook", False),
        ("fbclid=secret&gclid=secret", "Google", True),
        ("mc_cid=secret", "Mailchimp", False),
    ],
)
def test_whose_click_it_was_without_its_id(query: str, name: str, paid: bool) -> None:
    campaign = campaign_of(query)
    assert campaign.click is not None
    assert (campaign.click.by.name, campaign.click.paid) == (name, paid)
    assert "secret" not in repr(campaign)
