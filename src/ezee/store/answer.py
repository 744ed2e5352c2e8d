"""One question asked of any SQL engine: run its statements, gather the integers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ezee.model.query import StatsQuery
from ezee.model.result import Answer, Breakdown, BreakdownRow, Comparison
from ezee.model.rollable import has_breakdown
from ezee.store.matched import keep_matched
from ezee.store.plan import Run, plan, with_numbers
from ezee.store.sql import Asked, Dialect, Plan, Statement
from ezee.store.sql.breakdowns import breakdown, rolled_breakdown, rolled_breakdowns
from ezee.store.timeseries import in_time

# Rows that are asked for at once: where a breakdown has fewer, they tell how many it has, and
# nothing is read a second time to count them.
_AHEAD = 1_000


class Planned(NamedTuple):
    """A question, and what roll-ups tell of it: all of it but for some days, or nothing."""

    question: Asked
    plan: Plan


def answer(run: Run, dialect: Dialect, site: int, query: StatsQuery) -> Answer:
    """Answer ``query`` with ``run``, which executes one statement within one snapshot."""
    asked = Asked(dialect, site, query)
    chosen = plan(run, asked)
    rolled = [name for name in query.breakdowns if chosen.rolled and has_breakdown(query, name)]
    of_events = [name for name in query.breakdowns if name not in rolled]
    matched = asked
    if of_events or not chosen.rolled:
        matched = _matched(run, with_numbers(run, asked), of_events)
    totals, series = in_time(run, asked if chosen.rolled else matched, chosen)
    found = _rolled_breakdowns(run, asked, rolled, chosen) if rolled else {}
    found |= {name: _breakdown(run, matched, name) for name in of_events}
    return Answer(totals, series, found, _comparison(run, asked))


def answer_planned(run: Run, asked: Planned, compared: Planned | None) -> Answer:
    """Answer a question that was planned; ``compared`` is it put to another range.

    What roll-ups do not have of it is read from events and visits alone.
    """
    totals, series = in_time(run, *asked)
    found = {name: _told(run, asked, name) for name in asked.question.query.breakdowns}
    comparison = None if compared is None else Comparison(*in_time(run, *compared))
    return Answer(totals, series, found, comparison)


def _told(run: Run, asked: Planned, name: str) -> Breakdown:
    query = asked.question.query
    first, last = query.offset, query.offset + query.limit
    if last > _AHEAD:
        return _tell(run, asked.question, _statements(asked, name))
    ahead = asked.question._replace(query=replace(query, offset=0, limit=_AHEAD))
    found = _tell(run, ahead, _statements(asked._replace(question=ahead), name))
    return Breakdown(found.rows[first:last], found.total)


def _statements(asked: Planned, name: str) -> tuple[Statement, Statement]:
    if asked.plan.rolled:
        return rolled_breakdown(asked.question, name, asked.plan)
    return breakdown(asked.question, name)


def _matched(run: Run, asked: Asked, breakdowns: Sequence[str]) -> Asked:
    """The question put to what its filters match, where it is worth while to keep that."""
    if not (asked.query.filters and breakdowns) or asked.query.range.start is not None:
        return asked
    return keep_matched(run, asked, breakdowns)


def _comparison(run: Run, asked: Asked) -> Comparison | None:
    if asked.query.comparison is None:
        return None
    there = asked._replace(query=replace(asked.query, range=asked.query.comparison))
    chosen = plan(run, there)
    if not chosen.rolled:
        there = with_numbers(run, there)
    return Comparison(*in_time(run, there, chosen))


def _rolled_breakdowns(
    run: Run, asked: Asked, names: Sequence[str], chosen: Plan
) -> dict[str, Breakdown]:
    rows: dict[str, list[BreakdownRow]] = {name: [] for name in names}
    totals = dict.fromkeys(names, 0)
    for name, value, visitors, count, total in run(rolled_breakdowns(asked, names, chosen)):
        rows[name].append(BreakdownRow(value, int(visitors), int(count)))
        totals[name] = int(total)
    found = {name: Breakdown(rows[name], totals[name]) for name in names}
    past = [name for name, each in found.items() if not each.rows]
    if asked.query.offset and past:
        # Beyond a breakdown's last row nothing has told how many there are.
        first = asked._replace(query=replace(asked.query, limit=1, offset=0))
        first_rows = run(rolled_breakdowns(first, past, chosen))
        found |= {name: Breakdown([], int(total)) for name, *_, total in first_rows}
    return found


def _breakdown(run: Run, asked: Asked, name: str) -> Breakdown:
    return _tell(run, asked, breakdown(asked, name))


def _tell(run: Run, asked: Asked, statements: tuple[Statement, Statement]) -> Breakdown:
    rows, total = statements
    found = [_row(row) for row in run(rows)]
    if len(found) < asked.query.limit and (found or not asked.query.offset):
        # These are the last of them, so their number is known.
        return Breakdown(found, asked.query.offset + len(found))
    return Breakdown(found, int(run(total)[0][0]))


def _row(row: Sequence[Any]) -> BreakdownRow:
    *values, visitors, count = row
    value = values[0] if len(values) == 1 else tuple(values)
    return BreakdownRow(value, int(visitors), int(count))
