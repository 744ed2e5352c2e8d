"""Filters as they are written: ``page:is:/a|/b``."""

from __future__ import annotations

import re

import re2

from ezee.model.dimensions import DIMENSIONS, EVERY_PROPERTY, PROPERTY, find_dimension
from ezee.model.query import Filter, Operator
from ezee.stats.reader import none_of

MOST = 20
MOST_VALUES = 100
# Each is looked for in every event, by every statement.
MOST_SEARCHED = 20
LONGEST_EXPRESSION = 200

# A value ends at a bar, unless that is written with a backslash before it.
_VALUES = re.compile(r"(?:\\\||[^|])*")


def read_filter(text: str) -> Filter:
    """The filter that a text stands for.

    Raises:
        ValueError: with what is wrong with it, in words of our own.
    """
    name, operator, rest = _parts(text)
    if find_dimension(name) is None or name == EVERY_PROPERTY:
        raise ValueError(none_of(name, (*DIMENSIONS, f"{PROPERTY}<key>")))
    if operator not in set(Operator):
        raise ValueError(none_of(operator, Operator))
    values = _values(rest)
    if len(values) > MOST_VALUES:
        raise ValueError(f"may have {MOST_VALUES} values at most")
    made = Filter(name, Operator(operator), values)
    if made.searches and "" in values:
        raise ValueError(f"{operator} needs a text to look for")
    if made.operator is Operator.MATCHES:
        for value in values:
            _check_expression(value, alone=len(values) == 1)
    return made


def _parts(text: str) -> tuple[str, str, str]:
    own = PROPERTY if text.startswith(PROPERTY) else ""
    parts = text.removeprefix(own).split(":", 2)
    if len(parts) < 3:
        raise ValueError("must read dimension:operator:value, such as page:is:/pricing")
    return own + parts[0], parts[1], parts[2]


def _values(text: str) -> tuple[str, ...]:
    values, at = [], 0
    while at <= len(text):
        found = _VALUES.match(text, at)
        assert found is not None
        values.append(found[0].replace(r"\|", "|"))
        at = found.end() + 1
    return tuple(dict.fromkeys(values))


def _check_expression(text: str, *, alone: bool) -> None:
    if len(text) > LONGEST_EXPRESSION:
        raise ValueError(f"an expression has {LONGEST_EXPRESSION} characters at most")
    options = re2.Options()
    options.log_errors = False
    try:
        groups = re2.compile(text, options).groupindex
    except re2.error:
        told = "is not a regular expression that RE2 reads"
        # (a|b) was meant, and two halves of it were read.
        told += "" if alone else r"; within one, a bar is written \|"
        raise ValueError(told) from None
    # Engines differ in how a group may be named: (?<word>…) is not known to all.
    if groups:
        raise ValueError("an expression may not name its groups")
