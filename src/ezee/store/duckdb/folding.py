"""A roll-up is brought up to date by what has changed: of the visitors who have events since, what
is known of them now is added to it, and what was known of them then is taken off.

Everything that is counted adds up over the visitors of a day, so that is what counting the whole
day anew would give, at a cost that grows with what has come and not with the day.
"""

from __future__ import annotations

from ezee.store.duckdb.counting import Known, write
from ezee.store.duckdb.file import Connection

# Of a day that has grown by more than an eighth, counting everything costs no more.
FEW = 8

_KNOWN = Known("folding_events", "folding_visits", "folding_former_visits")
_FOUND = {
    "folding": """
        select distinct site, day, visitor from amended semi join rolling using (site, day)
    """,
    # Found first, and fetched then: pages and names of all the others are not unpacked.
    "folding_events": """
        select events.site, events.day, visitor, happened_at, kind, name, page, amount, currency,
               seq
        from events join (
            select events.rowid as place from events semi join folding using (site, day, visitor)
        ) as found on events.rowid = found.place
    """,
    "folding_visits": "from visits semi join folding using (site, day, visitor)",
    "folding_former_visits": "from former_visits semi join folding using (site, day, visitor)",
}
_NUMBERS = {
    "rollups": ("visitors", "viewers", "visits", "pageviews", "events", "bounces", "duration"),
    "rollups_revenue": ("amount", "sales"),
}
_KEYS = {
    "rollups": ("site", "dimension", "day", "value"),
    "rollups_revenue": ("site", "dimension", "day", "value", "currency"),
}
# Without it a row would not be there.
_AT_LEAST_ONE = {"rollups": "visitors", "rollups_revenue": "sales"}

_SINCE = """
update rolling set upto = rolled.upto from rolled
where rolling.site = rolled.site and rolling.day = rolled.day
"""
_CHANGES = """
create or replace temp table folded as
select {keys}, {sums}
from (from now_{table} union all by name select {keys}, {taken_off} from then_{table})
group by all having {any_changed}
"""
_UP_TO_DATE = """
insert into folded by name from {table} semi join folded using ({keys})
"""
_TAKE_OUT = "delete from {table} where ({keys}) in (select ({keys}) from folded)"
_PUT_BACK = """
insert into {table} by name
select {keys}, {sums} from folded group by all having sum({at_least_one}) > 0
order by site, dimension, day
"""


def suitable(connection: Connection) -> list[tuple[int, int]]:
    """Those of the days in the table ``rolling`` (site, day) to which little has come."""
    rolled = "(from rolled semi join rolling using (site, day) where upto > 0)"
    ((since,),) = connection.execute(f"select min(upto) from {rolled}").fetchall()
    if since is None:
        return []
    return connection.execute(
        f"select site, day from {rolled} as r left join ("
        f"select site, day, count(*) as number from events join {rolled} as r using (site, day) "
        "where seq > $since and seq > r.upto group by site, day"
        ") as arrived using (site, day) where coalesce(number, 0) * $few <= r.events",
        {"since": since, "few": FEW},
    ).fetchall()


def fold(connection: Connection) -> None:
    """Bring, in the open transaction, the roll-ups of the days in the table ``rolling`` (site, day,
    upto) up to the events that it names, up to which the visits are derived.
    """
    for table, rows in _FOUND.items():
        connection.execute(f"create or replace temp table {table} as {rows}")
    _count(connection, "now_")
    connection.execute("create or replace temp table rolling_now as from rolling")
    connection.execute(_SINCE)
    _count(connection, "then_")
    connection.execute("create or replace temp table rolling as from rolling_now")
    for table in _NUMBERS:
        _add(connection, table)
    for table in (*_FOUND, "rolling_now"):
        connection.execute(f"drop table {table}")


def _count(connection: Connection, into: str) -> None:
    for table in _NUMBERS:
        connection.execute(f"create or replace temp table {into}{table} as from {table} limit 0")
    write(connection, into, _KNOWN)


def _add(connection: Connection, table: str) -> None:
    numbers = _NUMBERS[table]
    words = {
        "table": table,
        "keys": ", ".join(_KEYS[table]),
        "sums": ", ".join(f"sum({name}) as {name}" for name in numbers),
        "taken_off": ", ".join(f"-{name} as {name}" for name in numbers),
        "any_changed": " or ".join(f"sum({name}) <> 0" for name in numbers),
        "at_least_one": _AT_LEAST_ONE[table],
    }
    for statement in (_CHANGES, _UP_TO_DATE, _TAKE_OUT, _PUT_BACK):
        connection.execute(statement.format(**words))
    for name in (f"now_{table}", f"then_{table}", "folded"):
        connection.execute(f"drop table {name}")
