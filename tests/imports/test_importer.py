"""Imports: every line once, whatever happens to the file and to the import."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ezee.accounts.policy import readable_by_operator
from ezee.errors import InvalidRequest
from ezee.events.surroundings import Surroundings
from ezee.imports import importer as importing
from ezee.imports.importer import Importer, Tally
from ezee.imports.logfile import LogFile
from ezee.model.calendar import DAY, day_of
from ezee.model.query import Interval, Range, StatsQuery
from ezee.model.result import Counts
from ezee.model.site import SiteConfig
from ezee.store.base import Batch
from ezee.store.duckdb import DuckDBStore
from ezee.store.salts import Salts
from tests.support.accesslog import made_up_log, write_log
from tests.support.clock import FakeClock
from tests.support.events import PatientStore

SITE = SiteConfig("ezi_00000000000a", "semicomplete.com", "UTC", (), True, "owner")
OTHER = SiteConfig("ezi_00000000000b", "other.example", "UTC", (), True, "owner")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    (tmp_path / "data").mkdir()
    opened = PatientStore(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def salts(tmp_path: Path, store: DuckDBStore) -> Salts:
    return Salts(tmp_path / "data")


def run(
    store: DuckDBStore,
    salts: Salts,
    path: Path,
    *,
    everything: bool = True,
    dry: bool = False,
    site: SiteConfig = SITE,
    clock: FakeClock | None = None,
) -> Tally:
    importer = Importer(
        store,
        salts,
        Surroundings(salts),
        site,
        clock or FakeClock(),
        everything=everything,
        dry=dry,
    )
    with LogFile(path) as file:
        return importer.run(file, lambda *_: None)


def totals(store: DuckDBStore, site: SiteConfig = SITE) -> Counts:
    first = day_of(date(2015, 5, 1))
    query = StatsQuery(Range(first, first + 60), Interval.DAY, ("pageviews",), ())
    return store.query(readable_by_operator(site), query).totals


def expected(lines: list[str]) -> int:
    return sum('" 404 ' not in line and '" 403 ' not in line for line in lines)


def test_all_counts_whatever_is_not_a_clients_error(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    lines = made_up_log()
    tally = run(store, salts, write_log(tmp_path / "a.log", lines))
    assert (tally.lines, tally.counted, tally.bad_lines) == (2_000, expected(lines), 0)
    assert tally.counted + tally.failed == 2_000
    assert totals(store).pageviews == tally.counted


def test_without_all_only_a_persons_pages_count(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    tally = run(store, salts, write_log(tmp_path / "a.log", made_up_log()), everything=False)
    assert tally.counted + tally.bots + tally.not_pages + tally.failed == 2_000
    assert min(tally.counted, tally.bots, tally.not_pages) > 100
    assert totals(store).pageviews == tally.counted


def test_the_same_file_twice_counts_once(store: DuckDBStore, salts: Salts, tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", made_up_log())
    first = run(store, salts, path)
    again = run(store, salts, path)
    assert (again.lines, again.counted, again.known) == (0, 0, 2_000)
    assert totals(store).pageviews == first.counted


def test_another_tracker_is_another_import(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    path = write_log(tmp_path / "a.log", made_up_log())
    assert run(store, salts, path).counted == run(store, salts, path, site=OTHER).counted > 0


@pytest.mark.parametrize("cut", [1, 3, 999, 1_999])
def test_a_grown_file_goes_on_where_it_ended(
    store: DuckDBStore, salts: Salts, tmp_path: Path, cut: int
) -> None:
    lines = made_up_log()
    path = write_log(tmp_path / "a.log", lines[:cut])
    run(store, salts, path)
    write_log(path, lines)
    tally = run(store, salts, path)
    assert (tally.known, tally.lines) == (cut, 2_000 - cut)
    whole = totals(store)
    run(store, salts, write_log(tmp_path / "b.log", [*lines, *lines[:1]]), site=OTHER)
    assert whole.pageviews == expected(lines)
    assert whole.visitors == totals(store, OTHER).visitors


def test_a_rotated_and_compressed_file_is_the_same_file(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    lines = made_up_log()
    path = write_log(tmp_path / "access.log", lines[:1_500])
    run(store, salts, path)
    rotated = tmp_path / "access.log.1.gz"
    rotated.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    assert run(store, salts, rotated).lines == 500
    write_log(path, made_up_log(lines=300, seed=8))
    assert run(store, salts, path).lines == 300


def test_a_file_that_only_begins_alike_is_another(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    lines = made_up_log()
    run(store, salts, write_log(tmp_path / "a.log", lines))
    other = [*lines[:1_000], *made_up_log(lines=1_500, seed=9)]
    assert run(store, salts, write_log(tmp_path / "b.log", other)).known == 0


def test_a_line_that_is_still_being_written_waits(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    lines = made_up_log(lines=50)
    path = tmp_path / "a.log"
    whole = "\n".join(lines) + "\n"
    path.write_text(whole[: len("\n".join(lines[:40])) + 30])
    assert run(store, salts, path).lines == 40
    path.write_text(whole)
    assert run(store, salts, path).lines == 10
    assert totals(store).pageviews == expected(lines)


def test_a_last_line_without_newline_counts_once(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    lines = made_up_log(lines=50)
    path = write_log(tmp_path / "a.log", lines, end="")
    assert run(store, salts, path).lines == 50
    write_log(path, [*lines, lines[0]])
    assert run(store, salts, path).lines == 1


def test_an_import_that_was_cut_off_goes_on(
    store: DuckDBStore, salts: Salts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_BATCH_LINES", 100)
    path = write_log(tmp_path / "a.log", made_up_log())
    store_append, calls = store.append, 0

    def append(batch: Batch) -> list[int]:
        nonlocal calls
        calls += 1
        if calls == 8:
            raise KeyboardInterrupt
        return store_append(batch)

    monkeypatch.setattr(store, "append", append)
    with pytest.raises(KeyboardInterrupt):
        run(store, salts, path)
    monkeypatch.setattr(store, "append", store_append)
    tally = run(store, salts, path)
    assert (tally.known, tally.lines) == (700, 1_300)
    cut_off = totals(store)
    run(store, salts, path, site=OTHER)
    assert cut_off == totals(store, OTHER)


def test_bad_lines_are_counted_and_named_by_number(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    lines = made_up_log(lines=30)
    lines[3], lines[9] = "garbage", lines[9][:40]
    path = tmp_path / "a.log"
    path.write_bytes("\n".join(lines).encode() + b"\n\x00\xff\xfe binary\n\n")
    tally = run(store, salts, path)
    assert (tally.lines, tally.bad_lines, tally.bad) == (32, 3, [4, 10, 31])


def test_a_dry_run_stores_nothing(store: DuckDBStore, salts: Salts, tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", made_up_log())
    dry = run(store, salts, path, dry=True)
    assert dry.counted == expected(made_up_log())
    assert store.describe().events == 0
    assert store.describe(SITE.key).imports == []
    assert run(store, salts, path).counted == dry.counted


def test_one_file_is_not_imported_in_two_ways(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    path = write_log(tmp_path / "a.log", made_up_log())
    run(store, salts, path)
    with pytest.raises(InvalidRequest, match="with --all before"):
        run(store, salts, path, everything=False)


def test_a_damaged_gzip_file_says_so_and_keeps_what_came_before(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    whole = gzip.compress(os.urandom(10) + ("\n".join(made_up_log()) + "\n").encode())
    path = tmp_path / "a.log.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidRequest, match="damaged after line"):
        run(store, salts, path)
    assert 100 < store.describe(SITE.key).events < 1_500


def test_the_salts_of_a_compressed_file_go_at_once_others_within_a_day(
    store: DuckDBStore, salts: Salts, tmp_path: Path
) -> None:
    clock = FakeClock()
    lines = made_up_log()
    plain = write_log(tmp_path / "a.log", lines)
    run(store, salts, plain, clock=clock)
    assert salts.overdue(clock.now() + DAY) == 0
    assert salts.overdue(clock.now() + DAY + 3_600_000) > 0
    salts.destroy_expired(clock.now() + DAY)
    packed = tmp_path / "b.log.gz"
    packed.write_bytes(gzip.compress("\n".join(lines[1:]).encode()))
    run(store, salts, packed, clock=clock)
    assert salts.overdue(clock.now() + 30 * DAY) == 0


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read: No such file"):
        LogFile(tmp_path / "nothing.log")
