"""Several nodes have one salt for a tracker's day, and when it is destroyed none has it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.service_key import FILE_NAME as KEY
from ezee.accounts.service_key import read_service_key
from ezee.accounts.tables import Nonce
from ezee.errors import SetupError, Unavailable
from ezee.model.event import Population
from ezee.salting import open_salts
from ezee.store.salts import Salts
from tests.support.clock import FakeClock, instant
from tests.support.polling import until
from tests.support.postgres import Server

SITE = 10
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock("2026-03-10T12:00:00+00:00")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two nodes' data folders, with the same key."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    read_service_key(first)
    shutil.copy(first / KEY, second / KEY)
    return first, second


@pytest.fixture
def nodes(served: Database, folders: tuple[Path, Path], clock: FakeClock) -> tuple[Salts, Salts]:
    first, second = (open_salts(served, folder, clock.now()) for folder in folders)
    return first, second


def of(salts: Salts, clock: FakeClock, day: int | None = None, zone: str = "UTC") -> bytes:
    day = clock.now() // DAY if day is None else day
    return salts.of(SITE, day, zone, clock.now())[0]


def kept(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).where(Nonce.site >= 0)) or 0)


def test_who_is_second_has_the_salt_of_the_first(
    nodes: tuple[Salts, Salts], clock: FakeClock
) -> None:
    first, second = nodes
    value = of(first, clock)
    assert len(value) == 16
    assert of(second, clock) == value
    assert first.of(SITE + 1, clock.now() // DAY, "UTC", clock.now())[0] != value
    assert not first.unsaved


def test_what_is_in_the_database_is_no_salt_without_the_key(
    served: Database, nodes: tuple[Salts, Salts], clock: FakeClock
) -> None:
    value = of(nodes[0], clock)
    with served.engine.connect() as connection:
        (row,) = connection.execute(sa.select(Nonce.nonce).where(Nonce.site >= 0)).all()
    assert row.nonce != value.hex()


def test_a_node_with_another_key_is_refused(
    served: Database, nodes: tuple[Salts, Salts], tmp_path: Path, clock: FakeClock
) -> None:
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    with pytest.raises(SetupError, match=r"Copy service\.key"):
        open_salts(served, stranger, clock.now())


def test_a_salt_outlives_a_restart_of_every_node(
    served: Database, nodes: tuple[Salts, Salts], folders: tuple[Path, Path], clock: FakeClock
) -> None:
    value = of(nodes[0], clock)
    assert of(open_salts(served, folders[1], clock.now()), clock) == value


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_tomorrows_salt_is_there_before_midnight(
    served: Database, nodes: tuple[Salts, Salts], zone: str
) -> None:
    clock = FakeClock("2026-03-10T09:30:00+00:00")
    first, second = nodes
    midnight = {"UTC": 24, "Pacific/Kiritimati": 10, "America/St_Johns": 26.5}[zone]
    today = clock.now() // DAY
    of(first, clock, today, zone)
    clock.advance((midnight - 9.5) * 3600 - 60)
    first.prepare(clock.now())
    clock.advance(61)
    second.prepare(clock.now())
    before = kept(served)
    assert of(first, clock, today + 1, zone) == of(second, clock, today + 1, zone)
    assert kept(served) == before


@pytest.mark.slow
def test_processes_that_meet_at_midnight_agree(
    addresses: tuple[str, str], folders: tuple[Path, Path]
) -> None:
    Database.at(*addresses).close()
    midnight = instant("2026-03-11T00:00:00+00:00")
    command = [sys.executable, "-m", "tests.accounts.salting", addresses[0]]
    nodes = [
        subprocess.Popen(
            [*command, str(folders[number % 2]), str(midnight), "40"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(5)
    ]
    for node in nodes:
        assert node.stdout is not None
        assert node.stdout.readline() == "ready\n"
    for node in nodes:
        assert node.stdin is not None
        node.stdin.write("\n")
        node.stdin.flush()
    told = [node.communicate(timeout=120)[0] for node in nodes]
    assert [node.returncode for node in nodes] == [0] * 5
    assert len(told[0].splitlines()) == 40
    assert set(told) == {told[0]}


def test_yesterdays_cannot_be_made_again(
    served: Database, nodes: tuple[Salts, Salts], clock: FakeClock
) -> None:
    """A day after the day has ended it is gone, in the database and in every node."""
    first, second = nodes
    day, value = clock.now() // DAY, of(first, clock)
    assert of(second, clock) == value
    clock.advance(36 * 3600 - 1)
    first.destroy_expired(clock.now())
    assert of(second, clock, day) == value
    clock.advance(1)
    first.destroy_expired(clock.now())
    assert kept(served) == 0
    second.prepare(clock.now())
    late, population = second.of(SITE, day, "UTC", clock.now())
    assert late != value
    assert population == Population.BACKFILL
    assert first.of(SITE, day, "UTC", clock.now()) == (late, population)
    assert value not in {salt.value for salt in (first._known | second._known).values()}


def test_a_salt_of_late_events_lives_on_while_any_node_uses_it(
    served: Database, nodes: tuple[Salts, Salts], clock: FakeClock
) -> None:
    first, second = nodes
    day = clock.now() // DAY - 30
    value = of(first, clock, day)
    clock.advance(20 * 3600)
    assert of(first, clock, day) == value
    first.save()
    clock.advance(20 * 3600)
    second.destroy_expired(clock.now())
    assert of(second, clock, day) == value
    clock.advance(24 * 3600 + 1)
    assert of(second, clock, day) != value


def test_imports_are_shared_and_forgotten_by_everybody(
    served: Database, nodes: tuple[Salts, Salts], clock: FakeClock
) -> None:
    first, second = nodes
    value = first.of_import(SITE, 1, 7, clock.now())
    assert second.of_import(SITE, 1, 7, clock.now()) == value
    first.rest_import(7, clock.now())
    clock.advance(24 * 3600)
    assert second.overdue(clock.now() + 2 * HOUR) == 1
    first.destroy_expired(clock.now())
    assert kept(served) == 0
    first.of_import(SITE, 1, 8, clock.now())
    first.finish_import(8)
    of(first, clock)
    first.forget_site(SITE)
    assert kept(served) == 0
    second.prepare(clock.now())
    assert second._known == {}


def test_a_server_that_was_cut_off_is_given_its_salts_back(
    server: Server,
    served: Database,
    addresses: tuple[str, str],
    folders: tuple[Path, Path],
    nodes: tuple[Salts, Salts],
    clock: FakeClock,
) -> None:
    """After a crash PostgreSQL empties a table that is not logged."""
    first, second = nodes
    value = of(first, clock)
    assert of(second, clock) == value
    server.run("truncate nonces", database=addresses[0].partition("@/")[2].partition("?")[0])
    third = open_salts(served, folders[0], clock.now())
    first.prepare(clock.now())
    assert of(third, clock) == value
    second.prepare(clock.now())
    assert of(second, clock) == value == of(first, clock)


def test_a_server_that_is_away_is_told_at_once(
    addresses: tuple[str, str], folders: tuple[Path, Path], clock: FakeClock
) -> None:
    database = Database.at(*addresses)
    salts = open_salts(database, folders[0], clock.now())
    value = of(salts, clock)
    database.close()
    database.engine = sa.create_engine("postgresql+psycopg://ezee@/x?host=/nowhere")
    salts._keeper._engine = database.engine  # type: ignore[attr-defined]
    for _ in range(2):
        with pytest.raises(Unavailable):
            salts.of(SITE + 1, clock.now() // DAY, "UTC", clock.now())
    assert of(salts, clock) == value
    database.close()


def test_nonces_are_in_no_log_and_cleared_from_the_table(
    server: Server,
    served: Database,
    addresses: tuple[str, str],
    nodes: tuple[Salts, Salts],
    clock: FakeClock,
) -> None:
    name = addresses[0].partition("@/")[2].partition("?")[0]
    of(nodes[0], clock)
    with served.engine.connect() as connection:
        (nonce,) = connection.scalars(sa.select(Nonce.nonce).where(Nonce.site >= 0)).all()
        persistence, options = connection.execute(
            sa.text("select relpersistence, reloptions from pg_class where relname = 'nonces'")
        ).one()
    assert persistence == "u"
    assert set(options) >= {"autovacuum_vacuum_threshold=0", "autovacuum_vacuum_scale_factor=0"}
    server.run("checkpoint", "select pg_switch_wal()")
    logs = [path for path in (server.folder / "data" / "pg_wal").iterdir() if path.is_file()]
    assert not [path for path in logs if nonce.encode() in path.read_bytes()]
    clock.advance(48 * 3600)
    nodes[0].destroy_expired(clock.now())
    # What autovacuum does by itself within a minute or two.
    server.run("vacuum nonces", "checkpoint", database=name)

    def is_gone() -> bool:
        files = (path for path in (server.folder / "data").rglob("*") if path.is_file())
        return not any(nonce.encode() in path.read_bytes() for path in files)

    until(is_gone)


@pytest.fixture(autouse=True)
def _closed(served: Database) -> Iterator[None]:
    yield
    served.close()
