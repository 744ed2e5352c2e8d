"""How filters are written, and what is said of those that are wrong."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.model.query import Filter, Operator
from ezee.stats.filters import LONGEST_EXPRESSION, MOST_VALUES, read_filter
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("page:is:/a", Filter("page", Operator.IS, ("/a",))),
        ("page:is:/a|/b|/a", Filter("page", Operator.IS, ("/a", "/b"))),
        ("country:is_not:", Filter("country", Operator.IS_NOT, ("",))),
        ("country:is:DE|", Filter("country", Operator.IS, ("DE", ""))),
        ("page:is:/a:b::c", Filter("page", Operator.IS, ("/a:b::c",))),
        (r"page:is:a\|b|c", Filter("page", Operator.IS, ("a|b", "c"))),
        ("page:is:\\", Filter("page", Operator.IS, ("\\",))),
        (r"page:matches:^/\d+$", Filter("page", Operator.MATCHES, (r"^/\d+$",))),
        (r"page:matches:^/(a\|b)$", Filter("page", Operator.MATCHES, ("^/(a|b)$",))),
        ("prop:plan:is:pro", Filter("prop:plan", Operator.IS, ("pro",))),
        ("prop:is:is:is", Filter("prop:is", Operator.IS, ("is",))),
        ("event:not_contains:Ä", Filter("event", Operator.NOT_CONTAINS, ("Ä",))),
    ],
)
def test_filters(text: str, expected: Filter) -> None:
    assert read_filter(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must read dimension:operator:value, such as page:is:/pricing"),
        ("page:is", "must read dimension:operator:value, such as page:is:/pricing"),
        ("prop:plan:is", "must read dimension:operator:value, such as page:is:/pricing"),
        ("colour:is:red", '"colour" is none of page, entry_page'),
        ("prop:a b:is:c", '"prop:a b" is none of page, entry_page'),
        ("prop:*:is:c", '"prop:*" is none of page, entry_page'),
        ("prop::is:c", '"prop:" is none of page, entry_page'),
        ("page,os:is:c", '"page,os" is none of page, entry_page'),
        ("page:like:/a", '"like" is none of is, is_not, contains, not_contains, matches'),
        ("page:contains:", "contains needs a text to look for"),
        ("page:not_contains:a|", "not_contains needs a text to look for"),
        ("page:matches:", "matches needs a text to look for"),
        (
            "page:matches:(a|b)",
            r"is not a regular expression that RE2 reads; within one, a bar is written \|",
        ),
        ("page:matches:(a", "is not a regular expression that RE2 reads"),
        ("page:matches:a(?=b)", "is not a regular expression that RE2 reads"),
        (r"page:matches:\pL{1000}", "is not a regular expression that RE2 reads"),
        ("page:matches:(?P<a>b)", "an expression may not name its groups"),
        ("page:matches:(?<a>b)", "an expression may not name its groups"),
        (f"page:matches:{'a' * 201}", "an expression has 200 characters at most"),
        (f"page:is:{'|'.join(map(str, range(101)))}", "may have 100 values at most"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        read_filter(text)


def test_limits_at_their_ends() -> None:
    values = tuple(map(str, range(MOST_VALUES)))
    assert read_filter(f"page:is:{'|'.join(values)}").values == values
    longest = "a" * LONGEST_EXPRESSION
    assert read_filter(f"page:matches:{longest}").values == (longest,)


@examples(100)
@given(st.lists(st.text().filter(lambda text: not text.endswith("\\")), min_size=1, unique=True))
def test_any_value_can_be_written(values: list[str]) -> None:
    text = "|".join(value.replace("|", r"\|") for value in values)
    if not any(r"\|" in value for value in values):
        assert read_filter(f"page:is:{text}").values == tuple(values)
