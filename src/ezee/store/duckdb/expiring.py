"""Expiry: the events of a tracker's first days go, and what they add up to stays for ever.

These days are rolled up with all of their events before. Their visits go too, and with them every
visitor's hash: day roll-ups are numbers alone.
"""

from __future__ import annotations

from ezee.store.changes import Expire, RollUpFirst
from ezee.store.duckdb import expired, rollups, visits
from ezee.store.duckdb.batches import last_number
from ezee.store.duckdb.file import Connection, transaction
from ezee.store.looks import Expirable

# A page is that of a pageview alone; other events of bots are counted together.
_COUNT_BOTS = """
insert into rollups_bots
select site, day, rule, category, case when kind = 0 then page else '' end as page,
       count(*) as events, count(*) filter (where kind = 0) as pageviews
from bots where site = ? and day < ? group by all order by day
"""
# What roll-ups need no more, where nothing can come any more, is there with the last of these.
_TABLES = ("events", "bots", "visits", "amended", "former_visits")


def carry_out(connection: Connection, change: Expire) -> int:
    """Roll up what is not, then have it go, each in a transaction of its own; returns how many
    events were removed, bots' too.

    Nobody may write meanwhile, nor derive visits.
    """
    # Up to what is in the tables: what waits to come there would be taken for derived.
    visits.derive_all(connection, last_number(connection))
    first = RollUpFirst([(change.site, change.kept_from)])
    waiting = rollups.waiting_first(connection, first)
    for days in rollups.together(waiting):
        rollups.begin(connection, days)
        rollups.roll(connection, days)
    with transaction(connection):
        return expire(connection, change)


def expire(connection: Connection, change: Expire) -> int:
    """Have it go, in the open transaction."""
    if change.kept_from <= kept_from(connection).get(change.site, FIRST):
        return 0
    numbers = _numbers(connection, change)
    removed = numbers[0] + numbers[1]
    days = [change.site, change.kept_from]
    connection.execute(_COUNT_BOTS, days)
    for table in _TABLES:
        connection.execute(f"delete from {table} where site = ? and day < ?", days)
    connection.execute("delete from expired where site = ?", [change.site])
    connection.execute("insert into expired values (?, ?)", days)
    if removed and change.receipt:
        connection.execute(
            "insert into erased (receipt, events, bots, drops, visits, days, removed_at, gone) "
            "values (?, ?, ?, ?, ?, ?, ?, false)",
            [change.receipt, *numbers, change.at],
        )
    return removed


FIRST = -(2**31)
"""Before any day."""


def kept_from(connection: Connection) -> dict[int, int]:
    """The first day whose events were kept, of each tracker of which some have expired."""
    return dict(connection.execute("select site, kept_from from expired").fetchall())


def _numbers(connection: Connection, change: Expire) -> list[int]:
    (row,) = expired.look(
        lambda asked: connection.execute(asked.sql, asked.parameters).fetchall(),
        Expirable(change.site, change.kept_from),
    )
    return [int(number) for number in row]
