"""A question put to a cluster: to day roll-ups where these have all of it, or else to events."""

from __future__ import annotations

from contextlib import ExitStack

from msgspec.structs import replace

from ezee.model.query import Range, StatsQuery
from ezee.model.result import Answer
from ezee.model.rollable import reads_events
from ezee.store.answer import Planned, answer_planned
from ezee.store.clickhouse import rollups
from ezee.store.clickhouse.dialect import CLICKHOUSE, written
from ezee.store.clickhouse.rollups import Told
from ezee.store.clickhouse.servers import Ask, Servers
from ezee.store.clickhouse.sources import Reach, asked_of, of_rollups
from ezee.store.clickhouse.visible import Visible
from ezee.store.sql import EVENTS_ALONE, Asked, Plan


def rolled(servers: Servers, site: int, query: StatsQuery) -> dict[int, Told]:
    """Which days that a question is about are rolled up, if that is of use to it."""
    asked = [query.range] if _is_of_use(query) else []
    if query.comparison is not None:
        there = replace(query, range=query.comparison)
        asked += [there.range] if _is_of_use(there, in_time=True) else []
    spans = [(span.first_day, span.last_day) for span in asked]
    return rollups.rolled(servers.ask, site, spans) if spans else {}


def answer(ask: Ask, seen: Visible, site: int, query: StatsQuery, told: dict[int, Told]) -> Answer:
    """Answer a question of what was visible after it was asked what is ``rolled``."""
    told = rollups.still_true(ask, site, told)
    with ExitStack() as kept:

        def put(span: Range, kept_as: str, *, in_time: bool = False) -> Planned:
            there = replace(query, range=span)
            days = {day: each for day, each in told.items() if _is_within(day, span)}
            reach = Reach(seen, site, span.first_day, span.last_day)
            if not (days and _is_of_use(there, in_time=in_time)):
                source = kept.enter_context(asked_of(ask, reach, there, kept_as))
                return Planned(Asked(CLICKHOUSE, site, there, source), EVENTS_ALONE)
            asked = Asked(CLICKHOUSE, site, there, of_rollups(site, rollups.of(days)))
            others = _others(reach, days)
            if others is None:
                return Planned(asked, Plan(rolled=True))
            rest = kept.enter_context(asked_of(ask, others, there, kept_as))
            return Planned(asked, Plan(rolled=True, rest=rest))

        asked = put(query.range, "asked_visits")
        compared = None
        if query.comparison is not None:
            compared = put(query.comparison, "compared_visits", in_time=True)
        return answer_planned(lambda each: ask(written(each)), asked, compared)


def _is_of_use(query: StatsQuery, *, in_time: bool = False) -> bool:
    """Whether roll-ups have all that is asked, or all of it but breakdowns."""
    return not reads_events(query, in_time=in_time)


def _is_within(day: int, span: Range) -> bool:
    return span.first_day <= day <= span.last_day


def _others(reach: Reach, rolled: dict[int, Told]) -> Reach | None:
    """The days that are not rolled up; None: each is."""
    assert reach.first_day is not None
    assert reach.last_day is not None
    others = [day for day in range(reach.first_day, reach.last_day + 1) if day not in rolled]
    if not others:
        return None
    between = tuple(sorted(day for day in rolled if others[0] < day < others[-1]))
    return reach._replace(first_day=others[0], last_day=others[-1], without=between)
