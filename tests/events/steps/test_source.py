"""Where visitors came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.pipeline import read_event
from ezee.events.sources import referrers
from ezee.events.steps.source import warm_up
from ezee.model.event import Event
from tests.support.events import draft


def sourced(folder: Path, **sent: str) -> Event:
    read = read_event(draft(folder, **sent))
    assert isinstance(read, Event)
    return read


@pytest.mark.parametrize(
    ("query", "referrer", "source", "channel"),
    [
        ("", "", "Direct", "Direct"),
        ("", "https://www.google.com/", "Google", "Organic Search"),
        ("", "https://bsky.app/", "Bluesky", "Organic Social"),
        ("", "https://mail.google.com/", "Gmail", "Email"),
        ("", "android-app://com.google.android.gm/", "Gmail", "Email"),
        ("", "https://claude.ai/", "Claude", "AI Assistants"),
        ("", "https://github.com/", "GitHub", "Referral"),
        ("", "https://blog.example.net/post", "blog.example.net", "Referral"),
        ("utm_source=google&utm_medium=cpc", "", "google", "Paid Search"),
        ("utm_source=facebook.com&utm_medium=paid_social", "", "facebook.com", "Paid Social"),
        ("utm_medium=cpc", "https://www.google.com/", "Google", "Paid Search"),
        ("utm_source=brand&utm_medium=cpc", "https://www.google.com/", "brand", "Paid Search"),
        ("utm_source=somewhere&utm_medium=banner", "", "somewhere", "Campaign"),
        ("utm_source=weekly&utm_medium=email", "https://www.google.com/", "weekly", "Email"),
        ("utm_source=weekly", "", "weekly", "Campaign"),
        ("utm_source=weekly", "https://mail.google.com/", "weekly", "Email"),
        ("utm_source=newsletter", "", "newsletter", "Email"),
        ("utm_campaign=spring", "", "Direct", "Campaign"),
        ("utm_source=chatgpt.com", "", "chatgpt.com", "AI Assistants"),
        ("utm_source=facebook.com", "https://www.google.com/", "facebook.com", "Organic Social"),
        ("ref=producthunt", "", "producthunt", "Organic Social"),
        ("gclid=a", "", "Google", "Paid Search"),
        ("gclid=a", "https://www.youtube.com/", "YouTube", "Paid Social"),
        ("gclid=a", "https://blog.example.net/", "blog.example.net", "Paid Search"),
        ("fbclid=a", "", "Facebook", "Organic Social"),
        ("fbclid=a", "https://l.instagram.com/", "Instagram", "Organic Social"),
        ("fbclid=a&utm_source=ig&utm_medium=paid", "", "ig", "Paid Social"),
    ],
)
def test_source_and_channel(
    tmp_path: Path, query: str, referrer: str, source: str, channel: str
) -> None:
    made = sourced(tmp_path, url=f"https://example.com/?{query}", referrer=referrer)
    assert (made.source, made.channel) == (source, channel)


@pytest.mark.parametrize(
    ("url", "referrer"),
    [
        ("/", "https://example.com/a"),
        ("/", "https://www.example.com/a"),
        ("/", "http://EXAMPLE.com:8080/a"),
        ("/", "https://shop.example.com/a"),
        ("https://www.docs.example.com/", "https://docs.example.com/a"),
        ("HTTPS://Docs.Example.com:8080?a", "https://docs.example.com/a"),
        ("https://me@docs.example.com/", "https://docs.example.com/a"),
        ("https://bücher.example.com/", "https://xn--bcher-kva.example.com/a"),
        ("//docs.example.com/a", "https://docs.example.com/a"),
        ("/", "http://localhost:3000/"),
        ("/", "file:///a.html"),
    ],
)
def test_what_is_no_referrer(tmp_path: Path, url: str, referrer: str) -> None:
    made = sourced(tmp_path, url=url, referrer=referrer)
    assert (made.referrer, made.source, made.channel) == ("", "Direct", "Direct")


def test_a_host_that_the_page_only_speaks_of_is_one(tmp_path: Path) -> None:
    made = sourced(tmp_path, url="/a?of=blog.example.net", referrer="https://blog.example.net/")
    assert made.referrer == "blog.example.net"


def test_a_subdomain_that_is_not_the_trackers_is_one(tmp_path: Path) -> None:
    made = sourced(tmp_path, referrer="https://status.example.com/")
    assert (made.referrer, made.channel) == ("status.example.com", "Referral")


def test_the_campaign_fields_are_kept(tmp_path: Path) -> None:
    made = sourced(
        tmp_path, url="/?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e"
    )
    assert (made.utm_source, made.utm_medium, made.utm_campaign) == ("a", "b", "c")
    assert (made.utm_term, made.utm_content) == ("d", "e")


def test_what_takes_long_to_load_is_loaded_beforehand() -> None:
    loaded = (referrers._suffixes, referrers._hosts, referrers._brands, referrers._names)
    for each in (*loaded, referrers.known_source):
        each.cache_clear()
    warm_up()
    assert [each.cache_info().currsize for each in loaded] == [1, 1, 1, 1]
