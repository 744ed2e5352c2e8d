"""Tallies: numbers under names, which any number of writers count at the same time.

Each writer has a row of its own for a name, with what it has added; their sum is the tally. So no
addition is lost, whoever else adds. A row is written anew with each change, under a higher number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from ezee.store.changes import TALLY_LIMIT, Count, Forget, Furnish, Keep, TallyChange
from ezee.store.clickhouse.dialect import literal
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.schema import TABLES
from ezee.store.clickhouse.servers import Servers
from ezee.store.looks import EveryTally, HowManyTallies, Row, Tallied, TallyLook

_COLUMNS = list(TABLES["tallies"].columns)
# The writer of what comes from another store; no other's number is so small.
_ELSEWHERE = 1


class _Share(msgspec.Struct, frozen=True, array_like=True):
    """One writer's part of a tally: the columns of the table."""

    name: str
    writer: int
    value: int = 0
    day: int = 0
    today: int = 0
    made_at: int = 0
    changed_at: int = 0
    terms: str = ""
    termed: int = 0
    there: int = 1
    number: int = 0


class _Tally:
    """The shares of one name."""

    def __init__(self, shares: Sequence[_Share]) -> None:
        self.shares = shares
        self.value = sum(each.value for each in shares)
        self.day = max((each.day for each in shares), default=0)
        self.made_at = min((each.made_at for each in shares), default=0)
        self.changed_at = max((each.changed_at for each in shares), default=0)

    @property
    def terms(self) -> str:
        return max(self.shares, key=lambda each: each.termed).terms

    def today(self, day: int) -> int:
        return sum(each.today for each in self.shares if each.day == day)

    def share_of(self, name: str, writer: int, at: int) -> _Share:
        own = [each for each in self.shares if each.writer == writer]
        return own[0] if own else _Share(name, writer, made_at=self.made_at or at)


def carry_out(servers: Servers, change: TallyChange, numbers: Numbers) -> int:
    """Carry out a change; returns how many tallies it was about."""
    match change:
        case Count():
            shares = _counted(servers, change, numbers.writer)
        case Keep():
            shares = [_kept(servers, change, numbers)]
        case Forget():
            shares = _forgotten(servers, change)
    if shares:
        number = numbers.take()
        rows = [msgspec.structs.astuple(replace(each, number=number)) for each in shares]
        servers.insert(0, "tallies", _COLUMNS, rows)
    return len({each.name for each in shares})


def furnish(servers: Servers, change: Furnish, numbers: Numbers) -> None:
    """Have tallies as another store has them; what it is told again is as it was told last."""
    number = numbers.take()
    shares = [
        _Share(row[0], _ELSEWHERE, *row[1:], termed=number, number=number) for row in change.tallies
    ]
    if shares:
        rows = [msgspec.structs.astuple(each) for each in shares]
        servers.insert(0, "tallies", _COLUMNS, rows)


def look(servers: Servers, asked: TallyLook) -> list[Row]:
    """The rows of a look."""
    match asked:
        case Tallied():
            found = _named(servers, asked.names)
        case HowManyTallies():
            return [(len(_beginning(servers, asked.prefix)),)]
        case EveryTally():
            found = _beginning(servers, asked.prefix)
    return [_row(name, found[name]) for name in sorted(found)]


def _row(name: str, tally: _Tally) -> Row:
    today = tally.today(tally.day)
    return (
        *(name, tally.value, tally.day, today, tally.made_at, tally.changed_at),
        tally.terms,
    )


def _counted(servers: Servers, change: Count, writer: int) -> list[_Share]:
    added: dict[str, int] = {}
    for name, amount in change.additions:
        added[name] = added.get(name, 0) + amount
    known = _named(servers, list(added))
    shares = []
    for name, amount in added.items():
        tally = known.get(name, _Tally([]))
        own = tally.share_of(name, writer, change.at)
        today = tally.today(change.day)
        more_today = _within(today + amount) - today
        shares.append(
            replace(
                own,
                value=own.value + _within(tally.value + amount) - tally.value,
                day=change.day,
                today=more_today + (own.today if own.day == change.day else 0),
                changed_at=change.at,
            )
        )
    return shares


def _kept(servers: Servers, change: Keep, numbers: Numbers) -> _Share:
    tally = _named(servers, [change.name]).get(change.name, _Tally([]))
    own = tally.share_of(change.name, numbers.writer, change.at)
    return replace(
        own,
        value=own.value + _within(change.value) - tally.value,
        terms=change.terms,
        termed=numbers.take(),
        changed_at=change.at,
    )


def _forgotten(servers: Servers, change: Forget) -> list[_Share]:
    found = _beginning(servers, change.prefix).values()
    old = [tally for tally in found if tally.changed_at < change.before]
    return [
        _Share(name=each.name, writer=each.writer, there=0)
        for tally in old
        for each in tally.shares
    ]


def _within(value: int) -> int:
    return max(min(value, TALLY_LIMIT), -TALLY_LIMIT)


def _named(servers: Servers, names: Sequence[str]) -> dict[str, _Tally]:
    if not names:
        return {}
    return _found(servers, f"name in ({', '.join(map(literal, names))})")


def _beginning(servers: Servers, prefix: str) -> dict[str, _Tally]:
    begin = literal(prefix)
    return _found(servers, f"substring(name, 1, length({begin})) = {begin}")


def _found(servers: Servers, where: str) -> dict[str, _Tally]:
    rows = servers.ask(
        f"select {', '.join(_COLUMNS)} from tallies where {where} "
        "order by name, writer, number desc limit 1 by name, writer"
    )
    return _together(_Share(*row) for row in rows)


def _together(shares: Iterable[_Share]) -> dict[str, _Tally]:
    by_name: dict[str, list[_Share]] = {}
    for each in shares:
        if each.there:
            by_name.setdefault(each.name, []).append(each)
    return {name: _Tally(shares) for name, shares in by_name.items()}
