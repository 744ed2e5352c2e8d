"""From a question to SQL: readable statements in the subset that every engine understands.

The subset: subqueries, ``count(distinct …)``, ``sum(case when …)``, group by, joins, union all,
and bound parameters. No window functions, CTEs, ``filter (where …)`` or date arithmetic; no
``select distinct``, of which old ClickHouse servers give some rows twice when several threads
answer. What engines spell differently is in their ``Dialect``.

Visitors are counted as distinct (local day, visitor): distinct within each day, then summed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import Formatter
from typing import NamedTuple

from ezee.model.calendar import MINUTE
from ezee.model.query import StatsQuery

# From this many milliseconds on, two events of one visitor are two visits.
VISIT_GAP = 30 * MINUTE


class Statement(NamedTuple):
    """SQL, or a part of it, with ``?`` places, and what goes into them."""

    sql: str
    parameters: tuple[int | str, ...] = ()


class Dialect(NamedTuple):
    """The words of one engine."""

    property: Callable[[str, str], Statement]
    """The text under a key of a column of JSON objects; empty where there is none."""
    keys: Callable[[str], Statement]
    """The keys of such a column, none of which is empty; a row becomes one for each of them."""
    contains: Callable[[Statement, str], Statement]
    """Whether a value contains a text, case aside."""
    matches: Callable[[Statement, str], Statement]
    """Whether an RE2 expression matches anywhere in a value."""
    exact: Callable[[str], str]
    """A column of whole numbers as one whose sum is right, however large it is."""
    among: Callable[[Statement, str, Statement], Statement] | None = None
    """Those of a statement's rows whose number, in a column of theirs, is among those of another
    statement, none of them negative; for engines where the number of its visit stands beside each
    event.
    """


class Source(NamedTuple):
    """Where events, visits and roll-ups are read; where ``signed``, each event's and visit's
    ``sign``, 1 or -1, is what it counts for.

    Which of ``events`` there are to be read is said by ``reach``, if not by site and day alone.

    Where they are ``numbered``, the ``visit`` of each event is the ``number`` of the visit that
    owns it. Its visits are ``whole`` where all of their events are there. In ``begun`` are the
    visits that match, where these are kept; ``told`` says which rows of ``rollups`` hold.
    """

    events: Statement = Statement("events")
    visits: Statement = Statement("visits")
    reach: Statement | None = None
    begun: Statement | None = None
    signed: bool = False
    numbered: bool = False
    whole: bool = True
    rolled: Statement = Statement("rolled")
    rollups: Statement = Statement("rollups")
    revenue: Statement = Statement("rollups_revenue")
    told: Statement | None = None


class Plan(NamedTuple):
    """Whether roll-ups tell of some days, and where then the rest is read, if anything is left.

    ``days`` are the numbers of each day, where they are known from planning.
    """

    rolled: bool
    rest: Source | None = None
    days: Sequence[Sequence[int]] | None = None


EVENTS_ALONE = Plan(rolled=False)


class Asked(NamedTuple):
    """A question, of which tracker, in whose words, and of which of its events and visits."""

    dialect: Dialect
    site: int
    query: StatsQuery
    source: Source = Source()


def not_rolled(asked: Asked, chosen: Plan) -> Asked | None:
    """The question as it is put to what roll-ups do not tell; None where they tell all."""
    if not chosen.rolled:
        return asked
    return None if chosen.rest is None else asked._replace(source=chosen.rest)


def write(template: str, **parts: Statement | str) -> Statement:
    """Put parts where the template names them; their parameters follow in that order.

    A part that is bare text is a column of ours, never anything a caller has sent.
    """
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    made = {name: _statement(part) for name, part in parts.items()}
    sql = template.format(**{name: part.sql for name, part in made.items()})
    return Statement(sql, tuple(each for name in names for each in made[name].parameters))


def join(separator: str, parts: list[Statement]) -> Statement:
    """One after another, with the separator between them."""
    return Statement(
        separator.join(part.sql for part in parts),
        tuple(each for part in parts for each in part.parameters),
    )


def _statement(part: Statement | str) -> Statement:
    return Statement(part) if isinstance(part, str) else part
