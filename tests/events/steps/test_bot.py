"""Programs are told from people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ezee.events.steps.agent import told_of
from ezee.events.steps.bot import hints_of, verdict_of
from tests.support.events import draft
from tests.support.service import BROWSER

BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "curl/8.5.0",
    "python-requests/2.32.3",
    "",
    " ",
    "-",
]
PEOPLE = [
    BROWSER,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
]


def verdict(folder: Path, **fields: Any) -> tuple[str, str, str] | None:
    made = draft(folder, **fields)
    told = told_of(made.user_agent, made.signals.hints)
    return verdict_of(made, told, hints_of(made, told), "")


@pytest.mark.parametrize("agent", BOTS)
def test_programs_are_told_by_a_rule(tmp_path: Path, agent: str) -> None:
    assert verdict(tmp_path, user_agent=agent)


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_pass(tmp_path: Path, agent: str) -> None:
    assert verdict(tmp_path, user_agent=agent) is None


def test_an_import_may_keep_them_all(tmp_path: Path) -> None:
    assert verdict(tmp_path, user_agent=BOTS[0], judged=False) is None


@pytest.mark.parametrize("agent", ["\U0001f600", "\\xff", "Mozilla/5.0 (" + "x" * 8000, "a\tb"])
def test_odd_agents_do_no_harm(tmp_path: Path, agent: str) -> None:
    assert verdict(tmp_path, user_agent=agent) is None
