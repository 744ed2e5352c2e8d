"""Changing what is stored: each function works within the caller's transaction.

Whatever touches events derives the visits of their visitors anew, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import astuple

from ezee.model.event import Event
from ezee.store.changes import Erase, Move, Regroup, Rejudge, Rewrite
from ezee.store.duckdb import expired
from ezee.store.duckdb.file import Connection
from ezee.store.duckdb.rollups import TABLES, unroll
from ezee.store.duckdb.visits import derived_up_to, rederive
from ezee.store.erasable import condemned, within_days
from ezee.store.kept import statement_of
from ezee.store.looks import Erased
from ezee.store.sql import Statement, write

_COLUMNS = ", ".join(Event.__struct_fields__)
_JUDGED_BY = "day, browser, version, os, device, hints, referrer"


def carry_out(connection: Connection, change: Rewrite) -> int:
    """Carry out a change; returns how many events were removed or changed."""
    match change:
        case Erase():
            return _erase(connection, change)
        case Regroup():
            return _regroup(connection, change)
        case Rejudge():
            return _rejudge(connection, change)


def _erase(connection: Connection, change: Erase) -> int:
    known = _run(connection, statement_of(Erased(change.receipt))).fetchone()
    if known is not None:
        events, bots, *_ = known
        return int(events + bots)

    def run(asked: Statement) -> Sequence[Sequence[Any]]:
        return _run(connection, asked).fetchall()

    expired.check_path(run, change)
    numbers = [int(number) for number in expired.removed(run, change)]
    erase = _erase_days if change.path is None else _erase_path
    deleted = erase(connection, change)
    if change.receipt:
        _remember(connection, change, numbers, gone=not deleted)
    events, bots, *_ = numbers
    return int(events + bots)


def _erase_days(connection: Connection, change: Erase) -> int:
    """How many rows that were, of whatever kind."""
    where, deleted = within_days(change), 0
    for table in ("drops", "visits", *TABLES, "events", "bots", "rollups_bots"):
        deleted += _delete(connection, table, where)
    # An import goes on where it ended, and what has expired cannot come again, unless nothing is
    # left of the tracker.
    if change.is_whole:
        for table in ("imports", "expired"):
            deleted += _delete(connection, table, Statement("site = ?", (change.site,)))
    return deleted


def _erase_path(connection: Connection, change: Erase) -> int:
    """How many rows of events that were, people's and bots'."""
    where = condemned(change)
    distinct = "select distinct site, day, visitor from events where {where}"
    _run(connection, write(f"create or replace temp table changed as {distinct}", where=where))
    deleted = sum(_delete(connection, table, where) for table in ("events", "bots"))
    unroll(connection, "select distinct site, day from changed")
    rederive(connection, derived_up_to(connection))
    return deleted


def _remember(connection: Connection, change: Erase, numbers: Sequence[int], *, gone: bool) -> None:
    """Keep what an erasure has removed; where it was nothing, no byte of it is left."""
    connection.execute(
        "insert into erased (receipt, events, bots, drops, visits, days, removed_at, gone) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        [change.receipt, *numbers, change.at, gone],
    )


def _regroup(connection: Connection, change: Regroup) -> int:
    connection.execute("create or replace temp table pages (path varchar, page varchar)")
    # A path that is named twice would be joined twice.
    _fill(connection, "pages", list(dict(change.pages).items()))
    connection.execute(
        "create or replace temp table changed as select distinct site, day, visitor "
        "from events join pages using (path) "
        "where site = ? and events.page <> pages.page",
        [change.site],
    )
    changed = 0
    for table in ("events", "bots"):
        changed += _count(
            connection,
            f"update {table} set page = pages.page from pages "
            f"where {table}.site = ? and {table}.path = pages.path and {table}.page <> pages.page",
            change.site,
        )
    connection.execute("drop table pages")
    unroll(connection, "select distinct site, day from changed")
    rederive(connection, derived_up_to(connection))
    return changed


def _rejudge(connection: Connection, change: Rejudge) -> int:
    _find_moved(connection, change)
    connection.execute(
        "create or replace temp table changed as select distinct site, day, visitor from moved "
        "where rule = '' or new_rule = ''"
    )
    for statement in _MOVE:
        connection.execute(statement)
    moved = connection.execute("select count(*) from moved").fetchone()
    connection.execute("drop table moved")
    unroll(connection, "select distinct site, day from changed")
    rederive(connection, derived_up_to(connection))
    return int(moved[0]) if moved else 0


def _find_moved(connection: Connection, change: Rejudge) -> None:
    connection.execute(_MOVES)
    # Two moves of the same events would store them twice; the last one holds.
    moves = {astuple(move)[:_WHAT_IS_MOVED]: astuple(move) for move in change.moves}
    _fill(connection, "moves", list(moves.values()))
    connection.execute(_MOVED, {"site": change.site})
    connection.execute("drop table moves")


_WHAT_IS_MOVED = Move.__struct_fields__.index("new_rule")
_MOVES = """
create or replace temp table moves (
    day integer, rule varchar, token varchar, browser varchar, version smallint, os varchar,
    device varchar, hints smallint, referrer varchar, new_rule varchar, new_category varchar
)
"""
_MOVED = f"""
create or replace temp table moved as
select seq, site, day, visitor, '' as rule, new_rule, new_category
from events join (select * from moves where rule = '') as m using ({_JUDGED_BY})
where site = $site and judged
union all
select seq, site, day, visitor, rule, new_rule, new_category
from bots join (select * from moves where rule <> '') as m using ({_JUDGED_BY}, rule, token)
where site = $site
"""
# People become bots, then bots people, then one kind of bot another.
_MOVE = (
    f"""
    insert into bots select {_COLUMNS}, new_rule, new_category, '', seq
    from events join (select seq, new_rule, new_category from moved where rule = '') using (seq)
    """,
    "delete from events where seq in (select seq from moved where rule = '')",
    f"""
    insert into events select {_COLUMNS}, seq, 0 as visit
    from bots semi join (select seq from moved where rule <> '' and new_rule = '') using (seq)
    """,
    "delete from bots where seq in (select seq from moved where rule <> '' and new_rule = '')",
    """
    update bots set rule = moved.new_rule, category = moved.new_category from moved
    where bots.seq = moved.seq and moved.rule <> '' and moved.new_rule <> ''
    """,
)


def _fill(connection: Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Into a temporary table, some 200 times as fast as one statement for many rows."""
    with connection.appender(table) as appender:
        appender.append_rows(rows)


def _run(connection: Connection, statement: Statement) -> Connection:
    return connection.execute(statement.sql, statement.parameters)


def _delete(connection: Connection, table: str, where: Statement) -> int:
    row = _run(connection, write(f"delete from {table} where {{where}}", where=where)).fetchone()
    return int(row[0]) if row else 0


def _count(connection: Connection, statement: str, site: int) -> int:
    row = connection.execute(statement, [site]).fetchone()
    return int(row[0]) if row else 0
