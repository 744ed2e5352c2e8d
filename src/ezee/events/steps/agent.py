"""Browser and system by family, and the type of device.

Families come from ua-parser's published expressions; its device list, which names models, is
left out. The device type is a rule of our own on the agent and its system.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from ua_parser import Domain, Parser
from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver

from ezee.events.draft import Draft


class Agent(NamedTuple):
    """What an agent string says of browser, system and device; empty where it says nothing."""

    browser: str
    os: str
    device: str


def put_agent(draft: Draft) -> None:
    """Browser, system and device."""
    draft.browser, draft.os, draft.device = read_agent(draft.user_agent)


@lru_cache(maxsize=20_000)
def read_agent(user_agent: str) -> Agent:
    """Read an agent string."""
    found = _parser()(user_agent, Domain.USER_AGENT | Domain.OS)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    browser, system = _known(browser), _known(system)
    return Agent(browser, system, device_type(user_agent, system))


def warm_up() -> None:
    """Load the expressions now rather than with the first event."""
    read_agent("Mozilla/5.0")


@cache
def _parser() -> Parser:
    browsers, systems, _ = load_builtins()
    return Parser(Resolver((browsers, systems, [])))


def _known(family: str) -> str:
    return "" if family == "Other" else family


_TV = re.compile(
    r"TV|BRAVIA|Roku|CrKey|Tizen .*SmartHub|Web0S|PlayStation|Xbox|Nintendo", re.IGNORECASE
)
_TABLET = re.compile(
    r"iPad|Tablet|PlayBook|Kindle|Silk/(?!.*Mobile)|Nexus (?:7|9|10)\b", re.IGNORECASE
)
_MOBILE = re.compile(
    r"Mobi|iPhone|iPod|Windows Phone|BlackBerry|BB10|Opera Mini|MIDP|Symbian", re.IGNORECASE
)
_DESKTOPS = {"Windows", "Mac OS X", "Linux", "Chrome OS", "Ubuntu", "Fedora", "Debian", "FreeBSD"}
_DESKTOP = re.compile(r"Windows NT|Macintosh|X11|CrOS", re.IGNORECASE)


def device_type(user_agent: str, system: str) -> str:
    """``desktop``, ``mobile``, ``tablet``, ``tv`` or ``other``."""
    if _TV.search(user_agent):
        return "tv"
    if _TABLET.search(user_agent):
        return "tablet"
    if _MOBILE.search(user_agent):
        return "mobile"
    if system == "Android":
        return "tablet"
    if system in _DESKTOPS or _DESKTOP.search(user_agent):
        return "desktop"
    return "other"
