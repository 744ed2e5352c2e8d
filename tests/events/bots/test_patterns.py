"""Names and expressions of the rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import re2

from ezee.events.bots import patterns
from ezee.events.bots.patterns import (
    LEFT_OUT,
    UNUSUAL_FORM,
    crawler_name,
    read_patterns,
    without_look_around,
    word_rule,
)

ISBOT: list[str] = json.loads(Path(patterns.__file__).with_name("isbot.json").read_text())


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        (r"Googlebot\/", "Googlebot"),
        ("Googlebot-Image", "Googlebot-Image"),
        ("AdsBot-Google([^-]|$)", "AdsBot-Google"),
        ("Ahrefs(Bot|SiteAudit)", "AhrefsBot"),
        ("S[eE][mM]rushBot", "SEMrushBot"),
        (r"Mediapartners \(Googlebot\)", "Mediapartners (Googlebot)"),
        (r"(^| )sentry\/", "sentry"),
        ("Netumo|netumo", "Netumo"),
        (r"Current[\s\S]*RSS Reader", "Current RSS Reader"),
        (r"BlogTraffic\/\d\.\d+ Feed-Fetcher", "BlogTraffic/0.0 Feed-Fetcher"),
        (r"SSL Labs \(https:\/\/www\.ssllabs\.com", "SSL Labs"),
        ("SSL Labs$", "SSL Labs"),
        (r"dbot\)", "dbot"),
    ],
)
def test_crawlers_are_named(expression: str, name: str) -> None:
    assert crawler_name(expression) == name


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ("crawl", "contains crawl"),
        (r"rss\b", "contains rss"),
        (r"bots?(?:\b|_)", "contains bot"),
        (r"^clamav[ /]", "begins with clamav"),
        ("^ddg[_-]android", "begins with ddg_android"),
        (r"^\w*search\b", "contains search"),
        (r"mail\.ru/", "contains mail.ru"),
        ("ask jeeves/teoma", "contains ask-jeeves/teoma"),
        (r"\|", UNUSUAL_FORM),
        (r"^[<\(;]", UNUSUAL_FORM),
        (r"^[\w\-]+/[\w]+$", UNUSUAL_FORM),
        (r"^mozilla/\d\.\d\s[\w\.-]+$", UNUSUAL_FORM),
    ],
)
def test_words_and_forms_are_named(expression: str, rule: str) -> None:
    assert word_rule(expression) == rule


@pytest.mark.parametrize(
    ("expression", "wide"),
    [
        ("crawl", "crawl"),
        ("(?<!cam)scan", "scan"),
        ("java(?!;)", "java"),
        ("(?<! channel/|google/)google(?!(?:wv|app|/google| pixel))", "google"),
        (r"a(?=\))b", "ab"),
    ],
)
def test_look_around_is_taken_out(expression: str, wide: str) -> None:
    assert without_look_around(expression) == wide


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    assert set(ISBOT) >= LEFT_OUT


def test_every_expression_is_read_by_re2() -> None:
    found = read_patterns()
    assert len(found) > 1_500
    assert [pattern.text for pattern in found if not re2.compile(pattern.text)] == []


def test_rules_have_one_category_and_a_short_plain_name() -> None:
    categories: dict[str, set[str]] = {}
    for pattern in read_patterns():
        categories.setdefault(pattern.rule, set()).add(pattern.category)
    assert [rule for rule, several in categories.items() if len(several) > 1] == []
    assert [rule for rule in categories if re.search(r"[\[\]{}|*^$?\\]|^\s|\s$|^.{65}", rule)] == []


def test_a_named_crawler_goes_before_the_browser_that_it_drives() -> None:
    rules = [pattern.rule for pattern in read_patterns()]
    order = [
        "Googlebot-Image",
        "Googlebot",
        "HeadlessChrome",
        "contains bot",
        "contains headless",
        UNUSUAL_FORM,
    ]
    assert [rules.index(rule) for rule in order] == sorted(rules.index(rule) for rule in order)
