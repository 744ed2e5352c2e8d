"""Stamps: what is genuine, and everything else that must not be."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ezee.model.stamps import MINUTES_AHEAD, MINUTES_OLD, is_genuine, path_of
from tests.support.clock import instant

SITE = "ezi_64a31d92b70f"
SECRET = "ezs_" + "7".zfill(64)
NOW = instant("2026-07-14T00:00:00+00:00")
MINUTE = 60_000
# Worked out with `openssl dgst -sha256 -hmac`.
KNOWN = "29733120.1927275952d710a563dd894abdb9e0fcba59ac3402e50943101cfd3d267b4a5a"
URL = "https://example.com/caf%C3%A9/"


def stamp(minute: int | str, path: str = "/", secret: str = SECRET) -> str:
    message = f"{SITE}\n{path}\n{minute}".encode()
    return f"{minute}.{hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://example.com", "/"),
        ("https://example.com/", "/"),
        ("HTTP://EXAMPLE.COM:8080/A/b", "/A/b"),
        ("https://user@example.com?a=/b", "/"),
        ("https://example.com#/c", "/"),
        ("https://example.com/a?b/c#d", "/a"),
        ("https://example.com/a#b?c", "/a"),
        ("/caf%C3%A9/%2e%2E;x=1/?y", "/caf%C3%A9/%2e%2E;x=1/"),
        ("/café", "/café"),
        ("//example.com/a", "//example.com/a"),
        ("/https://example.com/a", "/https://example.com/a"),
        ("?a", "/"),
        ("", "/"),
    ],
)
def test_a_path_is_taken_as_it_was_sent(url: str, path: str) -> None:
    assert path_of(url) == path


def test_a_stamp_that_was_made_elsewhere_is_genuine() -> None:
    assert is_genuine(KNOWN, SECRET, SITE, URL, NOW)


@pytest.mark.parametrize(
    ("secret", "site_id", "url"),
    [
        ("ezs_" + "8".zfill(64), SITE, URL),
        (SECRET, "ezi_64a31d92b70e", URL),
        (SECRET, SITE, "https://example.com/caf%C3%A9"),
        (SECRET, SITE, "https://example.com/caf%c3%a9/"),
        (SECRET, SITE, "https://example.com/café/"),
        (SECRET, SITE, "https://example.com/\ud800"),
        (SECRET, SITE, ""),
    ],
)
def test_it_vouches_for_one_page_of_one_site(secret: str, site_id: str, url: str) -> None:
    assert not is_genuine(KNOWN, secret, site_id, url, NOW)


def test_query_and_host_are_not_part_of_it() -> None:
    assert is_genuine(KNOWN, SECRET, SITE, "http://www.example.net/caf%C3%A9/?a=1#b", NOW)


def test_without_a_secret_nothing_is_genuine() -> None:
    assert not is_genuine(stamp(NOW // MINUTE, secret=""), "", SITE, "/", NOW)


@pytest.mark.parametrize(
    ("at", "genuine"),
    [
        (NOW - MINUTES_AHEAD * MINUTE - 1, False),
        (NOW - MINUTES_AHEAD * MINUTE, True),
        (NOW, True),
        (NOW + (MINUTES_OLD + 1) * MINUTE - 1, True),
        (NOW + (MINUTES_OLD + 1) * MINUTE, False),
    ],
)
def test_it_is_good_for_an_hour_and_for_clocks_that_are_ahead(at: int, genuine: bool) -> None:
    assert (MINUTES_OLD, MINUTES_AHEAD) == (60, 5)
    assert is_genuine(KNOWN, SECRET, SITE, URL, at) is genuine


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        ".",
        KNOWN[:-1],
        KNOWN + "0",
        KNOWN[:-1] + "b",
        KNOWN + "\n",
        " " + KNOWN,
        KNOWN.upper(),
        KNOWN.replace(".", ""),
        KNOWN.replace("29733120", "29733121"),
        KNOWN.replace("29733120", ""),
        KNOWN.replace("29733120", "9" * 5000),
        KNOWN.replace("2973", "٢٩٧٣"),
        "29733120." + "٣" * 64,
        "29733120." + "\ud800" * 64,
        "\0" * 73,
    ],
)
def test_rubbish_is_not_genuine(rubbish: str) -> None:
    assert not is_genuine(rubbish, SECRET, SITE, URL, NOW)


# Signed as they stand, by somebody who has the secret: a minute is written in one way only.
@pytest.mark.parametrize("minute", ["029733120", "+29733120", "29733120 ", "29_733_120", "-5"])
def test_a_minute_is_plain_digits(minute: str) -> None:
    assert is_genuine(stamp("29733120"), SECRET, SITE, "/", NOW)
    assert not is_genuine(stamp(minute), SECRET, SITE, "/", NOW)
