"""Days whose events have expired, as another store keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ezee.model.rollable import WHOLE_DAY
from ezee.store.changes import FurnishExpired
from ezee.store.duckdb.expiring import FIRST, kept_from
from ezee.store.duckdb.file import Connection

# They are true of all that ever comes. What a day was as a whole stands with it as well.
_ROLLED = f"""
insert into rolled
select $site, t.day, 1, t.events, coalesce(d.visitors, 0), coalesce(d.visits, 0),
       coalesce(d.pageviews, 0), coalesce(d.events, 0), coalesce(d.bounces, 0),
       coalesce(d.duration, 0)
from expired_days as t
left join (from rollups where site = $site and dimension = '{WHOLE_DAY}') as d on d.day = t.day
where t.events > 0
"""


def furnish(connection: Connection, change: FurnishExpired) -> int:
    """Have these days as they are told, in the open transaction; returns how many."""
    site, before = change.site, kept_from(connection).get(change.site, FIRST)
    if before >= change.kept_from:
        return 0
    _add(connection, "rollups", [(site, *row) for row in change.rollups])
    revenue = [(site, *key, int(amount), sales) for *key, amount, sales in change.revenue]
    _add(connection, "rollups_revenue", revenue)
    _add(connection, "rollups_bots", [(site, *row) for row in change.bots])
    connection.execute("create or replace temp table expired_days (day integer, events bigint)")
    _add(connection, "expired_days", [tuple(row) for row in change.days])
    connection.execute(_ROLLED, {"site": site})
    connection.execute("drop table expired_days")
    connection.execute("delete from expired where site = ?", [site])
    connection.execute("insert into expired values (?, ?)", [site, change.kept_from])
    return len(change.days)


def _add(connection: Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.appender(table) as appender:
        appender.append_rows(rows)
