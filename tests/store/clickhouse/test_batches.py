"""A batch counts wholly or not at all, whatever happens between its first insert and its last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from ezee.errors import Unavailable
from ezee.model.event import DropReason, Drops, Event
from ezee.store.base import Batch
from ezee.store.clickhouse.engine import ClickHouseStore
from ezee.store.clickhouse.servers import Row, Servers
from tests.store.engines import OTHER, SITE, TODAY, ClusterEngine, ask, bot, not_counted
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, event

FULL = Batch(
    [event(visitor=at, event_id=at) for at in range(1, 9)],
    bots=[bot(event_id=100)],
    drops=[Drops(SITE, TODAY, DropReason.EXCLUDED, 5)],
    tally=7,
    number=8,
)


@pytest.fixture
def engine(server: Cluster) -> Iterator[ClusterEngine]:
    made = ClusterEngine(server)
    yield made
    made.close()


class Failing:
    """Lets so many inserts through, then none; one that fails may have come through ``unheard``."""

    def __init__(self, patch: pytest.MonkeyPatch, through: int, *, unheard: bool = False) -> None:
        self._left = through
        insert = Servers.insert

        def maybe(
            servers: Servers, shard: int, table: str, columns: Sequence[str], rows: Sequence[Row]
        ) -> None:
            self._left -= 1
            if self._left >= 0 or (unheard and self._left == -1):
                insert(servers, shard, table, columns, rows)
            if self._left < 0:
                raise Unavailable

        patch.setattr(Servers, "insert", maybe)


def told(engine: ClusterEngine) -> tuple[object, ...]:
    described = engine.store.describe()
    return described.events, described.bots, not_counted(engine.store), ask(engine).totals


@pytest.mark.parametrize("unheard", [False, True])
@pytest.mark.parametrize("through", range(7))
def test_what_is_refused_counts_nowhere_and_may_come_again(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch, through: int, unheard: bool
) -> None:
    engine.store.append(Batch([event(site=OTHER)]))
    nothing = told(engine)
    with monkeypatch.context() as patch:
        Failing(patch, through, unheard=unheard)
        with pytest.raises(Unavailable):
            engine.store.append(FULL)
    engine.store.append(Batch([]))
    assert told(engine) == nothing
    assert engine.store.append(FULL) == []
    assert engine.store.append(FULL) == list(range(8))
    assert (engine.store.describe().events, engine.store.describe().bots) == (9, 1)
    assert [row[4] for row in not_counted(engine.store) if row[1] == "excluded"] == [5]


@pytest.mark.parametrize("through", range(7))
def test_what_a_writer_left_that_died_counts_nowhere(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch, through: int
) -> None:
    engine.store.append(Batch([event(site=OTHER)]))
    nothing = told(engine)
    with monkeypatch.context() as patch:
        Failing(patch, through)
        with pytest.raises(Unavailable):
            engine.store.append(FULL)
        engine.store.close()
    engine.store = engine.open()
    assert told(engine) == nothing
    assert engine.store.append(FULL) == []


def test_one_that_was_stored_and_comes_again_is_known_by_its_number(engine: ClusterEngine) -> None:
    unnamed = Batch([event()], number=5)
    again = Batch([event()], number=5, again=True)
    engine.store.append(unnamed)
    engine.reopen()
    assert engine.store.append(again) == []
    assert engine.store.append(Batch([event()], number=6, again=True)) == []
    assert engine.store.describe().events == 2


def test_several_writers_count_together(server: Cluster, engine: ClusterEngine) -> None:
    others = [engine.open() for _ in range(2)]
    for at in range(3):
        for writer in (engine.store, *others):
            writer.append(Batch([event(NOON + at, visitor=at)]))
            assert ask(engine).totals.pageviews == writer.describe().events
    assert engine.store.describe().events == 9
    for other in others:
        other.close()


def test_what_was_withdrawn_is_cleared_away(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.store.append(Batch([event()]))
    with monkeypatch.context() as patch:
        Failing(patch, 4)
        with pytest.raises(Unavailable):
            engine.store.append(FULL)
    store = engine.store
    assert isinstance(store, ClickHouseStore)
    everything: list[Event] = [event(visitor=9)]
    store.append(Batch(everything))
    assert _rows(store) > 2
    monkeypatch.setattr("ezee.store.clickhouse.clearing.TRUSTED", -1.0)
    store._tidy()
    assert _rows(store) == 2
    assert engine.store.describe().events == 2
    assert engine.store.append(FULL) == []


def _rows(store: ClickHouseStore) -> int:
    tables = ("events", "bots", "drops")
    return sum(store._servers().ask(f"select count(*) from {each}")[0][0] for each in tables)
