"""Salts of imports: of their own, until the import is finished, and for seven days at most."""

from __future__ import annotations

from pathlib import Path

from ezee.store.salts import Salts
from tests.store.test_salts import SITE, bytes_on_disk, clock, in_memory, is_gone, today
from tests.support.clock import FakeClock

__all__ = ["clock"]


def test_each_import_has_salts_of_its_own_until_it_is_finished(
    tmp_path: Path, clock: FakeClock
) -> None:
    salts = Salts(tmp_path)
    day, now = today(clock), clock.now()
    one, two = salts.of_import(SITE, day, 1, now), salts.of_import(SITE, day, 2, now)
    assert one != two
    salts.save()
    assert Salts(tmp_path).of_import(SITE, day, 1, now) == one
    salts.finish_import(1)
    left = bytes_on_disk(tmp_path)
    assert one not in left
    assert two in left
    assert salts.of_import(SITE, day, 1, now) != one


def test_an_import_that_rests_keeps_its_salts_for_a_day(tmp_path: Path, clock: FakeClock) -> None:
    salts = Salts(tmp_path)
    day, now = today(clock), clock.now()
    value = salts.of_import(SITE, day, 1, now)
    salts.rest_import(1, now)
    clock.advance(86_399)
    salts.destroy_expired(clock.now())
    assert Salts(tmp_path).of_import(SITE, day, 1, clock.now()) == value
    clock.advance(1)
    salts.destroy_expired(clock.now())
    assert value not in bytes_on_disk(tmp_path)


def test_an_import_of_more_than_7_days_does_not_bring_its_salts_back(
    tmp_path: Path, clock: FakeClock
) -> None:
    salts = Salts(tmp_path)
    value = salts.of_import(SITE, today(clock), 1, clock.now())
    salts.save()
    clock.advance(7 * 86_400)
    Salts(tmp_path, clock.now())
    salts.rest_import(1, clock.now())
    assert is_gone(value, tmp_path)
    assert not in_memory(salts)
