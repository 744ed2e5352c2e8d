"""Realistic traffic for a store of any size: one big tracker, and a thousand small ones.

Everything follows from the number of a visit, so that two runs make the same events. Pages, sources
and countries are distributed as they are in life: a few make up most of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import duckdb

from ezee.model.calendar import DAY
from ezee.store.changes import RollUp
from ezee.store.duckdb import DuckDBStore
from ezee.store.duckdb.lives import FILE_NAME
from ezee.store.looks import Expirable

BIG = 0xB16
SMALL = range(0xA000, 0xA000 + 1000)
LAST_DAY = 20_700
DAYS = 30
# A day's visits begin within 23 hours. Of the last day's events, those of the last so many are made
# once everything else is rolled up: with what visits leave after them nearly as many as a service
# does, 2,000 or a sixteenth.
_HOURS = 23 * 3_600_000
_LEFT_AT_MOST = 1_000
_LEFT_OF_ALL = 1 / 18

# A visit has 1 to 12 events, 3.3 on average; one in thirteen is a custom event, some with money.
_EVENTS = """
insert into events by name
select *, {start} + row_number() over (order by happened_at) as seq
from (
    select site, {day} as day, (happened_at // 3600000 % 24) as hour, 0 as utc_offset,
           happened_at, happened_at as received_at, visitor, 0 as event_id, kind,
           case when kind = 1 then ['Signup', 'Download', 'Outbound', 'Purchase'][u % 4 + 1]
                else '' end as name,
           page as path, page, '' as title, referrer, source, channel,
           campaign as utm_source, campaign as utm_medium, campaign as utm_campaign,
           '' as utm_term, '' as utm_content, country, '' as region, '' as city,
           browser, 120 as version, os, device, 0 as hints, screen, language,
           case when kind = 1 then '{{"plan":"plan ' || (u % 50) || '"}}' else '' end as props,
           case when kind = 1 and u % 4 = 3 then 990 + u % 100 else 0 end as amount,
           case when kind = 1 and u % 4 = 3 then 'EUR' else '' end as currency,
           true as interactive, 0 as population, true as judged, false as verified
    from (
        select *, (hash(visit, place, {day}) % 1000003)::bigint as u,
               case when u % 13 = 5 then 1 else 0 end as kind,
               '/p/' || cast(floor({pages} * pow(u / 1000003, 4)) as integer) as page,
               started_at + place * 40000 + u % 30000 as happened_at
        from (
            select visit, site, unnest(range(1 + cast(floor(12 * pow(r / 1000003, 3)) as bigint)))
                       as place,
                   hash(floor(visit / 1.2), {day}, site)::ubigint as visitor,
                   {day}::bigint * 86400000 + (hash(visit, {day}) % 82800000)::bigint as started_at,
                   s.referrer, s.source, s.channel,
                   case when r % 17 = 0 then 'spring-' || (r % 9) else '' end as campaign,
                   ['US', 'DE', 'GB', 'FR', 'IN', 'BR', 'JP', 'CA', 'NL', 'ES', 'PL', 'SE']
                       [1 + cast(floor(12 * pow(r % 9973 / 9973, 2)) as integer)] as country,
                   ['Chrome', 'Mobile Safari', 'Firefox', 'Edge', 'Samsung Internet']
                       [1 + cast(floor(5 * pow(r % 9967 / 9967, 2)) as integer)] as browser,
                   ['Windows', 'iOS', 'Android', 'Mac OS X', 'Linux']
                       [1 + cast(floor(5 * pow(r % 9949 / 9949, 1.5)) as integer)] as os,
                   ['desktop', 'mobile', 'tablet'][1 + cast(floor(3 * pow(r % 997 / 997, 2))
                       as integer)] as device,
                   ['xl', 'xs', 'lg', 'xxl', 'md'][1 + r % 5] as screen,
                   ['en', 'de', 'fr', 'es', 'pt'][1 + r % 5] as language
            from (
                select visit, (hash(visit, 1) % 1000003)::bigint as r,
                       case when {small} then {first_small} + visit % 1000 else {big} end as site
                from range({visits}) as v(visit)
            ) as drawn
            join sources as s on s.number = cast(floor(300 * pow(r % 9941 / 9941, 3)) as integer)
        )
    )
)
where happened_at >= {since} and happened_at < {until}
"""


class Day(NamedTuple):
    """A day of the big tracker, of so many events, of which those of a span of time are made."""

    day: int
    events: int
    big: int
    since: int
    until: int


def make(
    folder: Path,
    events: int,
    *,
    late: bool = False,
    big: int = BIG,
    last_day: int = LAST_DAY,
    days: int = DAYS,
    only: int | None = None,
) -> None:
    """Events of a big tracker, over so many days, and a tenth as many of all small ones; or those
    of one day ``only``.

    First those up to the last minutes of the last day, then the ``late`` ones.
    """
    DuckDBStore(folder).close()
    with duckdb.connect(folder / FILE_NAME) as connection:
        connection.execute(
            "create temp table sources as select i as number, "
            "case when i = 0 then '' else 'site' || i || '.example' end as referrer, "
            "case when i = 0 then 'Direct' else 'Site ' || i end as source, "
            "['Direct', 'Organic Search', 'Referral', 'Organic Social'][least(i, 3) + 1] "
            "as channel from range(301) as r(i)"
        )
        left = min(_LEFT_OF_ALL, _LEFT_AT_MOST / max(1, events // days))
        late_from = last_day * DAY + round(_HOURS * (1 - left))
        span = (late_from, 2**62) if late else (0, late_from)
        every = [last_day] if late else range(last_day - days + 1, last_day + 1)
        for day in every if only is None else [only]:
            _make_day(connection, Day(day, events // days, big, *span))
        connection.execute("checkpoint")


def settle(folder: Path, big: int, *, roll: bool = True) -> None:
    """Have visits derived and the big tracker's days rolled up, unless told otherwise, as they are
    in a service that lives with its events.
    """
    store = PatientStore(folder)
    if roll:
        store.change(RollUp(big))
    else:
        store.look(Expirable(big, 0))
    store.close()


class PatientStore(DuckDBStore):
    """The embedded engine, whose questions wait until all visits are derived."""

    _PATIENCE = 3600.0


def _make_day(connection: duckdb.DuckDBPyConnection, made: Day) -> None:
    for small, share in ((False, 1.0), (True, 0.1)):
        (start,) = connection.execute("select coalesce(max(seq), 0) from events").fetchall()[0]
        statement = _EVENTS.format(
            day=made.day,
            start=start,
            visits=round(made.events * share / 3.3),
            small=small,
            first_small=SMALL[0],
            big=made.big,
            pages=50 if small else 5000,
            since=made.since,
            until=made.until,
        )
        connection.execute(statement)
