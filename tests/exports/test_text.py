"""Tables as CSV and NDJSON."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from ezee.exports.tables import Row, Table
from ezee.exports.text import write_csv, write_ndjson
from tests.exports.tables import AWKWARD, COLUMNS, disarmed, table


def lines(made: Table) -> list[list[str]]:
    text = b"".join(write_csv(made)).decode()
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_comes_back(text: str) -> None:
    row: Row = (text, 1, True, None)
    head, cells = lines(table([row]))
    assert head == list(COLUMNS)
    assert [disarmed(cells[0]), *cells[1:]] == [text, "1", "true", ""]
    assert json.loads(b"".join(write_ndjson(table([row])))) == dict(zip(COLUMNS, row, strict=True))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "'=1"])
def test_what_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert lines(table([(text, 0, False, None)]))[1][0] == f"'{text}"


@pytest.mark.parametrize("text", ["1+1", " =1", "a-b", "e@example.com", "/=", ""])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert lines(table([(text, 0, False, None)]))[1][0] == text


def test_numbers_stay_numbers() -> None:
    row: Row = ("", -5, False, Decimal("-12.50"))
    assert lines(table([row]))[1] == ["", "-5", "false", "-12.50"]
    assert b"".join(write_ndjson(table([row]))) == (
        b'{"text":"","number":-5,"flag":false,"amount":-12.50}\n'
    )


def test_pages_make_one_file_with_one_head() -> None:
    rows: list[Row] = [("a", 1, True, None), ("b", 2, False, None)]
    assert lines(table(rows[:1], [], rows[1:])) == [
        list(COLUMNS),
        ["a", "1", "true", ""],
        ["b", "2", "false", ""],
    ]
    made: list[Any] = b"".join(write_ndjson(table(rows[:1], [], rows[1:]))).splitlines()
    assert [json.loads(line)["text"] for line in made] == ["a", "b"]


def test_without_rows_there_is_a_head_alone() -> None:
    assert lines(table([])) == [list(COLUMNS)]
    assert b"".join(write_ndjson(table([]))) == b""
