"""Looking for what must not be kept: in every byte of a folder, and in every value of a database.

A database packs its values, so that a text in it need not be one in its file. Every value of every
table is therefore looked at as well, in a copy.
"""

from __future__ import annotations

import gzip
import ipaddress
import shutil
import sqlite3
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import re2


class Needles(NamedTuple):
    """What to look for. ``texts`` are in lower case and found in any case."""

    texts: frozenset[bytes] = frozenset()
    raw: frozenset[bytes] = frozenset()
    numbers: frozenset[int] = frozenset()


class Trace(NamedTuple):
    """Something that was found, and where."""

    place: str
    found: str


def of_address(text: str) -> Needles:
    """Every form in which an address, or the network it lies in, might be written down."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv4Address):
        mapped = ipaddress.IPv6Address(f"::ffff:{address}")
        network = text.rpartition(".")[0] + "."
        texts = {text, network, address.packed.hex(), mapped.exploded, str(int(address))}
        raw = {mapped.packed, mapped.packed[::-1]}
    else:
        prefix = address.exploded[:19]
        shortened = ":".join(part.lstrip("0") or "0" for part in prefix.split(":")) + ":"
        texts = {text, str(address), prefix, shortened, address.packed.hex(), str(int(address))}
        raw = {address.packed, address.packed[::-1]}
    numbers = {int(address), int.from_bytes(address.packed, "little")}
    return Needles(_lower(texts), frozenset(raw), frozenset(numbers))


def of_text(*texts: str) -> Needles:
    """The texts, in UTF-8."""
    return Needles(_lower(texts))


def of_salt(value: bytes) -> Needles:
    """The bytes of a salt, any 8 of them in a row, and the same in hex."""
    parts = {value[place : place + 8] for place in range(len(value) - 7)}
    return Needles(frozenset(part.hex().encode() for part in parts), frozenset(parts))


def together(needles: Iterable[Needles]) -> Needles:
    """All of them at once."""
    each = list(needles)
    return Needles(
        frozenset().union(*(one.texts for one in each)),
        frozenset().union(*(one.raw for one in each)),
        frozenset().union(*(one.numbers for one in each)),
    )


def find(folder: Path, needles: Needles, scratch: Path) -> list[Trace]:
    """Every trace below a folder; databases and archives are opened in ``scratch``."""
    found: list[Trace] = []
    for path in sorted(folder.rglob("*")):
        place = str(path.relative_to(folder))
        found += _in_bytes(f"the name of {place}", place.encode(), needles)
        if path.is_file():
            found += _in_bytes(place, path.read_bytes(), needles)
            found += _in_values(place, path, needles, scratch)
    return found


def _lower(texts: Iterable[str]) -> frozenset[bytes]:
    return frozenset(text.lower().encode(errors="surrogatepass") for text in texts)


def _in_bytes(place: str, content: bytes, needles: Needles) -> Iterator[Trace]:
    for text in set(_any_of(needles.texts).findall(content.lower())):
        yield Trace(place, text.decode(errors="replace"))
    for raw in set(_any_of(needles.raw).findall(content)):
        yield Trace(place, raw.hex())


@lru_cache(maxsize=32)
def _any_of(needles: frozenset[bytes]) -> Any:
    """An expression that finds them in one go, however many they are."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 1 << 30
    literals = ("".join(f"\\x{byte:02x}" for byte in needle) for needle in needles)
    # Nothing to look for is found nowhere.
    return re2.compile(("|".join(literals) or r"[^\x00-\xff]").encode(), options)


def _in_values(place: str, path: Path, needles: Needles, scratch: Path) -> Iterator[Trace]:
    copy = _copied(path, scratch)
    with copy.open("rb") as file:
        head = file.read(16)
    if path.suffix == ".tar":
        with tarfile.open(copy) as archive:
            # A parameter of extractall only since Python 3.11.4; Debian 12 has 3.11.2.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(scratch / "unpacked")
        for trace in find(scratch / "unpacked", needles, scratch / "again"):
            yield Trace(f"{place}: {trace.place}", trace.found)
    elif head.startswith(b"\x1f\x8b"):
        yield from _in_bytes(f"{place}, unpacked", gzip.decompress(copy.read_bytes()), needles)
    elif head.startswith(b"SQLite format 3\0"):
        for name, values in _sqlite_columns(copy):
            yield from _in_column(f"{place}, {name}", values, needles)
    elif head[8:12] == b"DUCK":
        for name, values in _duckdb_columns(copy):
            yield from _in_column(f"{place}, {name}", values, needles)


def _copied(path: Path, scratch: Path) -> Path:
    """A copy of a file, with the logs and journals that belong to it."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for each in path.parent.glob(f"{path.name}*"):
        if each.is_file():
            shutil.copy(each, scratch / each.name)
    return scratch / path.name


def _in_column(place: str, values: list[object], needles: Needles) -> Iterator[Trace]:
    for number in needles.numbers & {each for each in values if isinstance(each, int)}:
        yield Trace(place, str(number))
    content = b"\0".join(
        each if isinstance(each, bytes) else str(each).encode(errors="surrogatepass")
        for each in values
    )
    yield from _in_bytes(place, content, needles)


def _sqlite_columns(path: Path) -> Iterator[tuple[str, list[object]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'select * from "{table}"')
            names = [column[0] for column in rows.description]
            for name, values in zip(names, zip(*rows, strict=True), strict=False):
                yield f"{table}.{name}", list(values)


def _duckdb_columns(path: Path) -> Iterator[tuple[str, list[object]]]:
    with duckdb.connect(path) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal"
        )
        for table, name in columns.fetchall():
            rows = connection.execute(f'select distinct "{name}" from "{table}"').fetchall()
            yield f"{table}.{name}", [value for (value,) in rows]
