"""What an erasure is about, or an expiry, in the subset of ``store.sql``."""

from __future__ import annotations

from ezee.store.changes import Erase
from ezee.store.looks import Expirable
from ezee.store.sql import Statement, join, write


def condemned(erase: Erase) -> Statement:
    """The condition that the events meet, people's and bots', which an erasure removes."""
    days = within_days(erase)
    if erase.path is None:
        return days
    return join(" and ", [days, _on_path(erase.path)])


def within_days(erase: Erase) -> Statement:
    """The condition of what belongs to the tracker and lies in the days of an erasure."""
    parts = [Statement("site = ?", (erase.site,))]
    if erase.first_day is not None:
        parts.append(Statement("day >= ?", (erase.first_day,)))
    if erase.last_day is not None:
        parts.append(Statement("day <= ?", (erase.last_day,)))
    return join(" and ", parts)


def erasable(erase: Erase) -> Statement:
    """How much an erasure removes; the columns are those of ``looks.Erasable``."""
    return write(
        """
        select (select count(*) from events where {condemned}) as events,
               (select count(*) from bots where {condemned}) as bots,
               (select coalesce(sum(count), 0) from drops where {dropped}) as drops,
               (select count(*) from ({visits}) as ended) as visits,
               (select count(distinct day) from (
                    select day from events where {condemned}
                    union all select day from bots where {condemned}
                    union all select day from drops where {dropped}
               ) as touched) as days
        """,
        condemned=condemned(erase),
        dropped=_dropped(erase),
        visits=_visits(erase),
    )


def expirable(asked: Expirable) -> Statement:
    """How much an expiry removes; the columns are those of ``looks.Expirable``."""
    return write(
        """
        select (select count(*) from events where {days}) as events,
               (select count(*) from bots where {days}) as bots,
               0 as drops,
               (select count(*) from (select day from visits where {days}) as ended) as visits,
               (select count(distinct day) from (
                    select day from events where {days}
                    union all select day from bots where {days}
               ) as touched) as days
        """,
        days=Statement("site = ? and day < ?", (asked.site, asked.kept_from)),
    )


def _visits(erase: Erase) -> Statement:
    """The visits of which nothing is left."""
    days = within_days(erase)
    if erase.path is None:
        return write("select day from visits where {days}", days=days)
    return write(
        """
        select v.day
        from (select * from visits where {days}) as v
        join (
            select day, visitor, happened_at, case when {condemned} then 0 else 1 end as stays
            from events where {days} and kind <> 2
        ) as e
        on e.day = v.day and e.visitor = v.visitor
        where e.happened_at >= v.started_at and e.happened_at <= v.ended_at
        group by v.day, v.visitor, v.started_at having sum(e.stays) = 0
        """,
        days=days,
        condemned=condemned(erase),
    )


def _dropped(erase: Erase) -> Statement:
    # Drops have no path: they stay where one is asked for.
    return within_days(erase) if erase.path is None else Statement("1 = 0")


def _on_path(path: str) -> Statement:
    if path.endswith("*"):
        begin = path[:-1]
        return Statement("substring(path, 1, length(?)) = ?", (begin, begin))
    return Statement("(path = ? or page = ?)", (path, path))
