"""What is kept of every event and tells programs from people, now or when it is judged again."""

from __future__ import annotations

import re
from enum import IntFlag
from typing import NamedTuple, Protocol

from ezee.events.bots.spam import SPAMMERS, is_spammer
from ezee.events.bots.verdict import Category, Verdict
from ezee.events.client_hints import NO_HINTS, ClientHints, read_brands


class Hint(IntFlag):
    """What a request says of its sender, a bit each, 16 at most; kept with the event.

    A bit never changes its meaning: old events have it.
    """

    HEADLESS = 1
    """The agent or a brand of its client hints says that no one looks at the browser."""
    NO_LANGUAGE = 2
    """No Accept-Language header; every browser of a person sends one."""
    DATA_CENTRE = 4
    """The address is in the operator's list of networks."""
    CLIENT_HINTS = 8
    """Client hints with a brand; browsers built on Chromium send them over HTTPS."""
    OTHER_VERSION = 16
    """The Chromium of the client hints is another version than the agent's."""


class Features(NamedTuple):
    """What an event tells of its sender; ``hints`` has bits of ``Hint``, ``referrer`` is a host."""

    browser: str
    version: int
    os: str
    device: str
    hints: int
    referrer: str


class Browsing(Protocol):
    """Whatever knows its browser: ``Features``, or what an agent has told."""

    @property
    def browser(self) -> str:
        """See ``Features``."""
        ...

    @property
    def version(self) -> int:
        """See ``Features``."""
        ...

    @property
    def os(self) -> str:
        """See ``Features``."""
        ...


HEADLESS = Verdict("headless browser", Category.HEADLESS)
DATA_CENTRE = Verdict("data centre", Category.NETWORK)
REFERRER_SPAM = Verdict("referrer spam", Category.SPAM)
IMPOSSIBLE = Verdict("impossible browser", Category.OTHER)
FEATURE_RULES = frozenset(each.rule for each in (HEADLESS, DATA_CENTRE, REFERRER_SPAM, IMPOSSIBLE))


def judge_features(
    features: Browsing, hints: int, referrer: str, spammers: frozenset[str] = SPAMMERS
) -> Verdict | None:
    """What an event's features tell; the first rule that fits."""
    if hints & _HEADLESS:
        return HEADLESS
    if hints & _DATA_CENTRE:
        return DATA_CENTRE
    if referrer and is_spammer(referrer, spammers):
        return REFERRER_SPAM
    return IMPOSSIBLE if _is_impossible(features) else None


def _is_impossible(features: Browsing) -> bool:
    """Whether nobody ever made that browser for that system.

    Safari for Windows ended with version 5 (2012), Internet Explorer for others with 5 (2003).
    """
    if features.version < 6:
        return False
    if features.browser == "Safari":
        return features.os == "Windows"
    return features.browser == "Internet Explorer" and features.os in _NOT_WINDOWS


_NOT_WINDOWS = {"Android", "Chrome OS", "Linux", "iOS", "macOS"}


def request_hints(*, language: bool, data_centre: bool) -> int:
    """The bits of ``Hint`` that its browser does not tell; ``language`` says that it named one."""
    bits = 0 if language else _NO_LANGUAGE
    return bits | _DATA_CENTRE if data_centre else bits


def browser_hints(user_agent: str, client_hints: ClientHints) -> int:
    """The bits of ``Hint`` that an agent's first 1,000 characters and the client hints tell."""
    user_agent = user_agent[:_LONGEST]
    bits = _HEADLESS if _says_headless(user_agent) else 0
    if client_hints == NO_HINTS:
        return bits
    for brand in read_brands(client_hints.brands):
        bits |= _CLIENT_HINTS
        if _says_headless(brand.name):
            bits |= _HEADLESS
        if brand.name == "Chromium" and not _agrees(user_agent, brand.version):
            bits |= _OTHER_VERSION
    return bits


def _says_headless(text: str) -> bool:
    lower = text.lower()
    for mark in _HEADLESS_MARKS:  # noqa: SIM110 - a generator takes longer than all it looks for
        if mark in lower:
            return True
    return False


def _agrees(user_agent: str, version: int) -> bool:
    found = _CHROME.search(user_agent)
    return not found or int(found[1]) == version


_LONGEST = 1_000
_HEADLESS_MARKS = (
    *("headless", "phantomjs", "slimerjs", "casperjs", "htmlunit"),
    *("puppeteer", "playwright", "selenium", "webdriver"),
)
_CHROME = re.compile(r"\bChrome/(\d{1,5})")

# Numbers of their own: the arithmetic of flags takes half a microsecond.
_HEADLESS = int(Hint.HEADLESS)
_DATA_CENTRE = int(Hint.DATA_CENTRE)
_NO_LANGUAGE = int(Hint.NO_LANGUAGE)
_CLIENT_HINTS = int(Hint.CLIENT_HINTS)
_OTHER_VERSION = int(Hint.OTHER_VERSION)
