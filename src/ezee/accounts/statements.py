"""Reading SQL statements before they run: whether criteria on classes can hold all of them.

What SQLAlchemy makes public does not tell a table from the same table as its class knows it, so
this looks at its annotations. ``tests/accounts/test_policy.py`` runs every form of query.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import HasTraverseInternals


def reaches_around(statement: Any) -> bool:
    """Whether some part of a statement reads a table without its mapped class.

    SQLAlchemy's criteria work on classes: ``select(Tracker)`` gets them, while
    ``select(Tracker.__table__)`` and ``text("select … from trackers")`` would not.
    """
    parts = list(_level(statement))
    mapped = {table for part in parts if _is_mapped(part) for table in _tables(part)}
    unmapped = {table for part in parts if not _is_mapped(part) for table in _tables(part)}
    inner = [part for part in parts if isinstance(part, sa.Select) and part is not statement]
    return (
        not unmapped <= mapped
        or (bool(mapped) and not _is_restrictable(statement))
        or any(_is_free_text(part) for part in parts)
        or any(reaches_around(select) for select in inner)
    )


def _level(part: Any) -> Iterator[Any]:
    """The parts of one select, down to the selects inside it."""
    yield part
    # Not ``Select.get_children``: that adds the tables which the parts come from, unmapped.
    for child in HasTraverseInternals.get_children(part):
        if isinstance(child, sa.Select):
            yield child
        elif not (_is_mapped(part) and _is_source(child)):
            yield from _level(child)


def _is_mapped(part: Any) -> bool:
    return "parententity" in part._annotations


def _is_restrictable(statement: Any) -> bool:
    """Whether criteria are put on it; not so when its classes hide, as in ``over(order_by=…)``."""
    return bool(statement._propagate_attrs.get("compile_state_plugin") == "orm")


def _is_source(part: Any) -> bool:
    """Whether it is a table, or one under another name."""
    return isinstance(part, sa.Table) or (
        isinstance(part, AliasedReturnsRows) and isinstance(part.element, sa.Table)
    )


def _tables(part: Any) -> Iterator[int]:
    """What a part reads; a table and the same one as its class knows it have one hash."""
    source = part.table if isinstance(part, sa.Column) else part
    if _is_source(source):
        yield hash(source)


def _is_free_text(part: Any) -> bool:
    if isinstance(part, sa.ColumnClause):
        # ``count(*)`` holds its star as a literal column.
        return bool(part.is_literal) and part.name != "*"
    plain_table = isinstance(part, sa.TableClause) and not isinstance(part, sa.Table)
    return plain_table or isinstance(part, (sa.TextClause, sa.TextualSelect))


def assigned_columns(state: ORMExecuteState) -> set[str]:
    """The columns that an update sets."""
    statement: Any = state.statement
    pairs = dict(statement._values or {}) | dict(getattr(statement, "_ordered_values", None) or ())
    given = state.parameters if isinstance(state.parameters, dict) else {}
    return {getattr(column, "key", str(column)) for column in pairs} | set(given)
