"""The rows of a breakdown: by one dimension, or by several together."""

from __future__ import annotations

from ezee.model.dimensions import Dimension, Scope, dimension, parts_of, scope_of
from ezee.model.query import Order
from ezee.store.sql import Asked, Statement, join, write
from ezee.store.sql.filters import on_visits, value
from ezee.store.sql.matching import counted_events, known_visits, owned, visits

_KINDS = {Scope.PAGEVIEW: "kind = 0", Scope.EVENT: "kind = 1"}


def breakdown(asked: Asked, name: str) -> tuple[Statement, Statement]:
    """The asked-for rows (each value, visitors, count), and the number of all rows."""
    dimensions = [dimension(part) for part in parts_of(name)]
    values = [f"value_{at}" for at, _ in enumerate(dimensions, start=1)]
    grouped = write(
        """
        select {values}, sum(visitors) as visitors, sum(hits) as hits
        from ({per_day}) as per_day group by {values}
        """,
        values=", ".join(values),
        per_day=_per_day(asked, dimensions, values),
    )
    rows = write(
        "{grouped} order by {order} {part}",
        grouped=grouped,
        order=_order(asked.query.order, scope_of(dimensions), values),
        part=Statement("limit ? offset ?", (asked.query.limit, asked.query.offset)),
    )
    return rows, write("select count(*) from ({grouped}) as grouped", grouped=grouped)


def _per_day(asked: Asked, dimensions: list[Dimension], values: list[str]) -> Statement:
    scope = scope_of(dimensions)
    if scope is not Scope.VISIT:
        return _count(_events_of_a_kind(asked, dimensions, values, _KINDS[scope]), values)
    begun = write(
        "select day, visitor, {named} from ({visits}) as v",
        named=_named(asked, dimensions, values, of_visits=""),
        visits=visits(asked, [each.column for each in dimensions]),
    )
    if asked.query.range.start is None:
        return _count(begun, values)
    # A visit belongs to the range of its first event, its visitor to that of each event.
    seen = owned(
        counted_events(asked),
        known_visits(asked),
        write(
            "e.day as day, e.visitor as visitor, {named}",
            named=_named(asked, dimensions, values),
        ),
    )
    return write(
        "{visitors} union all {visits}",
        visitors=_count(seen, values, hits="0"),
        visits=_count(begun, values, visitors="0"),
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
    named = write(
        "e.day as day, e.visitor as visitor, {named}",
        named=_named(asked, dimensions, values),
    )
    by_visit = any(each.scope is Scope.VISIT for each in dimensions)
    if by_visit or on_visits(asked.dialect, asked.query.filters):
        return owned(chosen, known_visits(asked), named)
    return write("select {named} from ({chosen}) as e", named=named, chosen=chosen)


def _named(
    asked: Asked, dimensions: list[Dimension], values: list[str], of_visits: str = "v."
) -> Statement:
    return join(
        ", ",
        [
            write(
                "{value} as {name}",
                value=value(asked.dialect, each, of_visits if each.scope is Scope.VISIT else "e."),
                name=name,
            )
            for each, name in zip(dimensions, values, strict=True)
        ],
    )


def _count(
    rows: Statement,
    values: list[str],
    visitors: str = "count(distinct visitor)",
    hits: str = "count(*)",
) -> Statement:
    return write(
        """
        select day, {values}, {visitors} as visitors, {hits} as hits
        from ({rows}) as matching group by day, {values}
        """,
        values=", ".join(values),
        visitors=visitors,
        hits=hits,
        rows=rows,
    )


def _order(order: Order, scope: Scope, values: list[str]) -> str:
    direction = "desc" if order.descending else "asc"
    if order.metric == "value":
        return ", ".join(f"{name} {direction}" for name in values)
    column = "hits" if order.metric == scope.value else "visitors"
    return ", ".join([f"{column} {direction}", *(f"{name} asc" for name in values)])
