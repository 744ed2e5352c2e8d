"""The expressions that tell a program by its agent, each with the name and category of its rule.

Names come first, those of the ``crawler-user-agents`` package and a few of our own; after them
the words and forms of the ``isbot`` package, which say less.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import crawleruseragents
import re2

from ezee.events.bots.verdict import Category

UNUSUAL_FORM = "unusual form"
BEGINS = "begins with "
CONTAINS = "contains "

# Each calls people bots, on old phones, in the browsers of news apps, in Internet Explorer with
# Chrome's engine or in NetSurf, and found no program that another expression did not find.
LEFT_OUT = frozenset(
    {r"\b\w+/1\.0;", "^[^ ]{50,}$", "(?:^|[^g])news(?!sapphire)", "chromeframe", "^netsurf"}
)

_ISBOT = Path(__file__).with_name("isbot.json")


class Pattern:
    """One expression and its rule. ``text`` is read by RE2, which knows no look-around.

    An expression with look-around is ``text`` without it, which finds all that it finds and maybe
    more, and ``confirm``, the whole of it, which has the last word.
    """

    def __init__(self, rule: str, category: Category, text: str, confirm: str = "") -> None:
        self.rule = rule
        self.category = category
        self.text = text
        self._confirm = confirm

    @property
    def mark(self) -> str:
        """The name or word that the rule is about, "" for a form."""
        if self.rule == UNUSUAL_FORM:
            return ""
        return self.rule.removeprefix(BEGINS).removeprefix(CONTAINS)

    def span(self, agent: str) -> tuple[int, int] | None:
        """Where in the agent the expression matches."""
        found = self._compiled.search(agent)
        return found.span() if found else None

    @cached_property
    def _compiled(self) -> Any:
        if self._confirm:
            return re.compile(self._confirm, re.IGNORECASE | re.ASCII)
        return re2.compile(self.text, quiet_options())


def quiet_options() -> re2.Options:
    """RE2's options: it is not to print what it thinks of an odd agent."""
    options = re2.Options()
    options.log_errors = False
    return options


def read_patterns() -> list[Pattern]:
    """Every expression, the most telling first."""
    names = [*_OWN, *map(_crawler, crawleruseragents.CRAWLER_USER_AGENTS_DATA)]
    expressions: list[str] = json.loads(_ISBOT.read_text())
    words = [_word(expression) for expression in expressions if expression not in LEFT_OUT]
    return [
        *sorted(names, key=_how_general),
        *sorted(words, key=lambda pattern: pattern.rule == UNUSUAL_FORM),
    ]


# What drives a browser and says so.
_OWN = [
    Pattern(name, Category.HEADLESS, f"(?i:{re.escape(name)})")
    for name in ("CasperJS", "HtmlUnit", "SlimerJS", "TestCafe", "WebDriver", "Zombie.js")
]


def _how_general(pattern: Pattern) -> tuple[bool, int]:
    # A crawler built with a library or a headless browser is known by its own name; a longer
    # expression (Googlebot-Image) says more than a shorter one.
    return pattern.category in {Category.TOOL, Category.HEADLESS}, -len(pattern.text)


def _crawler(entry: dict[str, Any]) -> Pattern:
    categories = [_TAGS.get(tag, Category.OTHER) for tag in entry["tags"]]
    category = Category.AI if Category.AI in categories else categories[0]
    return Pattern(crawler_name(entry["pattern"]), category, entry["pattern"])


_TAGS = {
    "academic": Category.RESEARCH,
    "advertising": Category.ADVERTISING,
    "ai-crawler": Category.AI,
    "archiver": Category.ARCHIVE,
    "browser-automation": Category.HEADLESS,
    "feed-reader": Category.FEED_READER,
    "http-library": Category.TOOL,
    "monitoring": Category.MONITOR,
    "scanner": Category.SCANNER,
    "search-engine": Category.SEARCH,
    "seo": Category.SEO,
    "social-preview": Category.PREVIEW,
}


def crawler_name(expression: str) -> str:
    r"""The name that a crawler's expression stands for: ``Ahrefs(Bot|Site)\/`` → ``AhrefsBot``."""
    name = re.sub(r"(?<!\\)\((?:\?:)?([^()|]*)\|[^()]*\)", r"\1", expression)
    name = name.partition("|")[0].partition(r" \(http")[0]
    name = re.sub(r"\[\\s\\S\]\*", " ", name)
    name = re.sub(r"\[\^[^\]]*\]", "", name)
    name = re.sub(r"\[(.)[^\]]*\]", lambda found: found[1].upper(), name)
    name = re.sub(r"\\d\+?", "0", name)
    name = re.sub(r"\\(.)", r"\1", name).strip(" ^$/;")
    return name if "(" in name else name.rstrip(")")


def _word(expression: str) -> Pattern:
    wide = without_look_around(expression)
    rule = word_rule(wide)
    category = _WORDS.get(rule.rpartition(" ")[2], Category.OTHER)
    confirm = "" if wide == expression else _fixed_width(expression)
    return Pattern(rule, category, f"(?i:{wide})", confirm)


def without_look_around(expression: str) -> str:
    """The expression without its look-around: it finds all that the whole of it does."""
    while found := _LOOK_AROUND.search(expression):
        end = _group_end(expression, found.start())
        expression = expression[: found.start()] + expression[end:]
    return expression


_LOOK_AROUND = re.compile(r"\(\?<?[=!]")


def _group_end(expression: str, start: int) -> int:
    depth = 0
    for found in re.finditer(r"\\.|[()]", expression[start:]):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return start + found.end()
    raise ValueError(f"not a whole expression: {expression}")


def _fixed_width(expression: str) -> str:
    # Python looks behind by one width only: "neither a nor bc" becomes "not a" and "not bc".
    return re.sub(
        r"\(\?<!([^()]*)\)",
        lambda found: "".join(f"(?<!{text})" for text in found[1].split("|")),
        expression,
    )


def word_rule(expression: str) -> str:
    r"""The rule's name: ``^python`` → ``begins with python``, ``rss\b`` → ``contains rss``.

    An expression that describes a form rather than a word is an ``unusual form``.
    """
    begins = expression.startswith("^") and not expression.startswith(r"^\w")
    word = re.sub(r"^\^(\\w\*)?|\\b|\\d|\(\?:[^()]*\)|\[\^[^\]]*\]|[a-z]\?", "", expression)
    word = re.sub(r"\[(.)[^\]]*\]|\\([./-])", r"\1\2", word).strip(" /;").replace(" ", "-")
    if not re.fullmatch(r"[a-z0-9._/-]{2,}", word):
        return UNUSUAL_FORM
    return (BEGINS if begins else CONTAINS) + word


def _categories(words: dict[Category, str]) -> dict[str, Category]:
    return {word: category for category, text in words.items() for word in text.split()}


_WORDS = _categories(
    {
        Category.AI: "claude-code cursor manus-user openai",
        Category.ARCHIVE: "archive httrack offline webcopier",
        Category.FEED_READER: "feed rss",
        Category.HEADLESS: "cypress headless phantomjs playwright selenium webkit2png",
        Category.MONITOR: "24x7 check checker monitor pingdom ptst statuscake synthetic",
        Category.PREVIEW: "facebook preview snapchat whatsapp",
        Category.SCANNER: "audit burpcollaborator openvas scan securityheaders watchtowr",
        Category.SEARCH: "daum sogou yahoo yandex",
        Category.TOOL: "apache download java jetty library node perl php postman python wget",
    }
)
