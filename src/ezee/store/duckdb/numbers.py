"""The number of its visit stands beside each event, so that what is asked of both needs no search.

It follows from the visits, whenever these are derived. Files of versions that did not have it are
numbered in the background, a part of a day at a time; until then questions join both as before.
"""

from __future__ import annotations

from ezee.store.duckdb.file import Connection, transaction

# A transaction holds in memory what it changes.
_AT_ONCE = 100_000

# An event whose visit is not derived has none yet.
_NUMBER_EVENTS = """
update events set visit = found.number
from (
    select e.seq, coalesce(v.number, case when e.kind = 2 then e.seq else 0 end) as number
    from (
        select site, visitor, happened_at, kind, seq, visit from events
        where day = $day and seq <= $upto and (site, visitor) in (
            select (site, visitor) from changed where day = $day
        )
    ) as e
    left join (select * from visits where day = $day) as v
        on e.site = v.site and e.visitor = v.visitor
        and e.happened_at >= v.started_at and e.happened_at <= v.ended_at
    where e.visit <> coalesce(v.number, case when e.kind = 2 then e.seq else 0 end)
) as found
where events.day = $day and events.seq = found.seq
"""
_UP_TO = "(select value from state where name = 'visits_up_to')"
_WAITING = f"select max(day) from events where visit = 0 and seq <= {_UP_TO}"
_CHANGED = f"""
create or replace temp table changed as
select distinct site, day, visitor
from (
    select site, day, visitor from events
    where day = $day and visit = 0 and seq <= {_UP_TO} limit {_AT_ONCE}
)
"""
_NUMBER_VISITS = """
update visits set number = first.number, alone = first.alone
from (
    select v.site, v.visitor, v.started_at, arg_min(e.seq, (e.received_at, e.seq)) as number,
           count(*) over (partition by v.site, v.visitor) = 1 as alone
    from (
        select * from visits semi join changed using (site, day, visitor) where day = $day
    ) as v
    join (select * from events where day = $day and kind <> 2) as e
        on e.site = v.site and e.visitor = v.visitor and e.happened_at = v.started_at
    group by v.site, v.visitor, v.started_at
) as first
where visits.day = $day and visits.site = first.site and visits.visitor = first.visitor
and visits.started_at = first.started_at
"""


def number_events(connection: Connection, day: int, upto: int) -> None:
    """Put the number of its visit beside each event of a day of those in the table ``changed``,
    up to the number ``upto`` of the last that the visits know.
    """
    connection.execute(_NUMBER_EVENTS, {"day": day, "upto": upto})


def catch_up(connection: Connection) -> bool:
    """Number some of the latest events that have none though their visits are derived, in one
    transaction; returns whether there were any. Nobody may derive visits meanwhile.
    """
    with transaction(connection):
        ((day,),) = connection.execute(_WAITING).fetchall()
        if day is None:
            return False
        connection.execute(_CHANGED, {"day": day})
        connection.execute(_NUMBER_VISITS, {"day": day})
        ((upto,),) = connection.execute(f"select {_UP_TO}").fetchall()
        number_events(connection, day, upto)
        connection.execute("drop table changed")
        return True
