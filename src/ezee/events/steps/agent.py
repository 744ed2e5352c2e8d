"""Browser, version, system and type of device, from the agent string and the client hints.

ua-parser's published expressions tell browser and system, tables of our own (``agent_names``) what
they miss and the names people know; ua-parser's device list, which names models, is left out. The
rules in plain words, and what they cannot tell, are in ``docs/agents.md``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from sys import intern

import msgspec
from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver

from ezee.events.agent_names import BRANDS, FAMILIES, PLATFORMS, PRODUCTS, SYSTEMS, WORDS
from ezee.events.bots.declared import judge_agent
from ezee.events.bots.features import browser_hints
from ezee.events.bots.verdict import Verdict
from ezee.events.client_hints import (
    NO_HINTS,
    ClientHints,
    read_boolean,
    read_brands,
    read_string,
    read_strings,
)
from ezee.events.device import look_at
from ezee.events.plain_agents import Agent, plain_agent
from ezee.events.remembering import Memory

_LONGEST = 1_000
_HIGHEST_VERSION = 32767


class Told(msgspec.Struct, frozen=True, gc=False):
    """An ``Agent``, and what else a browser says of itself.

    ``hints`` has bits of ``Hint``, ``declared`` is the verdict on the agent string.
    """

    browser: str
    version: int
    os: str
    device: str
    hints: int
    declared: Verdict | None


def told_of(user_agent: str, hints: ClientHints) -> Told:
    """Browser, system and device, and whether a program speaks."""
    agent = user_agent[:_LONGEST]
    return _told[agent] if hints is NO_HINTS else _told[agent, hints]


def _tell(key: str | tuple[str, ClientHints]) -> Told:
    user_agent, hints = (key, NO_HINTS) if isinstance(key, str) else key
    plain = plain_agent(user_agent)
    if plain is not None and hints is NO_HINTS:
        return Told(*plain, 0, None)
    browser, version, system, device = read_agent(user_agent, hints)
    bits, verdict = browser_hints(user_agent, hints), None if plain else judge_agent(user_agent)
    return Told(intern(browser), version, system, device, bits, verdict)


_told = Memory(_tell, longest=2 * _LONGEST)


def read_agent(user_agent: str, hints: ClientHints = NO_HINTS) -> Agent:
    """Read an agent's first 1,000 characters, and hints that are no longer than that together."""
    if hints is not NO_HINTS and sum(map(len, hints)) > _LONGEST:
        hints = NO_HINTS
    return _read(user_agent[:_LONGEST], hints)


def warm_up() -> None:
    """Load the expressions now rather than with the first event."""
    read_agent("Mozilla/5.0")


def _read(user_agent: str, hints: ClientHints) -> Agent:
    # An agent may be no text at all, which the expressions would refuse.
    text = user_agent if user_agent.isascii() else user_agent.encode(errors="replace").decode()
    agent = _read_string(text)
    return agent if hints == NO_HINTS else _with_hints(agent, hints)


@cache
def _expressions() -> Resolver:
    browsers, systems, _ = load_builtins()
    return Resolver((browsers, systems, []))


def _read_string(user_agent: str) -> Agent:
    return plain_agent(user_agent) or search_agent(user_agent)


def search_agent(user_agent: str) -> Agent:
    """What the searches find in an agent of whatever form."""
    text = user_agent.lower()
    device, product = look_at(text)
    named = _product(text) if product else None
    browser, version = named or _family(user_agent) or _engine(text) or ("", 0)
    return Agent(browser, version, _system(user_agent, text), device)


# A product of a lower-case agent and its major version: "chrome/126".
_PRODUCT = re.compile(r"\b([a-z][\w.]{1,30}+)/v?(\d{1,5})")


def _products(text: str) -> list[tuple[str, str]]:
    return _PRODUCT.findall(text.replace("lg browser", "lgbrowser"))


def _product(text: str) -> tuple[str, int] | None:
    # Engines come first in an agent, then the browser, then the app that it is a part of.
    for product, version in reversed(_products(text)):
        if product in PRODUCTS:
            return PRODUCTS[product], _number(version)
    return None


def _family(user_agent: str) -> tuple[str, int] | None:
    found = _expressions().ua.extract(user_agent)
    if found is None:
        return None
    browser = FAMILIES.get(found.family, found.family)
    return (browser, _number(found.major)) if browser else None


# What is left to go by where an agent names nothing finer, the outermost first.
_ENGINES = {"opera": "Opera", "firefox": "Firefox", "chrome": "Chrome", "safari": "Safari"}


def _engine(text: str) -> tuple[str, int] | None:
    versions = dict(_products(text))
    for product, browser in _ENGINES.items():
        if product in versions:
            return browser, _number(versions[product])
    return None


def _number(digits: str | None) -> int:
    return min(int(digits), _HIGHEST_VERSION) if digits and digits.isdecimal() else 0


_WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})")
_FINEST_FIRST = list(WORDS)


def _system(user_agent: str, text: str) -> str:
    found = _expressions().os.extract(user_agent)
    name = SYSTEMS.get(found.family, "") if found else ""
    if name == "Android":
        return "HarmonyOS" if "harmonyos" in text else name
    if name:
        return name
    words = _WORD.findall(text)
    return WORDS[min(words, key=_FINEST_FIRST.index)] if words else ""


def _with_hints(agent: Agent, hints: ClientHints) -> Agent:
    browser, version = _hinted_browser(agent, hints.brands)
    system = _hinted_system(agent.os, hints.platform)
    return Agent(browser, version, system, _hinted_device(agent, system, hints))


# Agents that other browsers send too; as brands they say no more.
_SHARED = {"", "Chrome", "Android WebView"}


def _hinted_browser(agent: Agent, header: str) -> tuple[str, int]:
    brands = _known_brands(header)
    finer = [brand for brand in brands if brand[0] not in _SHARED]
    # "Opera GX" is finer than "Opera".
    if finer and (agent.browser in _SHARED or finer[0][0].startswith(agent.browser)):
        return finer[0]
    if brands and agent.browser in {"", "Chrome"}:
        return brands[0]
    return agent.browser, agent.version


@lru_cache(maxsize=1_000)
def _known_brands(header: str) -> tuple[tuple[str, int], ...]:
    return tuple(
        (BRANDS[key], brand.version)
        for brand in read_brands(header)
        if (key := brand.name.replace(" ", "").lower()) in BRANDS
    )


# Systems that have a platform's name in the hints for want of one of their own.
_KINDRED = {
    "Android": {"HarmonyOS", "KaiOS", "Tizen"},
    "Linux": {"Android", "Chrome OS", "KaiOS", "Tizen", "webOS"},
}


def _hinted_system(system: str, header: str) -> str:
    platform = PLATFORMS.get(read_string(header), "")
    return system if not platform or system in _KINDRED.get(platform, ()) else platform


_FORM_FACTORS = {
    "Automotive": "other",
    "Desktop": "desktop",
    "Mobile": "mobile",
    "Tablet": "tablet",
    "Watch": "other",
    "XR": "other",
}
_DESKTOPS = {"Chrome OS", "Linux", "Windows", "macOS"}


def _hinted_device(agent: Agent, system: str, hints: ClientHints) -> str:
    if agent.device in {"tv", "other"}:
        return agent.device
    for form in read_strings(hints.form_factors):
        if form in _FORM_FACTORS:
            return _FORM_FACTORS[form]
    mobile = read_boolean(hints.mobile)
    if mobile:
        # A phone's browser that asks for pages as a desktop gets them sends a desktop's agent.
        return "mobile" if agent.device == "desktop" else agent.device
    if mobile is False and system == "Android":
        return "tablet"
    return "desktop" if system != agent.os and system in _DESKTOPS else agent.device
