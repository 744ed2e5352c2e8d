"""Where visitors came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.steps.referrers import BRANDS, HOSTS
from ezee.events.steps.source import campaign_of, known_referrer, put_source, referrer_host
from tests.support.events import draft


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("", ""),
        ("https://www.Google.com/search?q=x", "google.com"),
        ("http://example.org:8080/a", "example.org"),
        ("https://user:pw@example.org/", "example.org"),
        ("//example.org/a", "example.org"),
        ("example.org/a", "example.org"),
        ("https://example.org.", "example.org"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("https://[2001:db8::1]/a", "[2001:db8::1]"),
        ("about:blank", ""),
        ("javascript:alert(1)", ""),
        ("/internal", ""),
        ("https://" + "a" * 300 + ".example", "a" * 253),
    ],
)
def test_hosts(referrer: str, host: str) -> None:
    assert referrer_host(referrer) == host


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("google.com", "Google"),
        ("google.co.uk", "Google"),
        ("images.google.de", "Google"),
        ("news.ycombinator.com", "Hacker News"),
        ("ycombinator.com", None),
        ("m.facebook.com", "Facebook"),
        ("t.co", "X"),
        ("old.reddit.com", "Reddit"),
        ("mail.google.com", "Gmail"),
        ("gemini.google.com", "Gemini"),
        ("chatgpt.com", "ChatGPT"),
        ("notgoogle.com", None),
        ("google.evil.example", None),
        ("localhost", None),
        ("192.0.2.1", None),
        ("", None),
    ],
)
def test_known_names(host: str, name: str | None) -> None:
    known = known_referrer(host)
    assert (known.name if known else None) == name


def test_every_known_referrer_is_of_a_known_kind() -> None:
    kinds = {known.kind for known in (*HOSTS.values(), *BRANDS.values())}
    assert kinds == {"search", "social", "mail", "ai"}


def test_campaign_fields() -> None:
    url = (
        "https://example.com/?utm_source=News+letter&utm_medium=e-mail&utm_campaign=Ma%CC%88rz"
        "&utm_term=a&utm_content=b#utm_source=no"
    )
    assert campaign_of(url)[:5] == ("News letter", "e-mail", "Ma\u0308rz", "a", "b")


@pytest.mark.parametrize("url", ["/#/shop?utm_source=no", "/#?", "/?", "/", "/?#utm_source=no"])
def test_no_campaign_is_read_from_a_fragment(url: str) -> None:
    assert set(campaign_of(url)) == {""}


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
def test_what_a_campaign_calls_itself(query: str, given: str) -> None:
    assert campaign_of(f"https://example.com/?{query}").given == given


@pytest.mark.parametrize(
    ("query", "referrer", "source", "channel"),
    [
        ("", "", "Direct", "Direct"),
        ("", "https://www.google.com/", "Google", "Organic Search"),
        ("", "https://bsky.app/", "Bluesky", "Organic Social"),
        ("", "https://mail.google.com/", "Gmail", "Email"),
        ("", "https://claude.ai/", "Claude", "AI Assistants"),
        ("", "https://blog.example.net/post", "blog.example.net", "Referral"),
        ("utm_source=google&utm_medium=cpc", "", "google", "Paid Search"),
        ("utm_source=facebook.com&utm_medium=paid_social", "", "facebook.com", "Paid Social"),
        ("utm_medium=cpc", "https://www.google.com/", "Google", "Paid Search"),
        ("utm_source=somewhere&utm_medium=banner", "", "somewhere", "Campaign"),
        ("utm_source=weekly&utm_medium=email", "https://www.google.com/", "weekly", "Email"),
        ("utm_source=weekly", "", "weekly", "Campaign"),
        ("utm_campaign=spring", "", "Direct", "Campaign"),
        ("utm_source=chatgpt.com", "", "chatgpt.com", "AI Assistants"),
        ("utm_source=facebook.com", "https://www.google.com/", "facebook.com", "Organic Social"),
    ],
)
def test_source_and_channel(
    tmp_path: Path, query: str, referrer: str, source: str, channel: str
) -> None:
    made = draft(tmp_path, url=f"https://example.com/?{query}", referrer=referrer)
    put_source(made)
    assert (made.source, made.channel) == (source, channel)


@pytest.mark.parametrize("host", ["example.com", "www.example.com", "shop.example.com"])
def test_the_trackers_own_hosts_are_no_referrers(tmp_path: Path, host: str) -> None:
    made = draft(tmp_path, referrer=f"https://{host}/a")
    put_source(made)
    assert (made.referrer, made.source, made.channel) == ("", "Direct", "Direct")


def test_the_campaign_fields_are_kept(tmp_path: Path) -> None:
    made = draft(
        tmp_path, url="/?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e"
    )
    put_source(made)
    assert made.campaign == ("a", "b", "c", "d", "e")
