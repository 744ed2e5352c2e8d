"""Filters as people meet them: chips that say what is chosen, links that add and exclude."""

from __future__ import annotations

import msgspec

from ezee.model.query import Filter, Operator
from ezee.stats.filters import read_filter
from ezee.web.html.report.view import View

OPERATORS = tuple(Operator)


class Chip(msgspec.Struct, frozen=True):
    """One filter; ``link`` leads to the view without it."""

    dimension: str
    operator: str
    values: tuple[str, ...]
    link: str


def write_filter(dimension: str, operator: str, values: tuple[str, ...]) -> str:
    """A filter as the API reads it."""
    escaped = (value.replace("|", r"\|") for value in values)
    return f"{dimension}:{operator}:{'|'.join(escaped)}"


def chips(view: View) -> list[Chip]:
    """The view's filters; one that cannot be read is told of elsewhere."""
    found = []
    for text in view.filters:
        try:
            each = read_filter(text)
        except ValueError:
            continue
        rest = view.with_filters(other for other in view.filters if other != text)
        found.append(Chip(each.dimension, str(each.operator), each.values, rest.link))
    return found


def chosen(view: View, dimension: str, value: str) -> str:
    """The link of a row: only what has this value."""
    return view.with_filters([*view.filters, write_filter(dimension, "is", (value,))]).link


def excluded(view: View, dimension: str, value: str) -> str:
    """The link that leaves a row out: beside what is left out of its dimension already."""
    filters, values = [], [value]
    for text in view.filters:
        each = _read(text)
        if each and each.dimension == dimension and each.operator is Operator.IS_NOT:
            values = [*each.values, *values]
        else:
            filters.append(text)
    unique = tuple(dict.fromkeys(values))
    return view.with_filters([*filters, write_filter(dimension, "is_not", unique)]).link


def _read(text: str) -> Filter | None:
    try:
        return read_filter(text)
    except ValueError:
        return None
