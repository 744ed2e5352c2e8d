"""Tables as Parquet, read back by DuckDB."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE
from typing import Any

import duckdb
import pytest

from ezee.errors import Unavailable
from ezee.exports.parquet import write_parquet
from ezee.exports.scratch import clear_left
from ezee.exports.tables import Row, Table
from tests.exports.tables import AWKWARD, COLUMNS, table


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def written(path: Path, made: Table) -> Path:
    path.write_bytes(b"".join(write_parquet(made)))
    return path


def read(path: Path, what: str = "*") -> list[Any]:
    return duckdb.execute(f"select {what} from '{path}'").fetchall()


def test_any_row_comes_back(tmp_path: Path, temporary: Path) -> None:
    rows: list[Row] = [(text, -1, True, Decimal("-12.50")) for text in AWKWARD]
    rows.append(("", 0, False, None))
    assert read(written(tmp_path / "x.parquet", table(rows[:3], [], rows[3:]))) == rows
    assert list(temporary.iterdir()) == []


def test_types_are_those_of_the_columns(tmp_path: Path) -> None:
    path = written(tmp_path / "x.parquet", table([]))
    described = duckdb.execute(f"describe select * from '{path}'").fetchall()
    assert [tuple(each[:2]) for each in described] == [
        ("text", "VARCHAR"),
        ("number", "INTEGER"),
        ("flag", "BOOLEAN"),
        ("amount", "DECIMAL(22,3)"),
    ]
    assert read(path) == []


def test_times_are_instants(tmp_path: Path) -> None:
    columns = {"time": "timestamp with time zone", "day": "date"}
    made = Table(columns, iter([[("2026-03-10T12:00:00.123Z", "2026-03-10")]]))
    path = written(tmp_path / "x.parquet", made)
    assert read(path, "epoch_ms(time), day::varchar, typeof(time)") == [
        (1773144000123, "2026-03-10", "TIMESTAMP WITH TIME ZONE")
    ]


def test_order_is_kept_over_groups_of_rows(tmp_path: Path) -> None:
    pages: list[list[Row]] = [
        [("x", start + number, False, None) for number in range(50_000)]
        for start in range(0, 250_000, 50_000)
    ]
    path = written(tmp_path / "x.parquet", table(*pages))
    assert [row[0] for row in read(path, "number")] == list(range(250_000))
    metadata = f"(select distinct row_group_id, row_group_num_rows from parquet_metadata('{path}'))"
    groups = duckdb.execute(f"select row_group_num_rows from {metadata}").fetchall()
    assert len(groups) > 1
    assert max(rows for (rows,) in groups) < 130_000


def test_whoever_stops_early_leaves_nothing(temporary: Path) -> None:
    pieces = write_parquet(table([("a", 1, True, None)], [("b", 2, True, None)]))
    assert next(pieces) == b""
    assert list(temporary.iterdir()) != []
    pieces.close()
    assert list(temporary.iterdir()) == []


_EXPORTING = """
import sys, tempfile
from ezee.exports.parquet import write_parquet
from tests.exports.tables import table
tempfile.tempdir = sys.argv[1]
pieces = write_parquet(table([("secret", 1, True, None)], []))
next(pieces)
print("made", flush=True)
sys.stdin.read()
"""


def test_what_a_killed_process_has_left_goes_and_what_is_being_made_stays(temporary: Path) -> None:
    command = [sys.executable, "-c", _EXPORTING, str(temporary)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"made\n"
        clear_left()
        (folder,) = temporary.iterdir()
        assert list(folder.iterdir()) != []
        other.kill()
    assert list(folder.iterdir()) != []
    own = temporary / "somebody's own"
    own.touch()
    clear_left()
    assert list(temporary.iterdir()) == [own]


def test_no_room_is_told_in_a_sentence(temporary: Path) -> None:
    temporary.rmdir()
    with pytest.raises(Unavailable, match="no room left for temporary files"):
        list(write_parquet(table([])))
    temporary.write_bytes(b"")
    with pytest.raises(Unavailable, match="no room left for temporary files"):
        list(write_parquet(table([])))


def test_what_the_store_cannot_give_is_its_failure(temporary: Path) -> None:
    def pages() -> Any:
        yield [("a", 1, True, None)]
        raise Unavailable("The store is away.")

    with pytest.raises(Unavailable, match="The store is away"):
        list(write_parquet(Table(COLUMNS, pages())))
    assert list(temporary.iterdir()) == []
