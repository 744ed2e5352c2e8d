"""What failures say: there in every language, and text, whatever they quote."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from ezee.errors import FieldError, InvalidRequest
from ezee.model.pages import PageRules, find_errors
from ezee.model.rollable import EXPIRED
from ezee.stats.parse import Now, parse
from ezee.web.html.texts import texts_in
from ezee.web.html.texts.failures import Sentences, is_number
from ezee.web.html.texts.german.failures import FAILURES
from tests.docs.pages import ROOT

SOURCES = ROOT / "src" / "ezee"
# Whose failures pages show: those of forms, addresses and questions.
SHOWN = (
    "errors.py",
    "accounts",
    "stats",
    "web/html",
    "web/changing.py",
    "web/sharing.py",
    "model/pages.py",
    "counters/snippets.py",
    "counters/number.py",
    "counters/drawing/face.py",
)
FAILING = {
    "InvalidRequest",
    "Conflict",
    "Forbidden",
    "NotFound",
    "PayloadTooLarge",
    "Unavailable",
    "FieldError",
    "ValueError",
    "field",
    "wrong",
}
# What is told before a field's own sentence is no sentence.
NAMES = re.compile(r"[a-z_.\[\]\d]*")
# Only an operator is told of commands, and moves accounts.
FOR_OPERATORS = re.compile(r"`ezee |^One of the two account databases ")
COMPARED = "such a question can be compared with days"
# Made of more than their places tell; a test asks for them as they are told.
IN_PARTS = {"7, with or without -", "must be 7", "7 7"}


def files() -> Iterator[Path]:
    for each in SHOWN:
        path = SOURCES / each
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def said_in(path: Path) -> Iterator[str]:
    """Every sentence of a failure in a file, with a sample in each of its places."""
    tree = ast.parse(path.read_text())
    values = vars(import_module(_module(path)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in FAILING:
            given = [*node.args, *(each.value for each in node.keywords)]
            yield from _texts(given, values)
        if isinstance(node, ast.FunctionDef) and node.name in {"none_of", "_expected"}:
            yield from _texts(
                [each.value for each in ast.walk(node) if isinstance(each, ast.Return)], values
            )
        if isinstance(node, ast.AnnAssign) and _name(node.target) == "default" and node.value:
            yield from _texts([node.value], values)
    expected = values.get("EXPECTED", {})
    yield from expected.values() if isinstance(expected, dict) else ()
    # What is shown beside a field of a form, or as what is wrong with it as a whole.
    yield from (
        text
        for name, text in values.items()
        if name.startswith(("_WRONG", "_NOT_THE_SAME", "_REFUSED")) and isinstance(text, str)
    )


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _texts(nodes: Iterable[ast.expr | None], values: dict[str, object]) -> Iterator[str]:
    for node in nodes:
        text = _sample(node, values)
        if text and not NAMES.fullmatch(text):
            yield text


def _sample(node: ast.expr | None, values: dict[str, object]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and isinstance(found := values.get(node.id), str):
        return found
    if isinstance(node, ast.JoinedStr):
        parts = [
            part.value if isinstance(part, ast.Constant) else _filled(part, values)
            for part in node.values
        ]
        return "".join(map(str, parts))
    return ""


def _filled(part: ast.expr, values: dict[str, object]) -> str:
    """A place of a text made in code: as it is there when it can be told, else a sample."""
    made = ast.Expression(ast.JoinedStr([part]))
    try:
        return str(eval(compile(ast.fix_missing_locations(made), "", "eval"), dict(values)))
    except NameError:
        return "7"


def test_every_failure_that_a_page_may_show_is_said_in_german() -> None:
    german = texts_in("de")
    said = {text for path in files() if "migrations" not in path.parts for text in said_in(path)}
    assert len(said) > 80
    shown = sorted(text for text in said - IN_PARTS if not FOR_OPERATORS.search(text))
    assert [text for text in shown if german.failure(text) == text] == []


@pytest.mark.parametrize("wrong", [("order", "x"), ("compare", "x"), ("filter", "x:is:y")])
def test_what_is_wrong_with_a_question_is_said_in_german(wrong: tuple[str, str]) -> None:
    with pytest.raises(InvalidRequest) as failed:
        parse([wrong], Now(0, "UTC", None))
    for error in failed.value.details:
        assert texts_in("de").failure(error.message) != error.message


@pytest.mark.parametrize("asked", ["hours can be asked for", COMPARED])
def test_what_is_gone_of_earlier_days_is_said_in_german(asked: str) -> None:
    text = f"{asked} from 2026-10-25 on: {EXPIRED}"
    assert "ab 2026-10-25" in texts_in("de").failure(text)


@pytest.mark.parametrize(
    "rules",
    [
        PageRules(keep_parameters=("q",) * 2),
        PageRules(keep_parameters=("",), groups=("no",)),
        PageRules(keep_parameters=("\n",), groups=("/***",)),
        PageRules(groups=("/" + "*/" * 99,)),
        PageRules(groups=("/" + "x" * 9_999,)),
        PageRules(groups=("/\n",)),
        PageRules(groups=("/a", "/a")),
        PageRules(groups=tuple(f"/{n}" for n in range(9_999))),
        PageRules(keep_parameters=tuple(map(str, range(9_999)))),
    ],
)
def test_what_is_wrong_with_rules_of_pages_is_said_in_german(rules: PageRules) -> None:
    errors = find_errors(rules)
    assert errors
    for error in errors:
        assert texts_in("de").failure(error.message) != error.message


def test_a_sentence_has_the_same_places_in_german() -> None:
    places = re.compile(r"\{\w+\}")
    for english, german in FAILURES.items():
        assert sorted(places.findall(english)) == sorted(places.findall(german)), english


def test_what_is_quoted_is_neither_markup_nor_filled_in() -> None:
    for language in ("en", "de"):
        texts = texts_in(language)
        for sent in ("<img src=x>", "{x}", "{0.__class__}", "{n}", "%s"):
            said = texts.failure(f'"{sent}" is none of a, b')
            assert sent in said
            assert type(said) is str


def test_numbers_are_written_as_the_language_does() -> None:
    assert (
        texts_in("de").failure("must be a whole number from 0 to 1,000,000")
        == "muss eine ganze Zahl von 0 bis 1.000.000 sein"
    )
    assert texts_in("de").failure("must be a whole number from x to 7").startswith("must")
    assert [is_number(each) for each in ("n", "n2", "name", "")] == [True, True, False, False]


def test_a_sentence_that_is_not_known_stays_as_it_is() -> None:
    assert Sentences({"a {b}": "c {b}"}).say("{b} a {b}", str) == "{b} a {b}"
    assert Sentences({"a {b}": "c {b}"}).say("a {b}\n", str) == "c {b}\n"


def test_a_failure_about_fields_names_each() -> None:
    error = InvalidRequest("x", [FieldError("to", "must not lie before from")])
    assert texts_in("en").message(error) == "to: must not lie before from"
    assert texts_in("de").message(error) == "to: darf nicht vor from liegen"
    assert texts_in("de").message(InvalidRequest()) == "Die Anfrage ist ungültig."
