"""Days whose events have expired: what is told of them.

What other statements tell are the events that are there; here is what has to be added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ezee.model.query import StatsQuery
from ezee.store import expired
from ezee.store.changes import Erase
from ezee.store.erasable import expirable, within_days
from ezee.store.kept import statement_of
from ezee.store.looks import (
    BotViews,
    Erasable,
    Expirable,
    ExpiredDays,
    ExpiryLook,
    KeptEvents,
    KeptFrom,
    LatestErased,
    NotCounted,
    PlainLook,
    Row,
)
from ezee.store.sql import Statement, write

_ROLLUPS = "dimension, day, value, visitors, viewers, visits, pageviews, events, bounces, duration"
_REVENUE = "dimension, day, value, currency, amount, sales"
_BOTS = "day, rule, category, page, events, pageviews"
_THERE = "site = $1 and day >= $2 and day <= $3"
_PARTS = {
    "days": f"""
        select day, max(number) from (
            select day, events as number from rolled where {_THERE} and events > 0
            union all select day, 0 as number from rollups_bots where {_THERE}
        ) group by day order by day
    """,
    "rollups": f"select {_ROLLUPS} from rollups where {_THERE} order by all",
    "revenue": (
        f"select {_REVENUE.replace('amount', 'amount::varchar')} from rollups_revenue "
        f"where {_THERE} order by all"
    ),
    "bots": f"select {_BOTS} from rollups_bots where {_THERE} order by all",
}

Run = Callable[[Statement], Sequence[Sequence[Any]]]


def check_question(run: Run, site: int, query: StatsQuery) -> None:
    """See that no events are to be read of days whose events have expired.

    Raises:
        InvalidRequest: some are.
    """
    needed = expired.first_needed(query)
    if needed is not None:
        expired.check_question(needed, _kept_from(run, site))


def check_path(run: Run, erase: Erase) -> None:
    """See that an erasure of a path is of days alone whose events are there.

    Raises:
        InvalidRequest: it reaches further back.
    """
    if erase.path is not None:
        expired.check_path(erase, _kept_from(run, erase.site))


def look(run: Run, asked: PlainLook | ExpiryLook | ExpiredDays) -> list[Row]:
    """The rows of a look, of all days.

    Raises:
        InvalidRequest: as ``check_path``. Unavailable: as ``expired.check_events``.
    """
    match asked:
        case NotCounted():
            rows = [*_rows(run, statement_of(asked)), *_rows(run, _bots(asked))]
            return sorted(rows, key=lambda row: (row[0], row[1], -int(row[4]), row[2]))
        case BotViews():
            return [_sums(run, [statement_of(asked), _views(asked)])]
        case Erasable():
            check_path(run, asked.erase)
            return [removed(run, asked.erase)]
        case Expirable():
            return _rows(run, expirable(asked))
        case KeptEvents():
            expired.check_events(asked, _kept_from(run, asked.site))
            return _rows(run, statement_of(asked))
        case LatestErased():
            return _rows(run, _latest_erased(asked))
        case ExpiredDays():
            days = (asked.site, asked.first_day, asked.last_day)
            return _rows(run, Statement(_PARTS[asked.part], days))
        case KeptFrom():
            return _rows(run, Statement("select site, kept_from from expired order by site"))
        case _:
            return _rows(run, statement_of(asked))


def removed(run: Run, erase: Erase) -> Row:
    """How much an erasure removes, as ``Erasable`` tells it."""
    return _sums(run, [statement_of(Erasable(erase)), _left(erase)])


def _rows(run: Run, statement: Statement) -> list[Row]:
    return [tuple(row) for row in run(statement)]


def _sums(run: Run, statements: Sequence[Statement]) -> Row:
    """Column by column, of statements with one row each."""
    rows = [run(statement)[0] for statement in statements]
    return tuple(sum(map(int, column)) for column in zip(*rows, strict=True))


def _kept_from(run: Run, site: int) -> int | None:
    """The first day of a tracker whose events were kept; None where none have expired."""
    found = run(Statement("select kept_from from expired where site = ?", (site,)))
    return int(found[0][0]) if found else None


def _bots(asked: NotCounted) -> Statement:
    return Statement(
        "select day, 'bot' as reason, rule, category, sum(events) as number from rollups_bots "
        "where site = ? and day >= ? and day <= ? group by day, rule, category",
        (asked.site, asked.first_day, asked.last_day),
    )


def _views(asked: BotViews) -> Statement:
    rules = ", ".join("?" * len(asked.rules))
    return Statement(
        "select coalesce(sum(pageviews), 0) from rollups_bots where site = ? and day >= ? "
        f"and day <= ? and (page = ? or ? = '') and rule in ({rules})",
        (asked.site, asked.first_day, asked.last_day, asked.page, asked.page, *asked.rules),
    )


def _left(erase: Erase) -> Statement:
    """What the days of an erasure were that have expired: events, bots, drops, visits, days.

    Drops are there as before; days that have some are counted with them.
    """
    if erase.path is not None:
        return Statement("select 0, 0, 0, 0, 0")
    return write(
        """
        select (select coalesce(sum(events), 0) from rolled where {expired}) as events,
               (select coalesce(sum(events), 0) from rollups_bots where {expired}) as bots,
               0 as drops,
               (select coalesce(sum(visits), 0) from rollups where {expired} and dimension = '')
               as visits,
               (select count(*) from (
                    select day from rolled where {expired}
                    union select day from rollups_bots where {expired}
                    except select day from drops where {expired}
               ) as touched) as days
        """,
        expired=write(
            "{days} and day < (select max(kept_from) from expired where {site})",
            days=within_days(erase),
            site=Statement("site = ?", (erase.site,)),
        ),
    )


def _latest_erased(asked: LatestErased) -> Statement:
    return Statement(
        "select receipt, events, bots, drops, visits, days, removed_at, "
        "case when gone then 1 else 0 end as is_gone from erased "
        "where position(? in receipt) = 1 order by removed_at desc, receipt desc limit ?",
        (asked.prefix, asked.rows),
    )
