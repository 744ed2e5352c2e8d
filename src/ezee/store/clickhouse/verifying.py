"""Day roll-ups compared with what their events say now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ezee.store.clickhouse import expired, rollups, visible
from ezee.store.clickhouse.rollups import Days, Told
from ezee.store.clickhouse.schema import TABLES
from ezee.store.clickhouse.servers import Ask, Servers
from ezee.store.clickhouse.states import FIRST_DAY, LAST_DAY
from ezee.store.looks import Row

_TABLES = {"rollups": rollups.counts, "rollups_revenue": rollups.revenue}
_KEYS = ("day", "dimension", "value", "currency")
_ALWAYS = [(FIRST_DAY, LAST_DAY)]

Statements = Callable[[str, str], Iterator[str]]
Numbers = dict[tuple[int | str, ...], tuple[int, ...]]


def differences(servers: Servers, site: int) -> list[Row]:
    """What of a tracker's roll-ups is not what its events say; see ``looks.WrongRollups``."""
    told = rollups.rolled(servers.ask, site, _ALWAYS)
    seen = visible.look(servers)
    told = rollups.still_true(servers.ask, site, told)
    found: set[tuple[int, str, str]] = set()
    announced = expired.kept(servers, site).announced
    known = [
        each
        for each in rollups.every_day(servers, seen, site)
        if each.site_day.day in told and (announced is None or each.site_day.day >= announced)
    ]
    for some in rollups.together(known):
        found |= _different(servers, Days(seen, [each.site_day for each in some]), told)
    # What has come meanwhile has made roll-ups old, not wrong.
    still = rollups.still_true(servers.ask, site, told)
    return sorted(each for each in found if each[0] in still)


def _different(servers: Servers, days: Days, told: dict[int, Told]) -> set[tuple[int, str, str]]:
    some = {day: told[day] for _, day in days.days}
    site = days.days[0].site
    right: dict[str, Numbers] = {table: {} for table in _TABLES}
    for shard in servers.shards:
        node = rollups.answering(servers, shard.replicas)
        servers.converse_at(node, lambda ask: _count(servers, ask, days, right))
    found = set()
    for table in _TABLES:
        asked = f"from {table} where site = {site} and {rollups.of(some)}"
        stored: Numbers = {}
        _add(stored, servers.ask(_columns(table, asked)), table)
        wrong = {
            key
            for key in stored.keys() | right[table].keys()
            if stored.get(key) != right[table].get(key)
        }
        found |= {(int(day), str(dimension), str(value)) for day, dimension, value, *_ in wrong}
    return found


def _count(servers: Servers, ask: Ask, days: Days, into: dict[str, Numbers]) -> None:
    def add(events: str) -> None:
        for table, statements in _TABLES.items():
            for statement in statements(events, days.where):
                _add(into[table], ask(_columns(table, f"from ({statement}) as counted")), table)

    rollups.with_visits(servers, ask, days, add)


def _columns(table: str, source: str) -> str:
    keys, counted = _parted(table)
    return f"select {', '.join((*keys, *counted))} {source}"


def _add(into: Numbers, rows: Iterable[Sequence[object]], table: str) -> None:
    width = len(_parted(table)[0])
    for row in rows:
        key, numbers = tuple(row[:width]), [int(str(each)) for each in row[width:]]
        before = into.get(key, (0,) * len(numbers))  # type: ignore[arg-type]
        into[key] = tuple(map(sum, zip(before, numbers, strict=True)))  # type: ignore[index]


def _parted(table: str) -> tuple[list[str], list[str]]:
    """The columns that tell rows apart, and those that are added up."""
    columns = [name for name in TABLES[table].columns if name not in {"site", "seq"}]
    keys = [name for name in _KEYS if name in columns]
    return keys, [name for name in columns if name not in keys]
