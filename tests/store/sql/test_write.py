"""Statements are put together from parts, and their parameters with them."""

from __future__ import annotations

from ezee.store.sql import Statement, join, write


def test_parameters_follow_the_order_of_the_template() -> None:
    one, two = Statement("a = ?", (1,)), Statement("b in (?, ?)", (2, "3"))
    assert write("{two} or {name} or {one} or {two}", one=one, two=two, name="c") == Statement(
        "b in (?, ?) or c or a = ? or b in (?, ?)", (2, "3", 1, 2, "3")
    )


def test_braces_within_a_part_are_text() -> None:
    assert write("x = {part}", part=Statement("'{}'")).sql == "x = '{}'"


def test_parts_are_joined() -> None:
    parts = [Statement("a = ?", (1,)), Statement("true"), Statement("b = ?", (2,))]
    assert join(" and ", parts) == Statement("a = ? and true and b = ?", (1, 2))
