"""The rows of a breakdown: by one dimension, or by several together."""

from __future__ import annotations

from typing import NamedTuple

from ezee.model.dimensions import Dimension, Scope, dimension, parts_of, scope_of
from ezee.model.query import Order
from ezee.store.sql import Asked, Statement, join, write
from ezee.store.sql.filters import on_visits, value
from ezee.store.sql.matching import counted_events, known_visits, owned, visits

_KINDS = {Scope.PAGEVIEW: "kind = 0", Scope.EVENT: "kind = 1"}


class _Part(NamedTuple):
    """Rows (day, visitor, each value) and what is counted of them."""

    rows: Statement
    visitors: str = "count(distinct visitor)"
    hits: str = "count(*)"


def breakdown(asked: Asked, name: str) -> tuple[Statement, Statement]:
    """The asked-for rows (each value, visitors, count), and the number of all rows."""
    dimensions = [dimension(part) for part in parts_of(name)]
    values = [f"value_{at}" for at, _ in enumerate(dimensions, start=1)]
    names, parts = ", ".join(values), _parts(asked, dimensions, values)
    rows = write(
        """
        select {values}, sum(visitors) as visitors, sum(hits) as hits
        from ({per_day}) as per_day group by {values} order by {order} {part}
        """,
        values=names,
        per_day=join(" union all ", [_per_day(part, names) for part in parts]),
        order=_order(asked.query.order, scope_of(dimensions), values),
        part=Statement("limit ? offset ?", (asked.query.limit, asked.query.offset)),
    )
    every = [write("select {values} from ({rows}) as m", values=names, rows=p.rows) for p in parts]
    total = write(
        "select count(*) from (select {values} from ({every}) as v group by {values}) as v",
        values=names,
        every=join(" union all ", every),
    )
    return rows, total


def _parts(asked: Asked, dimensions: list[Dimension], values: list[str]) -> list[_Part]:
    scope = scope_of(dimensions)
    if scope is not Scope.VISIT:
        return [_Part(_events_of_a_kind(asked, dimensions, values, _KINDS[scope]))]
    begun = write(
        "select {columns} from ({visits}) as v",
        columns=_columns("v", asked, dimensions, values),
        visits=visits(asked, [each.column for each in dimensions]),
    )
    if asked.query.range.start is None:
        return [_Part(begun)]
    # A visit belongs to the range of its first event, its visitor to that of each event.
    columns = _columns("e", asked, dimensions, values)
    seen = owned(counted_events(asked), known_visits(asked), columns)
    return [_Part(seen, hits="0"), _Part(begun, visitors="0")]


def _per_day(part: _Part, values: str) -> Statement:
    return write(
        """
        select day, {values}, {visitors} as visitors, {hits} as hits
        from ({rows}) as matching group by day, {values}
        """,
        values=values,
        visitors=part.visitors,
        hits=part.hits,
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
