"""What referrers and links tell together."""

from __future__ import annotations

import pytest

from ezee.events.sources.kinds import Known
from ezee.events.sources.overrides import Overrides
from ezee.events.sources.reading import (
    NO_LINK,
    NO_REFERRER,
    PUBLISHED,
    Sources,
    source_of,
)

GOOGLE, BLOG = "https://www.google.com/search", "https://blog.example.net/post"


@pytest.mark.parametrize(
    ("referrer", "query", "name", "channel"),
    [
        (GOOGLE, "page=2", "Google", "Organic Search"),
        (BLOG, "page=2", "blog.example.net", "Referral"),
        # A link that names its source; where nobody knows that, the referrer tells the channel.
        (GOOGLE, "utm_source=weekly", "weekly", "Organic Search"),
        (BLOG, "utm_source=weekly", "weekly", "Campaign"),
        (GOOGLE, "utm_source=facebook", "facebook", "Organic Social"),
        # One that names none.
        (BLOG, "utm_campaign=spring", "blog.example.net", "Campaign"),
        (BLOG, "gclid=1", "blog.example.net", "Paid Search"),
        (GOOGLE, "utm_medium=cpc", "Google", "Paid Search"),
    ],
)
def test_together(referrer: str, query: str, name: str, channel: str) -> None:
    source = source_of(PUBLISHED.referrers[referrer], PUBLISHED.links[query])
    assert (source.name, source.channel) == (name, channel)


def test_neither_is_direct() -> None:
    assert source_of(NO_REFERRER, NO_LINK).name == "Direct"
    assert source_of(NO_REFERRER, NO_LINK).channel == "Direct"


def test_a_query_without_a_campaign_is_no_link() -> None:
    assert PUBLISHED.links["page=2&sort=up"] is NO_LINK


def test_an_operators_own_names_are_kept_apart() -> None:
    ours = Sources(Overrides({"blog.example.net": Known("Our blog", "news")}))
    assert ours.referrers[BLOG].source.name == "Our blog"
    assert PUBLISHED.referrers[BLOG].source.name == "blog.example.net"
