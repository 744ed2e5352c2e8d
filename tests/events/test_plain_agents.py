"""Agents of the plainest forms: told at a glance, as the searches would have told them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ezee.events.bots.declared import judge_agent
from ezee.events.bots.features import browser_hints
from ezee.events.client_hints import NO_HINTS
from ezee.events.plain_agents import FORM, plain_agent
from ezee.events.steps.agent import search_agent

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36"
PHONE = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"

PLAIN = [
    (WINDOWS, ("Chrome", 126, "Windows", "desktop")),
    (f"{WINDOWS} Edg/127.0.2651.74", ("Edge", 127, "Windows", "desktop")),
    (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
        ("Firefox", 127, "Linux", "desktop"),
    ),
    (f"{MAC} Version/17.5 Safari/605.1.15", ("Safari", 17, "macOS", "desktop")),
    (IPHONE, ("Safari", 17, "iOS", "mobile")),
    (PHONE, ("Chrome", 126, "Android", "mobile")),
    (PHONE.replace("K", "SM-S911B", 1), ("Chrome", 126, "Android", "mobile")),
]


@pytest.mark.parametrize(("agent", "told"), PLAIN)
def test_plain_agents(agent: str, told: tuple[str, int, str, str]) -> None:
    assert plain_agent(agent) == told


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.from_regex(FORM, fullmatch=True))
def test_a_form_says_what_the_searches_find(agent: str) -> None:
    assert plain_agent(agent) == search_agent(agent)
    assert judge_agent(agent) is None
    assert browser_hints(agent, NO_HINTS) == 0


@pytest.mark.parametrize(
    "agent",
    [
        "",
        f"{WINDOWS} OPR/111.0.0.0",
        f"{WINDOWS}\n",
        WINDOWS.replace("Chrome", "HeadlessChrome"),
        WINDOWS.replace("x64", "x64; Googlebot/2.1"),
        WINDOWS.replace("126", "١٢٦"),
        PHONE.replace("K", "SM-T510"),
        PHONE.replace(" Mobile", ""),
        IPHONE.replace("Version", "CriOS"),
    ],
)
def test_whatever_adds_something_is_searched(agent: str) -> None:
    assert plain_agent(agent) is None
