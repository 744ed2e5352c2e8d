"""What must not be kept would be found wherever it was: the search itself is put to the test."""

from __future__ import annotations

import gzip
import ipaddress
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.privacy.traces import Needles, find, of_address, of_salt, of_text, together

ADDRESS = "145.212.187.36"
ADDRESS_6 = "2a02:8109:b0c0:1f4::7e"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; mark 5c81d0)"
SALT = bytes(range(130, 146))
NEEDLES = together([of_address(ADDRESS), of_address(ADDRESS_6), of_text(AGENT), of_salt(SALT)])


def plain(path: Path, value: str | bytes) -> None:
    """In the middle of a file, as it is."""
    content = value if isinstance(value, bytes) else value.encode()
    path.write_bytes(bytes(5000) + content + bytes(5000))


def nested(path: Path, value: str | bytes) -> None:
    (path.parent / "tmp" / "deep").mkdir(parents=True)
    plain(path.parent / "tmp" / "deep" / path.name, value)


def named(path: Path, value: str | bytes) -> None:
    """In the name of a file that is empty."""
    assert isinstance(value, str)
    path.with_name(f"report of {value}").touch()


def packed(path: Path, value: str | bytes) -> None:
    with gzip.open(path, "wb") as file:
        file.write(value if isinstance(value, bytes) else value.encode())


def archived(path: Path, value: str | bytes) -> None:
    """In a backup, in a DuckDB file."""
    inner = path.with_suffix(".duckdb")
    duckdb_rows(inner, value)
    with tarfile.open(path.with_suffix(".tar"), "w") as archive:
        archive.add(inner, "data/events.duckdb")
    inner.unlink()


def duckdb_rows(path: Path, value: object) -> None:
    """One row of many, checkpointed, so that its text is compressed with its neighbours'."""
    kind = {bytes: "blob", int: "hugeint"}.get(type(value), "varchar")
    with duckdb.connect(path) as connection:
        connection.execute(f"create table events (n integer, page {kind})")
        if kind == "varchar":
            connection.execute(
                "insert into events select n, 'Mozilla/5.0 (X11; ' || n from range(50000) as r(n)"
            )
        connection.execute("insert into events values (?, ?)", [1, value])
        connection.execute("checkpoint")


def duckdb_log(path: Path, value: str | bytes) -> None:
    """In the write-ahead log of a file that was not closed."""
    connection = duckdb.connect(path, config={"checkpoint_threshold": "1TB"})
    connection.execute("create table events (page varchar, raw blob)")
    column = "raw" if isinstance(value, bytes) else "page"
    connection.execute(f"insert into events ({column}) values (?)", [value])
    for each in (path, Path(f"{path}.wal")):
        each.with_name(f"of {each.name}").write_bytes(each.read_bytes())
    connection.close()
    path.unlink()


def sqlite_rows(path: Path, value: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table tokens (id, name)")
        connection.execute("insert into tokens values (1, ?)", (value,))
        connection.commit()


def sqlite_deleted(path: Path, value: object) -> None:
    """A row that was deleted where deleting does not overwrite."""
    sqlite_rows(path, value)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma secure_delete = off")
        connection.execute("delete from tokens")
        connection.commit()


def sqlite_log(path: Path, value: object) -> None:
    """In the write-ahead log of a database that somebody still has open."""
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.execute("create table tokens (id, name)")
    writer.execute("insert into tokens values (1, ?)", (value,))
    writer.commit()
    content = Path(f"{path}-wal").read_bytes()
    writer.close()
    path.with_name("left-wal").write_bytes(content)


PLANTED: list[tuple[Callable[[Path, str | bytes], None], str | bytes]] = [
    *(
        (plant, value)
        for plant in (
            *(plain, nested, packed, archived, duckdb_rows, duckdb_log),
            *(sqlite_rows, sqlite_deleted, sqlite_log),
        )
        for value in (ADDRESS, ADDRESS_6, AGENT)
    ),
    *((plant, SALT) for plant in (plain, duckdb_rows, duckdb_log, sqlite_rows, sqlite_deleted)),
    *((named, value) for value in (ADDRESS, ADDRESS_6)),
]
FORMS: list[str | bytes] = [
    ADDRESS.replace(".36", ".9"),
    "::FFFF:145.212.187.36",
    "91d4bb24",
    "2446637860",
    ipaddress.ip_address(f"::ffff:{ADDRESS}").packed,
    ADDRESS_6.upper(),
    "2a02:8109:b0c0:1f4::",
    "2a02:8109:b0c0:01f4:0000:0000:0000:007e",
    ipaddress.ip_address(ADDRESS_6).packed,
    AGENT.lower(),
    SALT[3:11],
    SALT.hex().upper(),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


@pytest.mark.parametrize(("plant", "value"), PLANTED)
def test_it_is_found_wherever_it_is(
    folder: Path, plant: Callable[[Path, str | bytes], None], value: str | bytes
) -> None:
    plant(folder / "file", value)
    assert find(folder, NEEDLES, folder.parent / "scratch")


@pytest.mark.parametrize("form", FORMS)
def test_it_is_found_in_every_form(folder: Path, form: str | bytes) -> None:
    plain(folder / "file", form)
    assert find(folder, NEEDLES, folder.parent / "scratch")


@pytest.mark.parametrize(
    ("plant", "number"),
    [
        *((duckdb_rows, number) for number in sorted(NEEDLES.numbers)),
        # SQLite has no larger ones.
        *((sqlite_rows, number) for number in sorted(NEEDLES.numbers) if number < 1 << 63),
    ],
)
def test_an_address_is_found_as_a_number(
    folder: Path, plant: Callable[[Path, object], None], number: int
) -> None:
    plant(folder / "file", number)
    assert find(folder, Needles(numbers=NEEDLES.numbers), folder.parent / "scratch")


@pytest.mark.parametrize(
    "value", ["145.212.18.36", "2a02:8109:b0c0:1f5::7e", AGENT[:-8], SALT[::-1]]
)
@pytest.mark.parametrize("plant", [plain, packed, archived, duckdb_rows, sqlite_rows])
def test_nothing_is_found_where_nothing_is(
    folder: Path, plant: Callable[[Path, str | bytes], None], value: str | bytes
) -> None:
    plant(folder / "file", value)
    assert find(folder, NEEDLES, folder.parent / "scratch") == []
