"""Programs are told by what is kept of an event."""

from __future__ import annotations

import pytest

from ezee.events.bots.features import (
    DATA_CENTRE,
    HEADLESS,
    IMPOSSIBLE,
    REFERRER_SPAM,
    Features,
    Hint,
    browser_hints,
    judge_features,
    request_hints,
)
from ezee.events.bots.verdict import Verdict
from ezee.events.client_hints import ClientHints
from tests.support.service import BROWSER

PERSON = Features("Chrome", 126, "Windows", "desktop", 0, "")
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("features", "verdict"),
    [
        (PERSON, None),
        (PERSON._replace(hints=Hint.CLIENT_HINTS), None),
        (PERSON._replace(hints=Hint.NO_LANGUAGE | Hint.OTHER_VERSION), None),
        (PERSON._replace(hints=Hint.HEADLESS | Hint.DATA_CENTRE), HEADLESS),
        (PERSON._replace(hints=Hint.DATA_CENTRE | Hint.CLIENT_HINTS), DATA_CENTRE),
        (PERSON._replace(hints=1 << 15), None),
        (PERSON._replace(referrer="news.ycombinator.com"), None),
        (PERSON._replace(referrer="eu.semalt.com"), REFERRER_SPAM),
        (PERSON._replace(browser="Safari", version=5), None),
        (PERSON._replace(browser="Safari", version=17), IMPOSSIBLE),
        (PERSON._replace(browser="Safari", version=17, os="macOS"), None),
        (PERSON._replace(browser="Internet Explorer", version=11), None),
        (PERSON._replace(browser="Internet Explorer", version=5, os="macOS"), None),
        (PERSON._replace(browser="Internet Explorer", version=6, os="Linux"), IMPOSSIBLE),
        (PERSON._replace(browser="Internet Explorer", version=9, os="Windows Phone"), None),
        (Features("", 0, "", "", 0, ""), None),
    ],
)
def test_verdicts(features: Features, verdict: Verdict | None) -> None:
    assert judge_features(features, features.hints, features.referrer) == verdict


def test_spammers_may_be_added() -> None:
    assert judge_features(PERSON, 0, "spam.example") is None
    assert judge_features(PERSON, 0, "spam.example", frozenset({"spam.example"})) == REFERRER_SPAM


@pytest.mark.parametrize(
    ("agent", "brands", "hints"),
    [
        (BROWSER, "", 0),
        (CHROME, '"Chromium";v="126", "Not.A/Brand";v="8"', Hint.CLIENT_HINTS),
        (CHROME, '"Brave";v="126"', Hint.CLIENT_HINTS),
        (CHROME, '"Not.A/Brand";v="8"', 0),
        (CHROME, "rubbish", 0),
        (CHROME, '"Chromium";v="125"', Hint.CLIENT_HINTS | Hint.OTHER_VERSION),
        ("Firefox", '"Chromium";v="125"', Hint.CLIENT_HINTS),
        (CHROME, '"HeadlessChrome";v="126"', Hint.CLIENT_HINTS | Hint.HEADLESS),
        (CHROME.replace("Chrome/", "HeadlessChrome/"), "", Hint.HEADLESS),
        (CHROME + " puppeteer", "", Hint.HEADLESS),
    ],
)
def test_hints_of_browsers(agent: str, brands: str, hints: int) -> None:
    sent = ClientHints(brands, "", "", "")
    assert browser_hints(agent, sent) == hints


@pytest.mark.parametrize(
    ("language", "data_centre", "hints"),
    [
        (True, False, 0),
        (False, False, Hint.NO_LANGUAGE),
        (True, True, Hint.DATA_CENTRE),
        (False, True, Hint.NO_LANGUAGE | Hint.DATA_CENTRE),
    ],
)
def test_hints_of_requests(language: bool, data_centre: bool, hints: int) -> None:
    assert request_hints(language=language, data_centre=data_centre) == hints


def test_bits_never_change_their_meaning() -> None:
    assert {hint.name: hint.value for hint in Hint} == {
        "HEADLESS": 1,
        "NO_LANGUAGE": 2,
        "DATA_CENTRE": 4,
        "CLIENT_HINTS": 8,
        "OTHER_VERSION": 16,
    }
