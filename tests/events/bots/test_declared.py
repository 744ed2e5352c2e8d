"""Programs are told by their agent; people with odd devices are not."""

from __future__ import annotations

import re

import crawleruseragents
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ezee.events.bots.declared import NO_AGENT, judge_agent
from ezee.events.bots.patterns import UNUSUAL_FORM
from ezee.events.bots.verdict import Category
from tests.support.service import BROWSER

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko; compatible;"
BOTS = [
    (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        *("Googlebot", Category.SEARCH, "Googlebot/"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {CHROME} "
        "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        *("Googlebot", Category.SEARCH, "Googlebot/"),
    ),
    (f"Mozilla/5.0 {KHTML} GPTBot/1.2)", "GPTBot", Category.AI, "GPTBot"),
    (f"Mozilla/5.0 {KHTML} AhrefsBot/7.0)", "AhrefsBot", Category.SEO, "AhrefsBot"),
    ("Twitterbot/1.0", "Twitterbot", Category.PREVIEW, "Twitterbot"),
    ("curl/8.5.0", "curl", Category.TOOL, "curl"),
    ("python-requests/2.32.3", "python-requests", Category.TOOL, "python-requests"),
    (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "HeadlessChrome/126.0.0.0 Safari/537.36",
        *("HeadlessChrome", Category.HEADLESS, "HeadlessChrome"),
    ),
    (f"Mozilla/5.0 {CHROME} HtmlUnit/4.0", "HtmlUnit", Category.HEADLESS, "HtmlUnit"),
    (f"{CHROME} Playwright/1.44", "Playwright", Category.HEADLESS, "Playwright"),
    (f"Mozilla/5.0 {KHTML} Foocrawler/3)", "contains crawl", Category.OTHER, "crawl"),
    ("Foo/1.0 Zed/2 (http://foo.example)", "contains http", Category.OTHER, "http"),
    ("Foo", UNUSUAL_FORM, Category.OTHER, ""),
    (f"Mozilla/5.0 {CHROME} (jane@corp.example)", UNUSUAL_FORM, Category.OTHER, ""),
]
PEOPLE = [
    BROWSER,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
    f"Mozilla/5.0 (Linux; Android 10; CUBOT X30) {CHROME}",
    f"Mozilla/5.0 (Linux; Android 7.0; XBot Junior Build/NRD90M) {CHROME}",
    f"Mozilla/5.0 (Linux; U; Android 4.2.2; it-it; Discovery (4) Build/JDQ39) {CHROME}",
    f"Mozilla/5.0 (Linux; Android 6.0; CG|EON Blaze) {CHROME}",
    f"Mozilla/5.0 (Linux; Android 12; Google TV Streamer) {CHROME}",
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows Phone OS 7.5; Trident/5.0; IEMobile/9.0; HTC; "
    "Radar C110e)",
    f"Mozilla/5.0 (Linux; Android 9; V1) {CHROME} SogouMSE,SogouMobileBrowser/5.6.2",
    "dv(iPh8,2);pr(UCBrowser/11.3.5.1203);ov(15_8);ss(414x736);bt(GJ);pm(0);bv(0);nm(0);im(0);",
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 AppleNews/882 Version/8.5",
]


@pytest.mark.parametrize(("agent", "rule", "category", "token"), BOTS)
def test_programs_get_a_rule_and_a_token(
    agent: str, rule: str, category: Category, token: str
) -> None:
    assert judge_agent(agent) == (rule, category, token)


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_pass(agent: str) -> None:
    assert judge_agent(agent) is None


@pytest.mark.parametrize("agent", ["", " ", "-", "\t", "--"])
def test_no_agent_is_a_rule(agent: str) -> None:
    assert judge_agent(agent) == NO_AGENT


@pytest.mark.parametrize(
    ("agent", "rule"),
    [("\U0001f600", None), ("\udcff", UNUSUAL_FORM), ("x" * 8000, UNUSUAL_FORM)],
)
def test_odd_agents_do_no_harm(agent: str, rule: str | None) -> None:
    verdict = judge_agent(agent)
    assert (verdict.rule if verdict else None) == rule


@pytest.mark.parametrize(("length", "found"), [(900, True), (1_000, False)])
def test_only_the_first_1000_characters_are_read(length: int, found: bool) -> None:
    agent = f"Mozilla/5.0 ({'x ' * (length // 2)}) Googlebot/2.1"
    assert (judge_agent(agent) is not None) is found


AGENTS = [
    agent for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA for agent in entry["instances"]
]
PIECES = [
    *"- -- / ) | [ ( x é ' curl scan rss WebDriver Googlebot/2.1 Mozilla/5.0 Build/1)".split(),
    *("(compatible;", "Android 9; XBot", "SogouMobileBrowser/3", "http://bot.example"),
    "bot@corp.example",
]


def is_found_again(agent: str) -> bool:
    """Whether the token, where there is one, leads to the rule and category of the agent."""
    verdict = judge_agent(agent)
    if not verdict or not verdict.token:
        return True
    again = judge_agent(verdict.token)
    return again is not None and again[:2] == verdict[:2]


def test_known_crawlers_have_a_token_by_which_their_rule_is_found_again() -> None:
    # What cannot be kept: a mark that is an address, or a sign beside the product, such as ")".
    verdicts = [verdict for agent in AGENTS if (verdict := judge_agent(agent))]
    assert len(verdicts) > 0.999 * len(AGENTS) > 2_000
    assert len([verdict for verdict in verdicts if verdict.token]) > 0.99 * len(verdicts)
    assert [agent for agent in AGENTS if not is_found_again(agent)] == []


@settings(max_examples=500, deadline=None, derandomize=True)
@given(parts=st.lists(st.sampled_from(PIECES), max_size=6), sign=st.sampled_from(["", " ", "; "]))
def test_whatever_an_agent_says_its_token_says_the_same(parts: list[str], sign: str) -> None:
    assert is_found_again(sign.join(parts))


def test_no_token_holds_an_address() -> None:
    tokens = [verdict.token for agent in AGENTS if (verdict := judge_agent(agent))]
    assert len(tokens) > 2_000
    assert [token for token in tokens if not re.fullmatch(r"[A-Za-z0-9._/!' -]{0,64}", token)] == []
    assert [token for token in tokens if "://" in token] == []
