"""Visits are derived from events, and from nothing else.

The visits of one visitor on one day are a pure function of that visitor's events, written as one
statement. A keeper thread runs it for every visitor who has events past a watermark, some events
at a time, and moves the watermark in the same transaction. So a restart, a late event, an import
or an event out of order needs no case of its own: what is derived is always what a brute-force
reading would say.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from ezee.errors import Unavailable
from ezee.store.duckdb.file import Connection, transaction
from ezee.store.duckdb.numbers import number_events
from ezee.store.sql import VISIT_GAP

# A transaction holds in memory what it changes.
_AT_ONCE = 100_000

# ``place`` orders a visitor's events; ``gap`` begins a visit where 30 minutes have passed.
# Engagement (kind 2) opens no visit, so a group of nothing else is none.
_DERIVE = f"""
insert into visits by name
select v.site, v.day, e.hour, e.utc_offset, v.visitor, v.started_at, v.ended_at,
       v.pageviews, v.events, v.verified,
       case when v.pageviews = 1 and v.interactions = 0 then 1 else 0 end as bounce,
       v.ended_at - v.started_at as duration,
       coalesce(v.entry_page, '') as entry_page, coalesce(v.exit_page, '') as exit_page,
       e.referrer, e.source, e.channel,
       e.utm_source, e.utm_medium, e.utm_campaign, e.utm_term, e.utm_content,
       e.country, e.region, e.city, e.browser, e.os, e.device, e.screen, e.language,
       $upto as upto, v.first_seq as number,
       count(*) over (partition by v.site, v.visitor) = 1 as alone
from (
    select site, day, visitor, visit,
           min(happened_at) filter (where kind <> 2) as started_at,
           max(happened_at) as ended_at,
           arg_min(seq, place) filter (where kind <> 2) as first_seq,
           count(*) filter (where kind = 0) as pageviews,
           count(*) filter (where kind = 1) as events,
           count(*) filter (where kind = 1 and interactive) as interactions,
           arg_min(page, place) filter (where kind = 0) as entry_page,
           arg_max(page, place) filter (where kind = 0) as exit_page,
           bool_or(verified) filter (where kind <> 2) as verified
    from (
        select *, sum(gap) over (partition by site, visitor order by place) as visit
        from (
            select *,
                   row_number() over in_order as place,
                   case when happened_at - lag(happened_at) over in_order < {VISIT_GAP}
                        then 0 else 1 end as gap
            from (
                select site, day, visitor, happened_at, received_at, seq, kind, page, interactive,
                       verified
                from events
                where day = $day and seq <= $upto and (site, visitor) in (
                    select (site, visitor) from changed where day = $day
                )
            )
            window in_order as (
                partition by site, visitor order by happened_at, received_at, seq
            )
        )
    )
    group by site, day, visitor, visit
    having count(*) filter (where kind <> 2) > 0
) as v
join (select * from events where day = $day) as e on e.seq = v.first_seq
"""

_KEEP_FORMER = """
insert into former_visits by name
select visits.*, ? as replaced from visits
semi join changed using (site, day, visitor) semi join rolled using (site, day)
"""


_log = structlog.get_logger("ezee.store")


class VisitKeeper:
    """Calls ``derive`` with the newest event's number until the ``visits`` table is true again;
    it tells up to which event that is.

    It never starts again before a few times what its last run worked has passed, so that it costs a
    bounded share of a core however busy the service is; a question that waits shortens that. While
    an import goes on it rests for longer: the next batch has the same visitors again.
    ``derive`` raises ``Unavailable`` when it cannot for now, and is called again a little later.
    """

    # A run may take a quarter of the time; a tenth, where visits are still true within a second;
    # a twentieth during an import; half, while somebody waits.
    _REST_AT_LEAST = 3.0
    _REST_IN_BULK = 19.0
    _REST_IN_HASTE = 1.0
    _REST_AT_MOST = 9.0
    _TRUE_WITHIN = 0.8
    _REST_AFTER_FAILURE = 1.0

    def __init__(self, derive: Callable[[int], int], latest: int) -> None:
        self._derive = derive
        self._changed = threading.Condition()
        self._latest = latest
        self._in_bulk = False
        # Not even that is known of the visits: the first run looks at the watermark in the file.
        self._done = -1
        self._waiting = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="visits", daemon=True)
        self._thread.start()

    def announce(self, latest: int, *, in_bulk: bool = False) -> None:
        """Events up to the sequence number ``latest`` are stored now; ``in_bulk``: more will follow
        soon.
        """
        with self._changed:
            self._latest = max(self._latest, latest)
            self._in_bulk |= in_bulk
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until the visits of every event announced so far are there, or time is up."""
        with self._changed:
            target = self._latest
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._done >= target or self._stopping, seconds)
            self._waiting -= 1

    def stop(self) -> None:
        """End the thread and wait for it."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while self._await_work():
            began, worked = time.monotonic(), time.thread_time()
            with self._changed:
                latest, in_bulk, self._in_bulk = self._latest, self._in_bulk, False
            try:
                done = self._derive(latest)
            except Exception as failure:  # noqa: BLE001 - without this thread visits stand still
                if not isinstance(failure, Unavailable):
                    _log.error("visits failed", kind=type(failure).__name__)
                self._rest(self._REST_AFTER_FAILURE)
                continue
            with self._changed:
                self._done = done
                # What is left of them is still of those that came in bulk.
                self._in_bulk |= in_bulk and done < latest
                self._changed.notify_all()
            # What it waited, for a checkpoint or for a processor, asks for no rest.
            worked, took = time.thread_time() - worked, time.monotonic() - began
            in_haste = self._REST_IN_HASTE * worked
            self._rest(in_haste)
            self._rest(self._rest_after(took, worked, in_bulk) - in_haste, unless_awaited=True)

    def _rest_after(self, took: float, worked: float, in_bulk: bool) -> float:
        if in_bulk:
            return self._REST_IN_BULK * worked
        in_time = min(self._REST_AT_MOST * worked, self._TRUE_WITHIN - took)
        return max(self._REST_AT_LEAST * worked, in_time)

    def _await_work(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._latest > self._done or self._stopping)
            return not self._stopping

    def _rest(self, seconds: float, *, unless_awaited: bool = False) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopping or (unless_awaited and self._waiting), seconds
            )


def derive(connection: Connection, latest: int) -> int:
    """Make the visits true to some more events up to the number ``latest``, in one transaction;
    returns up to which they are then.
    """
    with transaction(connection):
        done = derived_up_to(connection)
        if done >= latest:
            return done
        upto = _next_step(connection, done, latest)
        connection.execute(
            "create or replace temp table changed as select distinct site, day, visitor "
            "from events where seq > ? and seq <= ?",
            [done, upto],
        )
        connection.execute(
            "insert into amended select site, day, visitor, ? from changed "
            "semi join rolled using (site, day)",
            [upto],
        )
        rederive(connection, upto)
        connection.execute("update state set value = ? where name = 'visits_up_to'", [upto])
    return upto


def _next_step(connection: Connection, done: int, latest: int) -> int:
    """The number of the last event of a step from one number towards another. Numbers that were
    given by a cluster are far apart.
    """
    row = connection.execute(
        "select seq from events where seq > ? and seq <= ? order by seq limit 1 offset ?",
        [done, latest, _AT_ONCE - 1],
    ).fetchone()
    return int(row[0]) if row else latest


def derive_all(connection: Connection, latest: int) -> None:
    """Make the visits true to every event up to the number ``latest``."""
    while derive(connection, latest) < latest:
        pass


def derived_up_to(connection: Connection) -> int:
    """The number of the last event that the visits know."""
    row = connection.execute("select value from state where name = 'visits_up_to'").fetchone()
    return int(row[0]) if row else 0


def rederive(connection: Connection, upto: int) -> None:
    """Derive anew, in the open transaction, the visits of everyone in the table ``changed``
    (site, day, visitor), which is dropped then.

    They are true to the events up to the number ``upto``, and know of no other: what a roll-up
    counts of them it would count again once that has come. What they replace is kept where their
    day is rolled up.
    """
    connection.execute(_KEEP_FORMER, [upto])
    days = connection.execute("select distinct day from changed order by day").fetchall()
    for (day,) in days:
        connection.execute(
            "delete from visits where day = $day and (site, visitor) in "
            "(select (site, visitor) from changed where day = $day)",
            {"day": day},
        )
        connection.execute(_DERIVE, {"day": day, "upto": upto})
        number_events(connection, day, upto)
    connection.execute("drop table changed")
