"""Salts: kept as long as they must be, and then gone for good."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ezee.errors import Unavailable
from ezee.model.calendar import day_of
from ezee.model.event import Population
from ezee.store.salt_file import FILE_NAME
from ezee.store.salts import Salts
from tests.crash.disk import small_disk
from tests.support.clock import FakeClock, instant

SITE = 10
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock("2026-03-10T12:00:00+00:00")


def today(clock: FakeClock) -> int:
    return clock.now() // DAY


def saved(folder: Path, *keys: tuple[int, int, int]) -> list[bytes]:
    """Salts for (site, day, now), on disk."""
    salts = Salts(folder)
    values = [salts.of(site, day, "UTC", now)[0] for site, day, now in keys]
    salts.save()
    return values


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def is_gone(value: bytes, folder: Path) -> bool:
    """Whether no file holds the salt, nor any 8 bytes in a row of it."""
    left = bytes_on_disk(folder)
    return not any(value[place : place + 8] in left for place in range(len(value) - 7))


def in_memory(salts: Salts) -> set[bytes]:
    """Every salt that can still be reached from what the object holds."""
    found: set[bytes] = set()
    seen: set[int] = set()
    todo: list[object] = list(vars(salts).values())
    while todo:
        each = todo.pop()
        if isinstance(each, bytes):
            found.add(each)
        elif id(each) not in seen and not isinstance(each, type):
            seen.add(id(each))
            todo += gc.get_referents(each)
    return {each for each in found if len(each) == 16}


def test_a_salt_is_16_random_bytes_of_one_tracker_and_day(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    day, now = today(clock), clock.now()
    values = {salts.of(site, at, "UTC", now)[0] for site in (1, 2) for at in (day - 1, day)}
    assert len(values) == 4
    assert all(len(value) == 16 for value in values)
    assert salts.of(1, day, "UTC", now)[0] in values


def test_nothing_touches_the_disk_before_save(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    value, _ = salts.of(SITE, today(clock), "UTC", clock.now())
    assert value not in bytes_on_disk(tmp_path)
    unsaved = [salts.unsaved]
    salts.save()
    assert [*unsaved, salts.unsaved] == [True, False]
    assert value in bytes_on_disk(tmp_path)


def test_saved_salts_are_there_again(tmp_path: Path, clock: FakeClock) -> None:
    day, now = today(clock), clock.now()
    (value,) = saved(tmp_path, (SITE, day, now))
    again = Salts(tmp_path)
    assert again.of(SITE, day, "UTC", now) == (value, Population.LIVE)
    assert not again.unsaved


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    Salts(tmp_path)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_days_salt_lives_until_24_hours_after_its_local_day(tmp_path: Path) -> None:
    """Kiritimati's 10 March ended at 10 in the morning UTC."""
    clock = FakeClock("2026-03-11T09:59:59.999+00:00")
    salts = Salts(tmp_path)
    day = FakeClock("2026-03-10T00:00:00+00:00").now() // DAY
    zone = "Pacific/Kiritimati"
    value, _ = salts.of(SITE, day, zone, clock.now())
    assert salts.of(SITE, day, zone, clock.now()) == (value, Population.LIVE)
    salts.save()
    salts.destroy_expired(clock.now())
    assert value in bytes_on_disk(tmp_path)
    clock.advance(0.001)
    assert salts.of(SITE, day, zone, clock.now())[1] is Population.BACKFILL
    salts.destroy_expired(clock.now())
    assert value not in bytes_on_disk(tmp_path)


# A zone, a local date, and the instant 24 hours after that date ended there.
ENDS = [
    ("UTC", "2026-03-10", "2026-03-12T00:00:00+00:00"),
    ("Pacific/Kiritimati", "2026-03-10", "2026-03-11T10:00:00+00:00"),
    ("Etc/GMT+12", "2026-03-10", "2026-03-12T12:00:00+00:00"),
    ("Asia/Kathmandu", "2026-03-10", "2026-03-11T18:15:00+00:00"),
    # A day of 25 hours, then one of 23, and the days before them.
    ("Europe/Berlin", "2026-10-25", "2026-10-26T23:00:00+00:00"),
    ("Europe/Berlin", "2026-10-24", "2026-10-25T22:00:00+00:00"),
    ("Europe/Berlin", "2026-03-29", "2026-03-30T22:00:00+00:00"),
    ("Europe/Berlin", "2026-03-28", "2026-03-29T23:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-06T13:30:00+00:00"),
    # 30 December 2011 was left out there.
    ("Pacific/Apia", "2011-12-29", "2011-12-31T10:00:00+00:00"),
]


@pytest.mark.parametrize(("zone", "day", "end"), ENDS)
def test_a_salt_is_gone_24_hours_after_its_day_whatever_the_zone(
    tmp_path: Path, zone: str, day: str, end: str
) -> None:
    salts, number, over = Salts(tmp_path), day_of(date.fromisoformat(day)), instant(end)
    value, population = salts.of(SITE, number, zone, over - 1)
    salts.save()
    salts.destroy_expired(over - 1)
    assert population is Population.LIVE
    assert value in bytes_on_disk(tmp_path)
    assert value in in_memory(salts)
    salts.destroy_expired(over)
    assert is_gone(value, tmp_path)
    assert not in_memory(salts)
    again, population = salts.of(SITE, number, zone, over)
    assert (again != value, population) == (True, Population.BACKFILL)


def test_late_and_disordered_events_neither_keep_a_salt_nor_bring_one_back(
    tmp_path: Path, clock: FakeClock
) -> None:
    """Each hour of three days there are events of now, of 23 hours ago and of a month ago."""
    salts = Salts(tmp_path)
    live: dict[int, bytes] = {}
    for _ in range(72):
        for hours in (23, 0, 720):
            day = (clock.now() - hours * HOUR) // DAY
            value, population = salts.of(SITE, day, "UTC", clock.now())
            if population is Population.LIVE:
                assert live.setdefault(day, value) == value
        salts.save()
        clock.advance(3600)
        salts.destroy_expired(clock.now())
        kept = {day for day, value in live.items() if not is_gone(value, tmp_path)}
        assert kept == {day for day in live if clock.now() < (day + 2) * DAY}
        assert kept == {day for day, value in live.items() if value in in_memory(salts)}


def test_a_destroyed_salt_is_nowhere_in_the_folder(tmp_path: Path, clock: FakeClock) -> None:
    day, now = today(clock), clock.now()
    old = saved(tmp_path, *[(site, day, now) for site in range(200)])
    clock.advance(86_400)
    new = saved(tmp_path, (SITE, day + 1, clock.now()))
    salts = Salts(tmp_path)
    assert all(value in bytes_on_disk(tmp_path) for value in old)
    clock.advance(43_200)
    salts.destroy_expired(clock.now())
    left = bytes_on_disk(tmp_path)
    assert not any(value in left for value in old)
    assert new[0] in left
    assert Salts(tmp_path).of(SITE, day + 1, "UTC", clock.now())[0] == new[0]


def test_a_salt_that_was_destroyed_before_it_was_saved_never_is(
    tmp_path: Path, clock: FakeClock
) -> None:
    salts = Salts(tmp_path)
    value, _ = salts.of(SITE, today(clock), "UTC", clock.now())
    clock.advance(3 * 86_400)
    salts.destroy_expired(clock.now())
    salts.save()
    assert value not in bytes_on_disk(tmp_path)


def test_what_expired_while_the_service_was_down_is_not_used(
    tmp_path: Path, clock: FakeClock
) -> None:
    day = today(clock)
    (value,) = saved(tmp_path, (SITE, day, clock.now()))
    clock.advance(3 * 86_400)
    salts = Salts(tmp_path)
    assert salts.overdue(clock.now()) == 1
    again, population = salts.of(SITE, day, "UTC", clock.now())
    assert (again != value, population) == (True, Population.BACKFILL)
    salts.destroy_expired(clock.now())
    assert salts.overdue(clock.now()) == 0


def test_what_expired_while_the_service_was_down_is_destroyed_at_the_start(
    tmp_path: Path, clock: FakeClock
) -> None:
    day = today(clock)
    (old,) = saved(tmp_path, (SITE, day, clock.now()))
    clock.advance(86_400)
    (new,) = saved(tmp_path, (SITE, day + 1, clock.now()))
    clock.advance(43_200)
    salts = Salts(tmp_path, clock.now())
    assert is_gone(old, tmp_path)
    assert in_memory(salts) == {new}
    assert new in bytes_on_disk(tmp_path)


_KILLED_WHILE_DESTROYING = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.executescript("pragma journal_mode = truncate; pragma cache_size = 1;")
connection.execute("delete from salts")
# What does not fit into the cache goes to the file before the commit, after the journal.
connection.executemany(
    "insert into salts values (?, 0, 0, 0, zeroblob(16), 0, 0)", ((n,) for n in range(1000, 9000))
)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_journal_that_a_crash_left_behind_keeps_no_salt(tmp_path: Path, clock: FakeClock) -> None:
    (value,) = saved(tmp_path, (SITE, today(clock), clock.now()))
    subprocess.run([sys.executable, "-c", _KILLED_WHILE_DESTROYING, tmp_path / FILE_NAME])
    assert value in (tmp_path / f"{FILE_NAME}-journal").read_bytes()
    clock.advance(3 * 86_400)
    Salts(tmp_path, clock.now())
    assert is_gone(value, tmp_path)


def test_forgetting_a_tracker_destroys_all_of_its_salts(tmp_path: Path, clock: FakeClock) -> None:
    day, now = today(clock), clock.now()
    mine, other = saved(tmp_path, (SITE, day, now), (11, day, now))
    salts = Salts(tmp_path)
    backfill, _ = salts.of(SITE, day - 30, "UTC", now)
    imported = salts.of_import(SITE, day, 5, now)
    salts.save()
    salts.forget_site(SITE)
    left = bytes_on_disk(tmp_path)
    assert not any(value in left for value in (mine, backfill, imported))
    assert other in left


def test_backfill_is_a_population_of_its_own(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    day = today(clock)
    live, _ = salts.of(SITE, day, "UTC", clock.now())
    clock.advance(2 * 86_400)
    back, population = salts.of(SITE, day, "UTC", clock.now())
    assert population is Population.BACKFILL
    assert back != live
    assert salts.of(SITE, day, "UTC", clock.now()) == (back, Population.BACKFILL)


def test_backfill_lives_for_24_hours_after_its_last_use(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    day = today(clock) - 30
    first, _ = salts.of(SITE, day, "UTC", clock.now())
    for hours in (23, 23.5, 0.5, 23.9):
        clock.advance(hours * 3600)
        salts.destroy_expired(clock.now())
        assert salts.of(SITE, day, "UTC", clock.now())[0] == first, hours
    clock.advance(86_400)
    assert salts.of(SITE, day, "UTC", clock.now())[0] != first


def test_a_renewal_survives_a_restart(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    day = today(clock) - 30
    first, _ = salts.of(SITE, day, "UTC", clock.now())
    salts.save()
    clock.advance(20 * 3600)
    salts.of(SITE, day, "UTC", clock.now())
    assert salts.unsaved
    salts.save()
    clock.advance(20 * 3600)
    again = Salts(tmp_path)
    again.destroy_expired(clock.now())
    assert again.of(SITE, day, "UTC", clock.now())[0] == first


def test_backfill_lives_for_7_days_at_most(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    day = today(clock) - 30
    first, _ = salts.of(SITE, day, "UTC", clock.now())
    for _ in range(13):
        clock.advance(43_200)
        assert salts.of(SITE, day, "UTC", clock.now())[0] == first
    salts.save()
    clock.advance(43_200)
    salts.destroy_expired(clock.now())
    assert first not in bytes_on_disk(tmp_path)
    assert salts.of(SITE, day, "UTC", clock.now())[0] != first


def test_an_expired_backfill_salt_is_overwritten_by_the_next(
    tmp_path: Path, clock: FakeClock
) -> None:
    salts = Salts(tmp_path)
    day = today(clock) - 30
    first, _ = salts.of(SITE, day, "UTC", clock.now())
    salts.save()
    clock.advance(86_400)
    second, _ = salts.of(SITE, day, "UTC", clock.now())
    salts.save()
    left = bytes_on_disk(tmp_path)
    assert first not in left
    assert second in left


def test_a_disk_that_will_not_is_told_and_nothing_is_lost(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    value, _ = salts.of(SITE, today(clock), "UTC", clock.now())
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("alter table salts rename to elsewhere")
    connection.close()
    with pytest.raises(Unavailable):
        salts.save()
    assert salts.unsaved
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("alter table elsewhere rename to salts")
    connection.close()
    salts.save()
    assert value in bytes_on_disk(tmp_path)


def test_on_a_full_disk_salts_are_destroyed_all_the_same(tmp_path: Path, clock: FakeClock) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        salts, day = Salts(disk.folder), today(clock)
        old = [salts.of(site, day, "UTC", clock.now())[0] for site in range(200)]
        salts.save()
        new, _ = salts.of(SITE, day + 1, "UTC", clock.now())
        salts.save()
        disk.fill()
        clock.advance(36 * 3600)
        with pytest.raises(Unavailable):
            _save_another(salts, clock)
        again = Salts(disk.folder, clock.now())
        left = (disk.folder / FILE_NAME).read_bytes()
        assert not any(value in left for value in old)
        assert again.of(SITE, day + 1, "UTC", clock.now())[0] == new
        assert (
            not (disk.folder / f"{FILE_NAME}-journal").exists()
            or not (disk.folder / f"{FILE_NAME}-journal").read_bytes()
        )


def _save_another(salts: Salts, clock: FakeClock) -> None:
    salts.of(SITE + 1, today(clock), "UTC", clock.now())
    salts.save()
