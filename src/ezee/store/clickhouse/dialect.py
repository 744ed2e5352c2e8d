"""What ClickHouse calls the things that engines call differently, and how it writes values."""

from __future__ import annotations

from ezee.store.sql import Dialect, Statement, write


def _property(column: str, key: str) -> Statement:
    return Statement(f"visitParamExtractString({column}, ?)", (key,))


def _keys(column: str) -> Statement:
    # Within a text a quotation mark has a backslash before it: none follows a comma there but the
    # one that ends the text, and after that comes no letter.
    return Statement(f"arrayJoin(extractAll({column}, ?))", ('[{,]"([A-Za-z0-9_.-]+)":',))


def _contains(value: Statement, text: str) -> Statement:
    return write(
        "(position(lowerUTF8({value}), {text}) > 0)",
        value=value,
        text=Statement("lowerUTF8(?)", (text,)),
    )


def _matches(value: Statement, expression: str) -> Statement:
    # Left to itself, its full stop is any character, the end of a line too.
    return write(
        "match({value}, {expression})",
        value=value,
        expression=Statement("?", (f"(?-s:{expression})",)),
    )


def _exact(column: str) -> str:
    return f"toDecimal128({column}, 0)"


CLICKHOUSE = Dialect(_property, _keys, _contains, _matches, _exact)

_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\0": "\\0"})


def written(statement: Statement) -> str:
    """A statement with its parameters in their places."""
    parts = statement.sql.split("?")
    assert len(parts) == len(statement.parameters) + 1
    values = [*map(literal, statement.parameters), ""]
    return "".join(part + value for part, value in zip(parts, values, strict=True))


def literal(value: int | str) -> str:
    """A value as it is written in a statement."""
    return str(int(value)) if isinstance(value, int) else f"'{value.translate(_ESCAPES)}'"
