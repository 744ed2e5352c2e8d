"""The rows of a breakdown: by one dimension, or by several together."""

from __future__ import annotations

from typing import NamedTuple

from ezee.model.dimensions import Dimension, Scope, dimension, parts_of, scope_of
from ezee.model.query import Order
from ezee.store.sql import Asked, Plan, Statement, join, write
from ezee.store.sql.filters import on_visits, value
from ezee.store.sql.matching import counted_events, known_visits, owned, visits
from ezee.store.sql.rolled import rolled_rows

_KINDS = {Scope.PAGEVIEW: "kind = 0", Scope.EVENT: "kind = 1"}


class _Part(NamedTuple):
    """Rows (day, visitor, each value), what is counted of them, and whether it is taken off."""

    rows: Statement
    visitors: str = "count(distinct visitor)"
    hits: str = "count(*)"
    sign: int = 1


def breakdown(asked: Asked, name: str, chosen: Plan) -> tuple[Statement, Statement]:
    """The asked-for rows (each value, visitors, count), and the number of all rows."""
    dimensions = [dimension(part) for part in parts_of(name)]
    values = [f"value_{at}" for at, _ in enumerate(dimensions, start=1)]
    names = ", ".join(values)
    parts = [
        part
        for source in chosen.sources
        for part in _parts(asked._replace(source=source), dimensions, values)
    ]
    counted = [_per_day(part, names) for part in parts]
    if chosen.rolled:
        counted.append(rolled_rows(asked, name))
    # Off what was rolled up all may have been taken again.
    grouped = write(
        """
        select {values}, sum(visitors) as visitors, sum(hits) as hits
        from ({counted}) as counted group by {values} having sum(visitors) > 0 or sum(hits) > 0
        """,
        values=names,
        counted=join(" union all ", counted),
    )
    rows = write(
        "select * from ({grouped}) as grouped order by {order} limit {limit} offset {offset}",
        grouped=grouped,
        order=_order(asked.query.order, scope_of(dimensions), values),
        limit=Statement("?", (asked.query.limit,)),
        offset=Statement("?", (asked.query.offset,)),
    )
    every = grouped if chosen.rolled else _every_value(parts, names)
    return rows, write("select count(*) from ({every}) as every", every=every)


def _every_value(parts: list[_Part], values: str) -> Statement:
    """Each value once: what is counted of it costs more."""
    found = [
        write("select {values} from ({rows}) as m", values=values, rows=part.rows) for part in parts
    ]
    return write(
        "select {values} from ({found}) as found group by {values}",
        values=values,
        found=join(" union all ", found),
    )


def _parts(asked: Asked, dimensions: list[Dimension], values: list[str]) -> list[_Part]:
    scope = scope_of(dimensions)
    if scope is not Scope.VISIT:
        rows = _events_of_a_kind(asked, dimensions, values, _KINDS[scope])
        return [_Part(rows, sign=asked.source.sign)]
    begun = write(
        "select {columns} from ({visits}) as v",
        columns=_columns("v", asked, dimensions, values),
        visits=visits(asked, [each.column for each in dimensions]),
    )
    if asked.query.range.start is None:
        return [_Part(begun, sign=asked.source.sign)]
    # A visit belongs to the range of its first event, its visitor to that of each event.
    columns = _columns("e", asked, dimensions, values)
    seen = owned(counted_events(asked), known_visits(asked), columns)
    return [_Part(seen, hits="0"), _Part(begun, visitors="0")]


def _per_day(part: _Part, values: str) -> Statement:
    return write(
        """
        select {values}, {sign} * {visitors} as visitors, {sign} * {hits} as hits
        from ({rows}) as matching group by day, {values}
        """,
        values=values,
        visitors=part.visitors,
        hits=part.hits,
        sign=str(part.sign),
        rows=part.rows,
    )


def _events_of_a_kind(
    asked: Asked, dimensions: list[Dimension], values: list[str], kind: str
) -> Statement:
    """The events that match, each with its values, and with those of the visit that owns it."""
    chosen = write(
        "select * from ({events}) as matching where {kind}",
        events=counted_events(asked),
        kind=kind,
    )
    columns = _columns("e", asked, dimensions, values)
    by_visit = any(each.scope is Scope.VISIT for each in dimensions)
    if by_visit or on_visits(asked.dialect, asked.query.filters):
        return owned(chosen, known_visits(asked), columns)
    return write("select {columns} from ({chosen}) as e", columns=columns, chosen=chosen)


def _columns(table: str, asked: Asked, dimensions: list[Dimension], values: list[str]) -> Statement:
    """Day, visitor and each value, of events (``e``) and visits (``v``)."""
    named = [
        write(
            "{value} as {name}",
            value=value(asked.dialect, each, "v." if each.scope is Scope.VISIT else "e."),
            name=name,
        )
        for each, name in zip(dimensions, values, strict=True)
    ]
    of = Statement(f"{table}.day as day, {table}.visitor as visitor")
    return join(", ", [of, *named])


def _order(order: Order, scope: Scope, values: list[str]) -> str:
    direction = "desc" if order.descending else "asc"
    if order.metric == "value":
        return ", ".join(f"{name} {direction}" for name in values)
    column = "hits" if order.metric == scope.value else "visitors"
    return ", ".join([f"{column} {direction}", *(f"{name} asc" for name in values)])
