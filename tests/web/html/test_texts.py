"""Every text that pages say is there in every language, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from ezee.web.html.texts import choose_language, texts_in
from ezee.web.html.texts.german import GERMAN
from tests.docs.pages import ROOT

FOLDER = ROOT / "src" / "ezee" / "web" / "html"
# Texts that are said by way of a variable stand in constants of these modules.
SAID_BY_NAME = {"text", "plural"}


def said() -> Iterator[tuple[str, ...]]:
    """Each text, with its plural where it has one."""
    environment = Environment()
    for path in sorted(FOLDER.rglob("*.html")):
        tree = environment.parse(path.read_text())
        for _, _, found in extract_from_ast(tree, ("_", "n_")):
            texts = (found,) if isinstance(found, str) else found or ()
            if any(texts):
                yield tuple(text for text in texts if text)
    for path in sorted(FOLDER.rglob("*.py")):
        yield from _said_in_python(path)


def _said_in_python(path: Path) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in SAID_BY_NAME
        ):
            values = [each.value for each in node.args if isinstance(each, ast.Constant)]
            texts = tuple(each for each in values if isinstance(each, str))
            if texts and (node.func.attr == "plural" or " " in texts[0]):
                yield texts


def test_every_text_is_there_in_german() -> None:
    assert sorted({texts[0] for texts in said()} - set(GERMAN)) == []


def test_a_plural_is_one_in_german_too() -> None:
    for texts in said():
        assert isinstance(GERMAN[texts[0]], tuple) == (len(texts) > 1), texts


@pytest.mark.parametrize(("english", "german"), GERMAN.items())
def test_a_translation_has_the_same_places_and_markup(
    english: str, german: str | tuple[str, str]
) -> None:
    parts = re.compile(r"\{\w+\}|</?\w+")
    for each in (german,) if isinstance(german, str) else german[1:]:
        assert sorted(parts.findall(each)) == sorted(parts.findall(english)) or not isinstance(
            german, str
        )


def test_numbers_and_times_are_written_as_the_language_does() -> None:
    english, german = texts_in("en"), texts_in("de")
    assert [english.number(12480), german.number(12480)] == ["12,480", "12.480"]
    assert [english.number(2.25, 1), german.number(2.25, 1)] == ["2.2", "2,2"]
    assert [english.percent(0.417), german.percent(0.417)] == ["42%", "42\xa0%"]
    assert english.day(date(2026, 3, 9)) == "9 Mar 2026"
    assert german.day(date(2026, 3, 9)) == "09.03.2026"
    assert german.day(0, zone="America/New_York") == "31.12.1969"
    assert [english.ago(0, 7_200_000), german.ago(0, 0)] == ["2 hours ago", "gerade eben"]


def test_values_in_a_text_are_escaped() -> None:
    texts = texts_in("en")
    assert texts.text("<b>{name}</b>", name="<i>") == "<b>&lt;i&gt;</b>"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [("de", "en", "de"), ("fr", "de", "de"), ("", "en-GB;q=0.3,de;q=0.4", "de"), ("", "*", "en")],
)
def test_the_language_is_the_chosen_one_else_the_browsers(
    chosen: str, accepted: str, language: str
) -> None:
    assert choose_language(chosen, accepted) == language
