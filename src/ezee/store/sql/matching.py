"""Which events and which visits a question is about.

A visit owns the events of its visitor between its first and its last instant. Conditions on
events choose events, and the visits that own one; conditions on visits choose visits, and with
them every event they own.
"""

from __future__ import annotations

from collections.abc import Iterable

from ezee.model.query import StatsQuery
from ezee.store.sql import Asked, Statement, join, write
from ezee.store.sql.filters import on_events, on_visits

# For joining: an old engine may not find a visit's column where events have none of that name.
WHOLE_ROWS = ("*",)


def events(asked: Asked, columns: Iterable[str]) -> Statement:
    """These columns of the events of the range that match."""
    columns = [*columns]
    if not on_visits(asked.dialect, asked.query.filters):
        return counted_events(asked, columns)
    chosen = write("select number from ({visits}) as v", visits=known_visits(asked))
    read = counted_events(asked, WHOLE_ROWS)
    among = _among(asked, read, "visit", chosen)
    named = ", ".join(f"e.{name} as {name}" for name in columns)
    return among or owned(asked, read, known_visits(asked), named)


def visits(asked: Asked, columns: Iterable[str]) -> Statement:
    """These columns of the visits that match and began in the range, and of none twice.

    The event for which a visit is chosen may lie beyond the range: a visit is looked at as a whole.
    """
    if asked.source.begun is not None:
        return write("select * from {begun}", begun=asked.source.begun)
    if not on_events(asked.dialect, asked.query.filters):
        return known_visits(asked, begun=True)
    return owners(asked, counted_events(asked, WHOLE_ROWS, within=False), columns)


def owners(asked: Asked, events: Statement, columns: Iterable[str]) -> Statement:
    """These columns of the visits that own one of these events, meet every condition on visits and
    began in the range.
    """
    begun = known_visits(asked, begun=True)
    of_events = write("select visit from ({events}) as e", events=events)
    among = _among(asked, begun, "number", of_events)
    if among is not None:
        return among
    # These tell visits apart; that costs less than to compare all columns.
    keys = ["day", "visitor", "started_at", *(["sign"] if asked.source.signed else [])]
    # What both have is taken of the events: an old engine multiplies nothing else when it joins.
    named = ", ".join(f"{_side(name)}.{name} as {name}" for name in keys)
    return write(
        """
        select {columns} from ({begun}) as v
        join (select {keys} from ({owners}) as owning group by {keys}) as o on {same}
        """,
        columns=", ".join(f"v.{name} as {name}" for name in dict.fromkeys((*keys, *columns))),
        begun=begun,
        keys=", ".join(keys),
        owners=owned(asked, events, begun, named),
        same=" and ".join(f"v.{name} = o.{name}" for name in keys),
    )


def _among(asked: Asked, rows: Statement, column: str, numbers: Statement) -> Statement | None:
    """Those rows that have one of these numbers of visits; None where visits have no numbers."""
    if not asked.source.numbered or asked.dialect.among is None:
        return None
    return asked.dialect.among(rows, column, numbers)


def _side(column: str) -> str:
    return "e" if column in {"day", "visitor", "sign"} else "v"


def owned(
    asked: Asked, events: Statement, visits: Statement, columns: Statement | str
) -> Statement:
    """Each of these events (``e``) beside the one of these visits (``v``) that owns it."""
    if asked.source.numbered:
        return write(
            "select {columns} from ({events}) as e join ({visits}) as v on e.visit = v.number",
            columns=columns,
            events=events,
            visits=visits,
        )
    return write(
        """
        select {columns} from ({events}) as e
        join ({visits}) as v on e.day = v.day and e.visitor = v.visitor
        where e.happened_at >= v.started_at and e.happened_at <= v.ended_at {signs}
        """,
        signs="and e.sign = v.sign" if asked.source.signed else "",
        columns=columns,
        events=events,
        visits=visits,
    )


def visitors(asked: Asked) -> str:
    """How many different visitors a day's visits have. Most have one visit, and need no telling
    apart.
    """
    if not asked.source.numbered:
        return "count(distinct visitor)"
    apart = "count(distinct case when not alone then visitor end)"
    return f"sum(case when alone then 1 else 0 end) + {apart}"


def counted_events(
    asked: Asked, columns: Iterable[str], *, kind: str = "kind <> 2", within: bool = True
) -> Statement:
    """These columns of the events that meet every condition on events; without ``within``, of whole
    days.

    They are named where that can be, and read where the rows are stored: to find out what each
    subquery of all columns has takes an old engine longer than to count it.
    """
    conditions = [
        *_days(asked, asked.source.reach),
        Statement(kind),
        *(_instants(asked.query, "happened_at") if within else []),
        *on_events(asked.dialect, asked.query.filters),
    ]
    return write(
        "select {columns} from {events} where {where}",
        columns=", ".join(dict.fromkeys(columns)),
        events=asked.source.events,
        where=join(" and ", conditions),
    )


def known_visits(asked: Asked, *, begun: bool = False) -> Statement:
    """The visits that meet every condition on visits; with ``begun``, that began in the range."""
    conditions = [
        *_days(asked),
        *(_instants(asked.query, "started_at") if begun else []),
        *on_visits(asked.dialect, asked.query.filters),
    ]
    return write(
        "select * from {visits} where {where}",
        visits=asked.source.visits,
        where=join(" and ", conditions),
    )


def _days(asked: Asked, reach: Statement | None = None) -> list[Statement]:
    span = asked.query.range
    days = reach or Statement(
        "site = ? and day >= ? and day <= ?", (asked.site, span.first_day, span.last_day)
    )
    return [days, Statement("verified")] if asked.query.verified else [days]


def _instants(query: StatsQuery, column: str) -> list[Statement]:
    span = query.range
    if span.start is None or span.end is None:
        return []
    return [Statement(f"{column} >= ? and {column} < ?", (span.start, span.end))]
