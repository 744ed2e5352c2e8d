"""A day's numbers by the values of each dimension, counted from events and visits.

The days, and up to which event each is counted, are in the temporary table ``rolling``
(site, day, upto).
"""

from __future__ import annotations

from typing import NamedTuple

from ezee.model.dimensions import DIMENSIONS, Dimension, Scope
from ezee.model.rollable import WHOLE_DAY
from ezee.store.duckdb.file import Connection


class Known(NamedTuple):
    """The tables of which something is counted, each with the columns of the one it is named by."""

    events: str = "events"
    visits: str = "visits"
    former_visits: str = "former_visits"


EVERYTHING = Known()

# What was known of the days in ``rolling`` up to the event that each names.
_KNOWN_VISITS = """
select v.* from {visits} as v join rolling using (site, day) where v.upto <= rolling.upto
union all by name
select f.* exclude (replaced) from {former_visits} as f join rolling using (site, day)
where f.upto <= rolling.upto and f.replaced > rolling.upto
"""
# Each dimension counts the same rows: they are found once for all of them.
_FOUND = {
    "rolling_visits": _KNOWN_VISITS,
    "rolling_events": """
        select e.site, e.day, visitor, happened_at, kind, name, page, amount, currency
        from {events} as e join rolling using (site, day)
        where seq <= rolling.upto and kind in (0, 1)
    """,
    "rolling_owned": """
        select e.site, e.day, e.visitor, e.kind, e.name, e.page, v.started_at, v.bounce, v.duration
        from rolling_events as e join rolling_visits as v
        on e.site = v.site and e.day = v.day and e.visitor = v.visitor
        and e.happened_at >= v.started_at and e.happened_at <= v.ended_at
    """,
    "rolling_sales": """
        select e.kind, e.name, e.page, e.amount, e.currency, v.*
        from (from rolling_events where currency <> '') as e join rolling_visits as v
        on e.site = v.site and e.day = v.day and e.visitor = v.visitor
        and e.happened_at >= v.started_at and e.happened_at <= v.ended_at
    """,
}
# Most visitors have one visit, and need no telling apart.
_VISITORS = """
count(*) filter (where alone) + count(distinct visitor) filter (where not alone)
"""

_OF_VISITS = f"""
insert into {{into}}rollups by name
select site, '{{name}}' as dimension, day, {{value}} as value,
       {_VISITORS} as visitors, visitors as viewers,
       count(*) as visits, sum(pageviews) as pageviews, sum(events) as events,
       sum(bounce) as bounces, sum(duration) as duration
from rolling_visits group by all order by site, day
"""

_OF_EVENTS = """
insert into {into}rollups by name
select e.*, v.visits, v.bounces, v.duration
from (
    select site, '{name}' as dimension, day, {column} as value,
           count(distinct visitor) as visitors,
           count(distinct case when kind = {counted} then visitor end) as viewers,
           count(*) filter (where kind = 0) as pageviews,
           count(*) filter (where kind = 1) as events
    from rolling_events where kind in ({kinds}) group by all
) as e
join (
    select site, day, value, count(*) as visits, sum(bounce) as bounces, sum(duration) as duration
    from (
        select distinct site, day, {column} as value, visitor, started_at, bounce, duration
        from rolling_owned where kind in ({kinds})
    )
    group by all
) as v using (site, day, value)
order by site, day
"""

_OF_REVENUE = """
insert into {into}rollups_revenue by name
select site, '{name}' as dimension, day, {value} as value, currency,
       sum(amount) as amount, count(*) as sales
from rolling_sales where kind in ({kinds}) group by all order by site, day
"""

# Pageviews and custom events; of the latter alone are those that have a name.
_KINDS = {Scope.VISIT: "0, 1", Scope.PAGEVIEW: "0, 1", Scope.EVENT: "1"}


def write(connection: Connection, into: str, known: Known = EVERYTHING) -> None:
    """Insert what is counted into the tables ``rollups`` and ``rollups_revenue``, whose names begin
    with ``into``.
    """
    for table, rows in _FOUND.items():
        found = rows.format(**known._asdict())
        connection.execute(f"create or replace temp table {table} as {found}")
    for statement in _COUNTS:
        connection.execute(statement.format(into=into))
    if connection.execute("from rolling_sales limit 1").fetchone():
        for statement in _REVENUE:
            connection.execute(statement.format(into=into))
    for table in _FOUND:
        connection.execute(f"drop table {table}")


def _counting(each: Dimension) -> str:
    if each.scope is Scope.VISIT:
        return _visits_by(each.name, each.column)
    return _OF_EVENTS.format(
        into="{into}",
        name=each.name,
        column=each.column,
        kinds=_KINDS[each.scope],
        counted=1 if each.scope is Scope.EVENT else 0,
    )


def _visits_by(name: str, value: str) -> str:
    return _OF_VISITS.format(into="{into}", name=name, value=value)


def _revenue_by(name: str, value: str, kinds: str) -> str:
    return _OF_REVENUE.format(into="{into}", name=name, value=value, kinds=kinds)


def _earning(each: Dimension) -> str:
    return _revenue_by(each.name, each.column, _KINDS[each.scope])


_COUNTS = (
    _visits_by(WHOLE_DAY, "''"),
    *(_counting(each) for each in DIMENSIONS.values()),
)
_REVENUE = (
    _revenue_by(WHOLE_DAY, "''", "0, 1"),
    *(_earning(each) for each in DIMENSIONS.values()),
)
