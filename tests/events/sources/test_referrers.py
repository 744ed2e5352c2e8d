"""Referring hosts, and what is known of them."""

from __future__ import annotations

import pytest

from ezee.events.sources.kinds import Known
from ezee.events.sources.overrides import Overrides
from ezee.events.sources.referrers import known_referrer, known_source, referrer_host


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("", ""),
        ("https://www.Google.com/search?q=x", "google.com"),
        ("https://www.www.example.org#a", "www.example.org"),
        ("https://www.com/", "com"),
        ("https://a.b.c.d.e.f.example.org/", "a.b.c.d.e.f.example.org"),
        ("https://" + "a" * 63 + ".example.org/", "a" * 63 + ".example.org"),
        ("http://example.org:8080/a", "example.org"),
        ("HTTPS://EXAMPLE.ORG?x", "example.org"),
        ("https://user:pw@example.org/", "example.org"),
        ("//example.org/a", "example.org"),
        ("example.org/a", "example.org"),
        ("example.org", "example.org"),
        ("https://example.org.", "example.org"),
        ("http://intranet/", "intranet"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("android-app://com.Slack", "com.slack"),
        ("https://www.Bücher.example/a", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://8.8.8.8:8080/", "8.8.8.8"),
        ("https://[2606:4700::1111]/a", "[2606:4700::1111]"),
        ("https://[2606:4700:0:0::1111]/a", "[2606:4700::1111]"),
    ],
)
def test_the_host_of_a_referrer(referrer: str, host: str) -> None:
    assert referrer_host(referrer) == host


@pytest.mark.parametrize(
    "referrer",
    [
        "about:blank",
        "file:///home/me/a.html",
        "file://server/share/a.html",
        "javascript:alert(1)",
        "data:text/html,x",
        "chrome-extension://abcdefghijklmnop/a.html",
        "mailto:me@example.org",
        "me@example.org",
        "/internal",
        "internal",
        "https://",
        "https:///a",
        "http://localhost:3000/",
        "http://app.localhost/",
        "http://app.localhost",
        "https://" + "a" * 64 + ".example.org/",
        "https://example.org\n/",
        "http://127.0.0.1/",
        "http://192.168.0.1/",
        "http://169.254.0.1/",
        "http://[::1]/",
        "http://[fe80::1]/",
        "http://[junk]/",
        "http://1.2.3.4.5/",
        "https://exa mple.org/",
        "https://<script>.example/",
        "https://a..example/",
        "https://\u2028.example/",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 130 + "example",
    ],
)
def test_who_cannot_have_linked_here(referrer: str) -> None:
    assert referrer_host(referrer) == ""


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("google.com", "Google"),
        ("google.co.uk", "Google"),
        ("images.google.de", "Google"),
        ("news.google.com", "Google News"),
        ("mail.google.com", "Gmail"),
        ("docs.google.com", "Google Docs"),
        ("gemini.google.com", "Gemini"),
        ("r.search.yahoo.com", "Yahoo"),
        ("news.ycombinator.com", "Hacker News"),
        ("m.facebook.com", "Facebook"),
        ("l.facebook.com", "Facebook"),
        ("t.co", "X"),
        ("old.reddit.com", "Reddit"),
        ("chatgpt.com", "ChatGPT"),
        ("amazon.com.mx", "Amazon"),
        ("eur02.safelinks.protection.outlook.com", "Outlook"),
        ("com.google.android.gm", "Gmail"),
        ("com.google.android.googlequicksearchbox", "Google"),
        ("fosstodon.org", "Mastodon"),
        ("mastodon.example.net", "Mastodon"),
    ],
)
def test_known_names(host: str, name: str) -> None:
    known = known_referrer(host)
    assert known is not None
    assert known.name == name


@pytest.mark.parametrize(
    "host",
    [
        "",
        "intranet",
        "ycombinator.com",
        "notgoogle.com",
        "google.evil.example",
        "google.com.evil.example",
        "google.blogspot.com",
        "google.uk.com",
        "google.zip",
        "co.uk",
        "8.8.8.8",
        "[2606:4700::1111]",
        "alice.github.io",
        "notmastodon.example.net",
    ],
)
def test_hosts_that_are_nobody_we_know(host: str) -> None:
    assert known_referrer(host) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("google", "Google"),
        ("Google.com", "Google"),
        ("https://www.google.de/", "Google"),
        ("fb", "Facebook"),
        ("IG", "Instagram"),
        ("hn", "Hacker News"),
        ("hacker_news", "Hacker News"),
        ("Hacker News", "Hacker News"),
        ("hackernews", "Hacker News"),
        ("l.instagram.com", "Instagram"),
        ("chatgpt.com", "ChatGPT"),
        ("openai", "ChatGPT"),
        ("newsletter", "E-mail"),
        ("e-mail", "E-mail"),
        ("spring-sale", None),
        ("", None),
    ],
)
def test_what_campaigns_call_a_source(given: str, name: str | None) -> None:
    known = known_source(given)
    assert (known.name if known else None) == name


OURS = Overrides(
    {
        "google.com": Known("G", "site"),
        "blog.example.net": Known("Our blog", "site"),
        "weekly": Known("The weekly", "mail"),
        "shop": Known("Our shop", "shopping"),
    }
)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("google.com", "G"),
        ("images.google.com", "G"),
        ("news.google.com", "Google News"),
        ("google.de", "Google"),
        ("blog.example.net", "Our blog"),
        ("old.blog.example.net", "Our blog"),
        ("example.net", None),
        ("other.shop", None),
        ("shop", "Our shop"),
    ],
)
def test_an_override_goes_before_the_same_entry(host: str, name: str | None) -> None:
    known = known_referrer(host, OURS)
    assert (known.name if known else None) == name


@pytest.mark.parametrize("given", ["weekly", "Weekly"])
def test_an_override_may_be_of_what_a_campaign_says(given: str) -> None:
    assert known_source(given, OURS) == Known("The weekly", "mail")
    assert known_source(given) is None
