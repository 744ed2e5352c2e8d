"""Blocks of lines, and what is told of the places between them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ezee.errors import InvalidRequest
from ezee.imports.logfile import Block, LogFile
from ezee.store.base import Progress

TEXT = "".join(f"line {number} {'x' * (number * 7 % 90)}\n" for number in range(1, 301)).encode()


def blocks(path: Path, size: int) -> list[Block]:
    with LogFile(path) as file:
        return list(file.blocks_after(beginning(file), size))


def beginning(file: LogFile) -> Progress:
    return file.begin(1, unjudged=False)


@pytest.mark.parametrize("size", [1, 7, 100, 1_000])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_line_once_whatever_the_size(
    tmp_path: Path, size: int, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "a.log").write_bytes(pack(TEXT))
    read = blocks(tmp_path / "a.log", size)
    assert [text for block in read for text in block.texts] == TEXT.decode().splitlines()
    assert [block.first for block in read] == list(range(1, 301, size))
    assert (read[-1].last, read[-1].end) == (300, len(TEXT))


@pytest.mark.parametrize("size", [1, 7, 100, 1_000])
def test_what_came_just_before_a_place_does_not_depend_on_the_blocks(
    tmp_path: Path, size: int
) -> None:
    (tmp_path / "a.log").write_bytes(TEXT)
    for block in blocks(tmp_path / "a.log", size):
        assert block.recent == TEXT[: block.end][-4096:]
        shorter = block.without_last()
        assert shorter.recent == TEXT[: shorter.end][-4096:]
        assert shorter.last == block.last - 1


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\r\n\nb", ["a", "", "b"]),
        (b"a\x85\x0c\xe2\x80\xa8b\n", ["a\\x85\x0c\u2028b"]),
        (b"\xff\n\xc3\xa4\n", ["\\xff", "ä"]),
    ],
)
def test_only_a_newline_ends_a_line(tmp_path: Path, content: bytes, texts: list[str]) -> None:
    (tmp_path / "a.log").write_bytes(content)
    assert [text for block in blocks(tmp_path / "a.log", 10) for text in block.texts] == texts


def test_one_by_one_they_have_the_same_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(TEXT * 5)
    with LogFile(tmp_path / "a.log") as file:
        lines = list(file.lines_after(beginning(file)))
    assert [line.number for line in lines] == list(range(1, 1_501))
    assert [line.text for line in lines] == TEXT.decode().splitlines() * 5


def test_lines_before_the_damage_are_yielded(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT * 50)
    (tmp_path / "a.log.gz").write_bytes(packed[: len(packed) // 2])
    read: list[Block] = []
    with (
        LogFile(tmp_path / "a.log.gz") as file,
        pytest.raises(InvalidRequest, match="is damaged after") as failure,
    ):
        read.extend(file.blocks_after(beginning(file), 1_000))
    assert read[-1].last > 1_000
    assert f"line {read[-1].last:,}:" in failure.value.message
