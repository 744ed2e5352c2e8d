"""Where a question's numbers are read: from day roll-ups where they tell, from events elsewhere.

A roll-up says what was known of its day up to one event, its ``upto``. Everything that is counted
adds up over the visitors of a day. So the day's numbers now are the roll-up's and, of the visitors
who have events since then, what is known of them now less what was known of them then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ezee.model.dimensions import DIMENSIONS, Scope
from ezee.model.query import StatsQuery
from ezee.model.rollable import has_totals
from ezee.store.sql import EVENTS_ALONE, Asked, Plan, Source, Statement, join, write
from ezee.store.sql.rolled import rolled_days

Run = Callable[[Statement], Sequence[Sequence[Any]]]

# No day has this number.
_SOME_CAME = -(1 << 31)

_EVENTS = "site, day, visitor, happened_at, kind, name, page, amount, currency"
_VISITS = "site, day, visitor, started_at, ended_at, pageviews, events, bounce, duration"


def plan(run: Run, asked: Asked) -> Plan:
    """How to answer what roll-ups have, within the snapshot that ``run`` reads."""
    if not has_totals(asked.query):
        return EVENTS_ALONE
    found = run(_days_and_arrivals(asked))
    days = [row for row in found if row[0] != _SOME_CAME]
    if not days:
        return EVENTS_ALONE
    not_rolled = _days_not_rolled(asked, {int(row[0]) for row in days})
    changed = len(found) > len(days) and _find_changed(run, asked)
    if not_rolled is None and not changed:
        known = None if asked.query.filters else [row for row in days if row[1]]
        return Plan(rolled=True, days=known)
    events = _rest(_EVENTS, "events", not_rolled, "changed_events" if changed else "")
    visits = _rest(
        _visit_columns(asked.query), "visits", not_rolled, "changed_visits" if changed else ""
    )
    return Plan(rolled=True, rest=Source(events, visits, signed=True))


def with_numbers(run: Run, asked: Asked) -> Asked:
    """The question, put to numbers of visits where each event of its range names its visit."""
    if asked.dialect.among is None or run(_unnumbered(asked)):
        return asked
    return asked._replace(source=asked.source._replace(numbered=True))


def _unnumbered(asked: Asked) -> Statement:
    return write(
        "select 1 from events where {within} and visit = 0 and kind <> 2 limit 1",
        within=_within(asked),
    )


def _days_and_arrivals(asked: Asked) -> Statement:
    """The range's days that are rolled up, each with its numbers, and ``_SOME_CAME`` where any of
    its events may not be.

    It is asked of every question, most of them about days to which nothing has come: to look for
    whose events have come costs several times as much.
    """
    return write(
        """
        {days}
        union all
        select {some} as day, 0, 0, 0, 0, 0, 0 where exists ({amended}) or exists ({underived})
        """,
        days=rolled_days(asked),
        some=str(_SOME_CAME),
        amended=write("select 1 from amended where {within}", within=_within(asked)),
        underived=write("select 1 from ({events}) as e", events=_underived(asked)),
    )


def _within(asked: Asked) -> Statement:
    span = asked.query.range
    return Statement(
        "site = ? and day >= ? and day <= ?", (asked.site, span.first_day, span.last_day)
    )


def _underived(asked: Asked) -> Statement:
    """Whose events the visits do not know yet."""
    return write(
        """
        select site, day, visitor from events
        where {within} and seq > (select value from state where name = 'visits_up_to')
        """,
        within=_within(asked),
    )


def _days_not_rolled(asked: Asked, rolled: set[int]) -> Statement | None:
    """The condition that a day of the range is not rolled up, or None where each is."""
    span = asked.query.range
    others = [day for day in range(span.first_day, span.last_day + 1) if day not in rolled]
    if not others:
        return None
    first, last = others[0], others[-1]
    within = Statement("site = ? and day >= ? and day <= ?", (asked.site, first, last))
    between = ", ".join(str(day) for day in sorted(rolled) if first < day < last)
    return write("{within} and day not in ({between})", within=within, between=between or "-1")


def _visit_columns(query: StatsQuery) -> str:
    """Those of visits that roll-ups may be asked for are read, and no more."""
    names = {*query.breakdowns, *(each.dimension for each in query.filters)} & DIMENSIONS.keys()
    read = [DIMENSIONS[name] for name in sorted(names)]
    return ", ".join([_VISITS, *(each.column for each in read if each.scope is Scope.VISIT)])


def _rest(columns: str, table: str, not_rolled: Statement | None, changed: str) -> Statement:
    """The rows of days that are not rolled up; those that are known now of who has changed, less
    those that were.
    """
    parts = []
    if not_rolled is not None:
        stored = "select {columns}, 1 as sign from {table} where {where}"
        parts.append(write(stored, columns=columns, table=table, where=not_rolled))
    if changed:
        known = f"select {columns}, 1 as sign from {changed} where is_known"
        was_known = f"select {columns}, -1 as sign from {changed} where was_known"
        parts += [Statement(known), Statement(was_known)]
    return write("({parts}) as rest", parts=join(" union all ", parts))


def _find_changed(run: Run, asked: Asked) -> bool:
    """Keep, in temporary tables, what is and was known of the visitors of rolled days who have
    events that are not rolled up; returns whether there are any.
    """
    run(_changed_visitors(asked))
    days = ", ".join(str(row[0]) for row in run(Statement("select distinct day from changed")))
    if not days:
        return False
    run(_changed_events(asked, days))
    run(_changed_visits(asked, days))
    return True


def _changed_visitors(asked: Asked) -> Statement:
    return write(
        """
        create or replace temp table changed as
        select distinct c.day, c.visitor, r.upto
        from (
            select site, day, visitor from amended where {within}
            union all
            {underived}
        ) as c
        join rolled as r on c.site = r.site and c.day = r.day
        where r.upto > 0
        """,
        within=_within(asked),
        underived=_underived(asked),
    )


def _changed_events(asked: Asked, days: str) -> Statement:
    # Found first, and fetched then: pages and names of all the others are not unpacked.
    return Statement(
        f"""
        create or replace temp table changed_events as
        select {_of("e", _EVENTS)}, true as is_known, f.was_known
        from events as e join (
            select e.rowid as place, e.seq <= c.upto as was_known
            from events as e join changed as c on e.day = c.day and e.visitor = c.visitor
            where e.site = ? and e.day in ({days})
        ) as f on e.rowid = f.place
        """,
        (asked.site,),
    )


def _changed_visits(asked: Asked, days: str) -> Statement:
    columns = _of("v", _visit_columns(asked.query))
    return Statement(
        f"""
        create or replace temp table changed_visits as
        select {columns}, true as is_known, v.upto <= c.upto as was_known
        from visits as v join changed as c on v.day = c.day and v.visitor = c.visitor
        where v.site = ? and v.day in ({days})
        union all
        select {columns}, false as is_known, true as was_known
        from former_visits as v join changed as c on v.day = c.day and v.visitor = c.visitor
        where v.site = ? and v.day in ({days}) and v.upto <= c.upto and v.replaced > c.upto
        """,
        (asked.site, asked.site),
    )


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{name}" for name in columns.split(", "))
