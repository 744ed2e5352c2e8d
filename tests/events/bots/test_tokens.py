"""What is kept of a program's agent."""

from __future__ import annotations

import pytest

from ezee.events.bots.tokens import LIMIT, tokens

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    ("agent", "matched", "expected"),
    [
        (GOOGLEBOT, "Googlebot", ["Googlebot", "Googlebot", "MARK"]),
        (GOOGLEBOT, "Googlebot/", ["Googlebot/", "Googlebot/", "MARK"]),
        (GOOGLEBOT, "http", ["", "", "MARK"]),
        ("Screaming Frog SEO Spider/19.0", "Frog SEO", ["Frog SEO", "Frog SEO"]),
        ("My-FeedBot2/1", "Bot", ["Bot", "My-FeedBot"]),
        ("bot203.0.113.9", "bot", ["bot", "bot"]),
        ("203.0.113.9-crawler/1.0", "crawl", ["crawl", "-crawler"]),
        ("one (bot@example.com) two", "bot", ["", "", "MARK"]),
        ("x www.example.com/bot", "bot", ["", "", "MARK"]),
        ("<b>bot\x00é", "<b>bot\x00é", ["b bot", "b bot"]),
        ("é", "é", ["", "", "MARK"]),
    ],
)
def test_the_product_is_kept(agent: str, matched: str, expected: list[str]) -> None:
    start = agent.index(matched)
    found = list(tokens(agent, start, start + len(matched), "MARK"))
    assert found[: len(expected)] == expected


@pytest.mark.parametrize("agent", ["a" * 200, "a/" + "1" * 200, "a b" * 100])
def test_tokens_are_short(agent: str) -> None:
    assert all(len(token) <= LIMIT for token in tokens(agent, 0, len(agent), "x"))
