"""The rows of a breakdown: by one dimension, or by several together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ezee.model.dimensions import DIMENSIONS, Dimension, Scope, dimension, parts_of, scope_of
from ezee.model.query import Order
from ezee.store.sql import Asked, Plan, Statement, join, not_rolled, write
from ezee.store.sql.filters import on_visits, value
from ezee.store.sql.matching import (
    WHOLE_ROWS,
    counted_events,
    known_visits,
    owned,
    visitors,
    visits,
)
from ezee.store.sql.rolled import rolled_rows

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


def rolled_breakdowns(asked: Asked, names: Sequence[str], chosen: Plan) -> Statement:
    """The asked-for rows of breakdowns that roll-ups have, in one: dimension, value, visitors,
    count, and the number of all rows of its breakdown; in each breakdown's order.

    Window functions are in the subset of no old engine; but one statement costs half of many.
    """
    counted = [rolled_rows(asked, names)]
    there = not_rolled(asked, chosen)
    if there is not None:
        counted += _counted(there, names)
    # Off what was rolled up, all may have been taken again.
    return write(
        """
        select dimension, value, visitors, hits, rows
        from (
            select *, count(*) over (partition by dimension) as rows,
                   row_number() over (partition by dimension order by {order}) as place
            from (
                select dimension, value, sum(visitors) as visitors, sum(hits) as hits
                from ({counted}) as counted group by dimension, value
                having sum(visitors) > 0 or sum(hits) > 0
            ) as grouped
        ) as placed
        where place > {first} and place <= {last} order by dimension, place
        """,
        order=_order_of_each(asked.query.order),
        counted=join(" union all ", counted),
        first=Statement("?", (asked.query.offset,)),
        last=Statement("?", (asked.query.offset + asked.query.limit,)),
    )


def rolled_breakdown(asked: Asked, name: str, chosen: Plan) -> tuple[Statement, Statement]:
    """The same of one breakdown without window functions: the asked-for rows (value, visitors,
    count), and the number of all rows.
    """
    of = dimension(name)
    counted = [rolled_rows(asked, [name])]
    there = not_rolled(asked, chosen)
    if there is not None:
        rest = "select {name} as dimension, value, visitors, hits from ({part}) as rest"
        parts = [_per_day(part, "value") for part in _parts(there, [of], ["value"])]
        counted += [write(rest, name=f"'{of.name}'", part=part) for part in parts]
    grouped = write(
        """
        select value, visitors, hits
        from (
            select value, sum(visitors) as visitors, sum(hits) as hits
            from ({counted}) as counted group by value
        ) as added
        where visitors > 0 or hits > 0
        """,
        counted=join(" union all ", counted),
    )
    rows = write(
        "{grouped} order by {order} {part}",
        grouped=grouped,
        order=_order(asked.query.order, of.scope, ["value"]),
        part=Statement("limit ? offset ?", (asked.query.limit, asked.query.offset)),
    )
    return rows, write("select count(*) from ({grouped}) as grouped", grouped=grouped)


def _counted(asked: Asked, names: Sequence[str]) -> list[Statement]:
    """Of signed rows: dimension, value, visitors, count."""
    dimensions = [dimension(name) for name in names]
    of_visits = [each for each in dimensions if each.scope is Scope.VISIT]
    parts = [_counted_visits(asked, of_visits)] if of_visits else []
    return [*parts, *(_counted_events(asked, each) for each in dimensions if each not in of_visits)]


def _counted_visits(asked: Asked, dimensions: list[Dimension]) -> Statement:
    values = " ".join(f"when '{each.name}' then v.{each.column}" for each in dimensions)
    names = " union all ".join(f"select '{each.name}' as dimension" for each in dimensions)
    return write(
        """
        select dimension, value, sign * count(distinct visitor) as visitors,
               sign * count(*) as hits
        from (
            select v.day, v.sign, v.visitor, d.dimension, case d.dimension {values} end as value
            from ({visits}) as v cross join ({names}) as d
        ) as counted
        group by day, sign, dimension, value
        """,
        values=values,
        visits=known_visits(asked),
        names=names,
    )


def _counted_events(asked: Asked, of: Dimension) -> Statement:
    return write(
        """
        select {name} as dimension, {column} as value,
               sign * count(distinct visitor) as visitors, sign * count(*) as hits
        from ({events}) as e group by day, sign, {column}
        """,
        name=f"'{of.name}'",
        column=of.column,
        events=counted_events(asked, ("day", "sign", "visitor", of.column), kind=_KINDS[of.scope]),
    )


def _parts(asked: Asked, dimensions: list[Dimension], values: list[str]) -> list[_Part]:
    scope = scope_of(dimensions)
    if scope is not Scope.VISIT:
        return [_Part(_events_of_a_kind(asked, dimensions, values, _KINDS[scope]))]
    alone = ", v.alone as alone" if asked.source.numbered else ""
    begun = write(
        "select {columns}{alone} from ({visits}) as v",
        columns=_columns("v", asked, dimensions, values),
        alone=alone,
        visits=visits(asked, [each.column for each in dimensions]),
    )
    if asked.query.range.start is None:
        return [_Part(begun, visitors=visitors(asked))]
    # A visit belongs to the range of its first event, its visitor to that of each event.
    columns = _columns("e", asked, dimensions, values)
    seen = owned(asked, counted_events(asked, WHOLE_ROWS), known_visits(asked), columns)
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
    columns = _columns("e", asked, dimensions, values)
    by_visit = any(each.scope is Scope.VISIT for each in dimensions)
    if by_visit or on_visits(asked.dialect, asked.query.filters):
        whole = counted_events(asked, WHOLE_ROWS, kind=kind)
        return owned(asked, whole, known_visits(asked), columns)
    read = ("day", "visitor", *(each.column for each in dimensions))
    chosen = counted_events(asked, read, kind=kind)
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


def _order_of_each(order: Order) -> str:
    """The same where each row names its dimension."""
    by_count = [name for name, each in DIMENSIONS.items() if each.count == order.metric]
    if order.metric == "value" or not by_count:
        return _order(order, Scope.VISIT, ["value"])
    direction = "desc" if order.descending else "asc"
    among = ", ".join(f"'{name}'" for name in by_count)
    column = f"case when dimension in ({among}) then hits else visitors end"
    return f"{column} {direction}, value asc"
