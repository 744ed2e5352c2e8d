"""Browser, system and device of well-known agents."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.steps.agent import put_agent, read_agent
from tests.support.events import draft
from tests.support.service import BROWSER

AGENTS = [
    (BROWSER, "Chrome", "Windows", "desktop"),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
        "Firefox",
        "Mac OS X",
        "desktop",
    ),
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
        "Firefox",
        "Linux",
        "desktop",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
        "iOS",
        "mobile",
    ),
    (
        "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
        "iOS",
        "tablet",
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Mobile Safari/537.36",
        "Chrome Mobile",
        "Android",
        "mobile",
    ),
    (
        "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Safari/537.36",
        "Chrome",
        "Android",
        "tablet",
    ),
    (
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) "
        "Version/6.0 TV Safari/538.1",
        None,
        "Tizen",
        "tv",
    ),
    ("SomethingElse/1.0", "", "", "other"),
    ("", "", "", "other"),
    ("\U0001f600", "", "", "other"),
]


@pytest.mark.parametrize(("agent", "browser", "system", "device"), AGENTS)
def test_agents(agent: str, browser: str | None, system: str, device: str) -> None:
    found = read_agent(agent)
    assert (found.os, found.device) == (system, device)
    assert browser is None or found.browser == browser


def test_the_step_puts_all_three(tmp_path: Path) -> None:
    made = draft(tmp_path)
    put_agent(made)
    assert (made.browser, made.os, made.device) == ("Chrome", "Windows", "desktop")
