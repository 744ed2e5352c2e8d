"""Agents in the forms that most people's browsers have had for years, told at a glance.

An agent is searched for programs, devices, browsers and systems, one search after the other. What
has one of these forms to the letter needs none: whatever its numbers are, they find the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Agent(NamedTuple):
    """What a browser says of itself, empty where it says nothing.

    ``version`` is the major one, 0 where unknown; ``device`` is ``desktop``, ``mobile``,
    ``tablet``, ``tv`` or ``other``.
    """

    browser: str
    version: int
    os: str
    device: str


def plain_agent(user_agent: str) -> Agent | None:
    """What a person's browser tells that adds nothing to its form; None for any other agent."""
    found = FORM.fullmatch(user_agent)
    if found is None:
        return None
    browser, version = _BROWSERS[found.lastgroup or ""], int(found[found.lastindex or 0])
    system, device = _SYSTEMS[user_agent[_SYSTEM]]
    return Agent(browser, version, system, device)


# By the first letter of what stands in brackets.
_SYSTEM = len("Mozilla/5.0 (")
_SYSTEMS = {
    "L": ("Android", "mobile"),
    "M": ("macOS", "desktop"),
    "W": ("Windows", "desktop"),
    "X": ("Linux", "desktop"),
    "i": ("iOS", "mobile"),
}
_BROWSERS = {
    "chrome": "Chrome",
    "edge": "Edge",
    "firefox": "Firefox",
    "android": "Chrome",
    "safari": "Safari",
    "iphone": "Safari",
}
# Chrome calls each phone "K"; before, Samsung's had the names of their series.
FORM = re.compile(
    r"""
    Mozilla/5\.0[ ]\((?:
        (?: Windows[ ]NT[ ]\d\d?\.\d;[ ]Win64;[ ]x64
        |   Macintosh;[ ]Intel[ ]Mac[ ]OS[ ]X[ ]10[._]\d\d?(?:[._]\d\d?)?
        |   X11;[ ](?:Ubuntu;[ ])?Linux[ ]x86_64
        )
        (?: \)[ ]AppleWebKit/537\.36[ ]\(KHTML,[ ]like[ ]Gecko\)
            [ ]Chrome/(?P<chrome>\d{1,4})\.\d+\.\d+\.\d+[ ]Safari/537\.36
            (?:[ ]Edg/(?P<edge>\d{1,4})\.\d+\.\d+\.\d+)?
        |   ;[ ]rv:\d+\.\d+\)[ ]Gecko/20100101[ ]Firefox/(?P<firefox>\d{1,4})\.\d+
        )
    |   Macintosh;[ ]Intel[ ]Mac[ ]OS[ ]X[ ]10_\d\d?(?:_\d\d?)?\)
        [ ]AppleWebKit/605\.1\.15[ ]\(KHTML,[ ]like[ ]Gecko\)
        [ ]Version/(?P<safari>\d{1,4})\.\d+(?:\.\d+)?[ ]Safari/605\.1\.15
    |   iPhone;[ ]CPU[ ]iPhone[ ]OS[ ]\d\d?_\d+(?:_\d+)?[ ]like[ ]Mac[ ]OS[ ]X\)
        [ ]AppleWebKit/605\.1\.15[ ]\(KHTML,[ ]like[ ]Gecko\)
        [ ]Version/(?P<iphone>\d{1,4})\.\d+(?:\.\d+)?[ ]Mobile/15E\d+[ ]Safari/604\.1
    |   Linux;[ ]Android[ ]\d\d?(?:\.\d){0,2};[ ](?:K|SM-[AFGJMNS]\d{3}[A-Z\d]{0,2})\)
        [ ]AppleWebKit/537\.36[ ]\(KHTML,[ ]like[ ]Gecko\)
        [ ]Chrome/(?P<android>\d{1,4})\.\d+\.\d+\.\d+[ ]Mobile[ ]Safari/537\.36
    )
    """,
    re.VERBOSE | re.ASCII,
)
