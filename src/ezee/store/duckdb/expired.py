"""Days whose events have expired: what is told of them, and what cannot be asked of them any more.

What other statements tell are the events that are there; here is what has to be added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from ezee.errors import InvalidRequest, Unavailable
from ezee.model.calendar import date_of
from ezee.model.query import StatsQuery
from ezee.model.rollable import EXPIRED, reads_events
from ezee.store.changes import Erase
from ezee.store.erasable import within_days
from ezee.store.kept import statement_of
from ezee.store.looks import (
    BotViews,
    Erasable,
    Expirable,
    ExpiryLook,
    KeptEvents,
    KeptFrom,
    LatestErased,
    NotCounted,
    PlainLook,
    Row,
)
from ezee.store.sql import Statement, write

Run = Callable[[Statement], Sequence[Sequence[Any]]]


def check_question(run: Run, site: int, query: StatsQuery) -> None:
    """See that no events are to be read of days whose events have expired.

    Who asks is told of that more closely before; here they may have expired since then.

    Raises:
        InvalidRequest: some are.
    """
    needed = [query.range.first_day] if reads_events(query) else []
    if query.comparison is not None:
        there = replace(query, range=query.comparison)
        needed += [there.range.first_day] if reads_events(there, in_time=True) else []
    if needed:
        for (day,) in run(_kept_from(site)):
            if min(needed) < day:
                raise InvalidRequest(f"This can be asked from {date_of(day)} on: {EXPIRED}.")


def check_path(run: Run, erase: Erase) -> None:
    """See that an erasure of a path is of days alone whose events are there.

    What has expired is kept by the values of one dimension at a time: to take the visitors of a
    path out of all the others cannot be done.

    Raises:
        InvalidRequest: it reaches further back.
    """
    if erase.path is None:
        return
    for (day,) in run(_kept_from(erase.site)):
        if (erase.first_day or day - 1) < day:
            raise InvalidRequest.field(
                "path",
                f"can be erased from {date_of(day)} on: of the days before only day roll-ups are "
                "kept, which a path cannot be taken out of. Erase those days wholly, or leave "
                "them out",
            )


def check_events(run: Run, asked: KeptEvents) -> None:
    """See that a page of events misses none that were there when the first page was read.

    Raises:
        Unavailable: some have expired since then; asked for anew, they are not asked for.
    """
    for (day,) in run(_kept_from(asked.site)):
        if asked.first_day < day:
            raise Unavailable(
                f"Events before {date_of(day)} expired while they were read. Ask again: those that "
                "are kept can be had."
            )


def look(run: Run, asked: PlainLook | ExpiryLook) -> list[Row]:
    """The rows of a look, of all days.

    Raises:
        InvalidRequest: as ``check_path``. Unavailable: as ``check_events``.
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
            return _rows(run, _expirable(asked))
        case KeptEvents():
            check_events(run, asked)
            return _rows(run, statement_of(asked))
        case LatestErased():
            return _rows(run, _latest_erased(asked))
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


def _kept_from(site: int) -> Statement:
    """The first day of a tracker whose events were kept; no row where none have expired."""
    return Statement("select kept_from from expired where site = ?", (site,))


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


def _expirable(asked: Expirable) -> Statement:
    return write(
        """
        select (select count(*) from events where {days}) as events,
               (select count(*) from bots where {days}) as bots,
               0 as drops,
               (select count(*) from visits where {days}) as visits,
               (select count(*) from (
                    select day from events where {days} union select day from bots where {days}
               ) as touched) as days
        """,
        days=Statement("site = ? and day < ?", (asked.site, asked.kept_from)),
    )


def _latest_erased(asked: LatestErased) -> Statement:
    return Statement(
        "select receipt, events, bots, drops, visits, days, removed_at, "
        "case when gone then 1 else 0 end as is_gone from erased "
        "where position(? in receipt) = 1 order by removed_at desc, receipt desc limit ?",
        (asked.prefix, asked.rows),
    )
