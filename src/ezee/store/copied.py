"""From a look at all that another store needs to become the same, to SQL, in the subset of
``store.sql``.
"""

from __future__ import annotations

from ezee.model.event import Event
from ezee.store.looks import CopyLook, EveryErased, Extents, KeptDrops, KeptRows
from ezee.store.sql import Statement

_FLAGS = ("interactive", "judged", "verified")
EVENT_COLUMNS = ", ".join(
    f"case when {name} then 1 else 0 end as {name}" if name in _FLAGS else name
    for name in (*Event.__struct_fields__, "seq")
)


def copied(look: CopyLook) -> Statement:
    """The statement that answers a look; its columns are those the look names."""
    match look:
        case Extents():
            return _EXTENTS
        case KeptRows():
            return _kept_rows(look)
        case KeptDrops():
            return _KEPT_DROPS
        case EveryErased():
            return _EVERY_ERASED


# Small enough that the sum over any day fits 64 bits in every engine.
_MARK = "happened_at % 999983 + received_at % 999979 + visitor % 999961 + amount % 999959"
_EXTENTS = Statement(
    f"""
    select site, day, sum(people) as events, sum(programs) as bots, sum(mark) as mark
    from (
        select site, day, count(*) as people, 0 as programs, sum({_MARK}) as mark
        from events group by site, day
        union all
        select site, day, 0 as people, count(*) as programs, sum({_MARK}) as mark
        from bots group by site, day
    ) as counted
    group by site, day order by day, site
    """
)
_KEPT_DROPS = Statement(
    "select site, day, reason, sum(count) as number from drops "
    "group by site, day, reason order by site, day, reason"
)
_EVERY_ERASED = Statement(
    "select receipt, events, bots, drops, visits, days, removed_at, "
    "case when gone then 1 else 0 end as gone from erased order by receipt"
)
_OF_PEOPLE = "'' as rule, '' as category, '' as token"


def _kept_rows(look: KeptRows) -> Statement:
    days = [day for _, day in look.days]
    pairs = ", ".join(["(?, ?)"] * len(look.days))
    where = f"day >= ? and day <= ? and (site, day) in ({pairs})"
    reach = (min(days), max(days), *(each for pair in look.days for each in pair))
    if look.after:
        where += " and seq > ?"
        reach = (*reach, look.after)
    columns = EVENT_COLUMNS.removesuffix(", seq")
    return Statement(
        f"""
        select {", ".join(Event.__struct_fields__)}, rule, category, token, seq
        from (
            select {columns}, {_OF_PEOPLE}, seq from events where {where}
            union all
            select {columns}, rule, category, token, seq from bots where {where}
        ) as kept
        order by site, day, seq limit ? offset ?
        """,
        (*reach, *reach, look.limit, look.skip),
    )
