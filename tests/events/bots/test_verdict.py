"""Categories and rules are described."""

from __future__ import annotations

import re

import pytest

from ezee.events.bots.declared import NO_AGENT
from ezee.events.bots.features import DATA_CENTRE, HEADLESS, IMPOSSIBLE, REFERRER_SPAM
from ezee.events.bots.patterns import LEFT_OUT, UNUSUAL_FORM, read_patterns
from ezee.events.bots.rates import TOO_MANY
from ezee.events.bots.verdict import Category, Verdict
from tests.docs.pages import first_column, page

PAGE = "docs/bots.md"
EXAMPLES = re.compile(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", re.MULTILINE)
WORDS = re.compile(r"^\| `(\w+)` \| (contains|begins with) \| (.*) \|$", re.MULTILINE)
OTHERS = [NO_AGENT, HEADLESS, DATA_CENTRE, REFERRER_SPAM, IMPOSSIBLE, TOO_MANY]


def test_categories_are_short_words_and_described() -> None:
    assert first_column(PAGE, "## Categories") == list(Category)
    assert [category for category in Category if not re.fullmatch("[a-z_]{2,16}", category)] == []


def test_examples_of_categories_are_rules() -> None:
    categories = {pattern.rule: pattern.category for pattern in read_patterns()}
    categories |= {verdict.rule: verdict.category for verdict in OTHERS}
    table = page(PAGE).split("\n## Rules on the agent\n")[0]
    examples = {
        rule: category
        for category, rules in EXAMPLES.findall(table)
        for rule in re.findall("`([^`]+)`", rules)
    }
    assert len(examples) > len(Category)
    assert {rule: categories.get(rule) for rule in examples} == examples


@pytest.mark.parametrize("verdict", OTHERS)
def test_rules_are_described(verdict: Verdict) -> None:
    assert verdict.token == ""
    assert f"`{verdict.rule}`" in page(PAGE)


def test_words_are_described_with_their_category() -> None:
    described = {
        (f"{where} {word}", category)
        for category, where, words in WORDS.findall(page(PAGE))
        for word in words.replace("`", "").split()
    }
    assert described == {
        (pattern.rule, pattern.category)
        for pattern in read_patterns()
        if pattern.rule.startswith(("contains ", "begins with "))
    }


@pytest.mark.parametrize("text", [UNUSUAL_FORM, *sorted(LEFT_OUT - {"(?:^|[^g])news(?!sapphire)"})])
def test_forms_are_described(text: str) -> None:
    assert f"`{text}`" in page(PAGE)
