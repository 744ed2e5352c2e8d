"""Filters as conditions: on an event, or on a visit."""

from __future__ import annotations

from ezee.model.dimensions import EVERY_PROPERTY, Dimension, Scope, dimension
from ezee.model.query import Filter, Operator
from ezee.store.sql import Dialect, Statement, join, write


def on_events(dialect: Dialect, filters: tuple[Filter, ...]) -> list[Statement]:
    """The conditions that one and the same event must meet."""
    return [_condition(dialect, each) for each in filters if not _is_of_visits(each)]


def on_visits(dialect: Dialect, filters: tuple[Filter, ...]) -> list[Statement]:
    """The conditions that a visit must meet."""
    return [_condition(dialect, each) for each in filters if _is_of_visits(each)]


def value(dialect: Dialect, dimension: Dimension, table: str = "") -> Statement:
    """A dimension's value in a row of ``events`` or ``visits``; ``table`` ends with a dot.

    Of every property it is each key in turn, a row for each.
    """
    column = table + dimension.column
    if dimension.name == EVERY_PROPERTY:
        return dialect.keys(column)
    return dialect.property(column, dimension.key) if dimension.key else Statement(column)


def _is_of_visits(each: Filter) -> bool:
    return dimension(each.dimension).scope is Scope.VISIT


def _condition(dialect: Dialect, each: Filter) -> Statement:
    of = dimension(each.dimension)
    tested = _test(dialect, value(dialect, of), each)
    # A pageview has no name and no properties that could differ from those asked for.
    return write("kind = 1 and {tested}", tested=tested) if of.scope is Scope.EVENT else tested


def _test(dialect: Dialect, value: Statement, each: Filter) -> Statement:
    match each.operator:
        case Operator.IS:
            return write("{value} in ({among})", value=value, among=_places(each.values))
        case Operator.IS_NOT:
            return write("{value} not in ({among})", value=value, among=_places(each.values))
        case Operator.CONTAINS:
            return _any([dialect.contains(value, text) for text in each.values])
        case Operator.NOT_CONTAINS:
            found = _any([dialect.contains(value, text) for text in each.values])
            return write("not {found}", found=found)
        case Operator.MATCHES:
            return _any([dialect.matches(value, text) for text in each.values])


def _places(values: tuple[str, ...]) -> Statement:
    return Statement(", ".join("?" * len(values)), values)


def _any(conditions: list[Statement]) -> Statement:
    return write("({either})", either=join(" or ", conditions))
