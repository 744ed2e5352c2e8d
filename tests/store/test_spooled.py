"""Nothing lost, nothing twice: a real store that comes and goes, before it a spool."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ezee.errors import Unavailable
from ezee.model.event import DropReason, Drops
from ezee.store.base import Batch, Progress
from ezee.store.changes import Compact, Erase
from ezee.store.looks import Condition, KeptPaths, NotCounted
from ezee.store.spool import FILE_NAME
from ezee.store.spooled import SpooledStore
from tests.store import spooling
from tests.store.engines import SITE, TODAY, bot, not_counted
from tests.store.gates import Gate, Way
from tests.support.events import PatientStore, event
from tests.support.polling import until

ROOM = 1 << 20


class Behind:
    """A spooled store on a folder, whose network a test holds in its hand."""

    def __init__(self, folder: Path, room: int = ROOM) -> None:
        self.folder = folder
        self.way = Way.THERE
        self.gate = Gate(PatientStore(folder), lambda: self.way)
        self.store = SpooledStore(self.gate, folder, room)

    def sent(self) -> None:
        """Wait until nothing waits, the network being well."""
        self.way = Way.THERE
        until(lambda: self.store.waiting.batches == 0)

    def paths(self) -> Counter[str]:
        return Counter({str(row[0]): int(row[2]) for row in self.gate.store.look(KeptPaths(SITE))})


def _fill(behind: Behind) -> tuple[int, Unavailable]:
    """How many were taken, and what the next was told."""
    for taken in range(1000):
        try:
            behind.store.append(one(f"/{taken}"))
        except Unavailable as refused:
            return taken, refused
    raise AssertionError


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Behind]:
    made = Behind(tmp_path)
    yield made
    made.store.close()


def one(path: str) -> Batch:
    return Batch([event(path=path)])


def test_a_store_that_is_there_is_asked_at_once(behind: Behind) -> None:
    assert behind.store.append(Batch([event(event_id=7)])) == []
    assert behind.store.append(Batch([event(event_id=7)])) == [0]
    assert behind.store.waiting == (0, 0)
    assert behind.store.describe().events == 1


@pytest.mark.parametrize("way", [Way.NOT_THERE, Way.UNHEARD])
def test_what_it_refuses_waits_and_is_sent_once(behind: Behind, way: Way) -> None:
    behind.way = way
    for number in range(5):
        assert behind.store.append(one(f"/{number}")) == []
    assert behind.store.waiting.batches == 5
    assert behind.store.waiting.bytes > 0
    behind.sent()
    assert behind.paths() == Counter(f"/{number}" for number in range(5))
    assert behind.store.append(one("/later")) == []
    assert behind.store.waiting == (0, 0)


def test_many_small_ones_are_sent_together_in_their_order(behind: Behind) -> None:
    behind.way = Way.NOT_THERE
    for number in range(300):
        behind.store.append(one(f"/{number}"))
    behind.sent()
    # The first was sent before, so it goes by itself.
    assert [len(batch.events) for batch in behind.gate.sent] == [1, 200, 99]
    paths = [each.path for batch in behind.gate.sent for each in batch.events]
    assert paths == [f"/{number}" for number in range(300)]


def test_bots_and_tallies_arrive_as_they_would_have(behind: Behind) -> None:
    def batch(tally: int) -> Batch:
        drops = [Drops(SITE, TODAY, DropReason.EXCLUDED, 5)]
        return Batch([event(), event()], bots=[replace(bot(), place=1)], drops=drops, tally=tally)

    behind.way = Way.UNHEARD
    for tally in (3, 4, 5):
        behind.store.append(batch(tally))
    behind.sent()
    assert behind.store.describe().events == 6
    assert behind.store.describe().bots == 3
    assert not_counted(behind.store) == [
        (TODAY, "bot", "Googlebot", "search", 3),
        (TODAY, "excluded", "", "", 15),
    ]


def test_only_a_full_spool_refuses(tmp_path: Path) -> None:
    behind = Behind(tmp_path, room=3000)
    behind.way = Way.NOT_THERE
    taken, refused = _fill(behind)
    assert refused.retry_after == 30
    assert refused.message.startswith("Too much waits")
    assert 5 < taken < 30
    assert behind.store.waiting.batches == taken
    behind.sent()
    assert behind.paths().total() == taken
    behind.store.append(one("/later"))
    behind.store.close()


def test_a_disk_that_will_not_refuses(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    behind.way = Way.NOT_THERE
    behind.store.append(one("/first"))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (behind.folder / f"{FILE_NAME}-wal").stat().st_size
    # Python ignores the signal that comes with it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with pytest.raises(Unavailable):
            behind.store.append(Batch([event(title="x" * 300)] * 30))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert behind.store.waiting.batches == 1
    behind.sent()
    assert behind.paths() == Counter(["/first"])


def test_what_waits_outlives_a_restart(tmp_path: Path) -> None:
    behind = Behind(tmp_path)
    behind.way = Way.UNHEARD
    behind.store.append(one("/first"))
    behind.store.append(one("/second"))
    behind.store.close()
    again = Behind(tmp_path)
    again.sent()
    assert again.paths() == Counter(["/first", "/second"])
    again.store.close()


def test_questions_are_refused_while_the_store_is_away(behind: Behind) -> None:
    behind.way = Way.NOT_THERE
    behind.store.append(one("/"))
    for ask in (behind.store.describe, lambda: behind.store.look(KeptPaths(SITE))):
        with pytest.raises(Unavailable):
            ask()


def test_a_node_is_well_as_long_as_it_has_room(tmp_path: Path) -> None:
    """Whatever becomes of the store, or a balancer would send its events to nobody."""
    behind = Behind(tmp_path, room=3000)
    ((schema, newest, *_),) = behind.store.look(Condition())
    assert schema == newest != 0
    behind.way = Way.NOT_THERE
    behind.store.append(one("/"))
    assert behind.store.look(Condition()) == [(0,) * 7 + behind.store.waiting]
    _fill(behind)
    with pytest.raises(Unavailable):
        behind.store.look(Condition())
    behind.sent()
    assert behind.store.look(Condition())[0][-2:] == (0, 0)
    behind.store.close()


def test_nothing_is_erased_beside_events_that_wait(behind: Behind) -> None:
    """They would come back."""
    behind.way = Way.NOT_THERE
    behind.store.append(one("/"))
    with pytest.raises(Unavailable, match="on their way"):
        behind.store.change(Erase(SITE))
    behind.sent()
    assert behind.store.change(Erase(SITE)) == 1
    behind.store.change(Compact())


def test_an_import_is_not_taken_while_the_store_is_away(behind: Behind) -> None:
    behind.way = Way.NOT_THERE
    progress = Progress(1, "a", 1, 1, "b", 1, finished=False, unjudged=False)
    with pytest.raises(Unavailable):
        behind.store.append(Batch([event()], site=SITE, progress=progress))
    assert behind.store.waiting == (0, 0)


def test_no_byte_is_left_of_what_was_sent(behind: Behind) -> None:
    behind.way = Way.NOT_THERE
    for number in range(50):
        behind.store.append(Batch([event(path="/armadillo", title=f"t{number}" * 99)]))
    files = [path for path in behind.folder.iterdir() if path.name.startswith(FILE_NAME)]
    assert any(b"armadillo" in path.read_bytes() for path in files)
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    behind.sent()
    until(lambda: not any(b"armadillo" in path.read_bytes() for path in files))
    assert sum(path.stat().st_size for path in files) < 100_000


_sites = count(1000)
_STEP = st.one_of(
    st.sampled_from(Way),
    st.integers(1, 4),
    st.just("tally"),
    st.just("restart"),
)
_EXAMPLES = 500 if os.environ.get("EZEE_TESTS_EXAMPLES") == "thorough" else 25


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    store = PatientStore(tmp_path_factory.mktemp("engine"))
    yield store
    store.close()


class _Kept(Gate):
    """Closing the gate leaves the store open for the next example."""

    def close(self) -> None:
        pass


@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(_STEP, max_size=30))
def test_whatever_happens_in_whatever_order_each_counts_once(
    engine: PatientStore, tmp_path_factory: pytest.TempPathFactory, steps: list[object]
) -> None:
    site, folder = next(_sites), tmp_path_factory.mktemp("spool")
    way = Way.THERE
    gate = _Kept(engine, lambda: way)
    store = SpooledStore(gate, folder, ROOM)
    events = tally = 0
    for step in steps:
        if isinstance(step, Way):
            way = step
        elif step == "restart":
            store.close()
            store = SpooledStore(gate, folder, ROOM)
        elif step == "tally":
            tally += 1
            drops = [Drops(site, TODAY, DropReason.EXCLUDED, 1)]
            store.append(Batch([], drops=drops, tally=site * 1000 + tally))
        else:
            assert isinstance(step, int)
            store.append(Batch([event(site=site) for _ in range(step)]))
            events += step
    way = Way.THERE
    until(lambda: store.waiting.batches == 0)
    assert engine.describe(site).events == events
    dropped = engine.look(NotCounted(site, TODAY, TODAY))
    assert [row[-1] for row in dropped] == ([tally] if tally else [])
    store.close()


@pytest.mark.slow
def test_killed_at_any_point_nothing_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    chance = random.Random(7)
    acknowledged: list[int] = []
    sent = 0
    for seed in range(8):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.spooling", str(tmp_path), str(seed), str(sent)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(chance.randrange(5, 60))]
        process.kill()
        lines += process.stdout
        acknowledged += map(int, lines)
        process.wait(60)
        process.stdout.close()
        # One may have been under way.
        sent = acknowledged[-1] + 2
    behind = Behind(tmp_path, spooling.LIMIT)
    behind.sent()
    paths = behind.paths()
    behind.store.close()
    assert [number for number in acknowledged if paths[f"/{number}"] != 1] == []
    assert max(paths.values()) == 1
