"""A ClickHouse of today, chdb, in a process and an environment of its own: spoken to as the driver
speaks to a server.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from clickhouse_driver.errors import ServerException

PYTHON = Path(__file__).resolve().parents[2] / ".venv-witness/bin/python"
_PROGRAM = Path(__file__).with_name("witness.py")
_CODE = re.compile(r"Code: (\d+)")


def is_installed() -> bool:
    """Whether ``./test`` has installed it."""
    return PYTHON.exists()


class Modern:
    """The process, in which everybody's statements follow one another."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running
        self._lock = threading.Lock()
        self._database = ""

    def ask(
        self, statement: str, database: str, rows: Sequence[Sequence[object]] | None = None
    ) -> list[tuple[Any, ...]]:
        """Its answer. Raises ``ServerException`` where it cannot carry the statement out."""
        if rows is not None:
            values = re.sub(r"\bvalues$", "format JSONCompactEachRow", statement.strip())
            statement = "\n".join([values, *(json.dumps([*map(_value, row)]) for row in rows)])
        with self._lock:
            if database != self._database:
                self._say(f"use {database}")
                self._database = database
            return [tuple(row) for row in self._say(statement)]

    def _say(self, statement: str) -> list[list[Any]]:
        sent, answers = self._running.stdin, self._running.stdout
        assert sent is not None
        assert answers is not None
        sent.write(json.dumps(statement) + "\n")
        sent.flush()
        answer = json.loads(answers.readline())
        if "failure" in answer:
            code = _CODE.search(answer["failure"])
            raise ServerException(answer["failure"], int(code[1]) if code else 0)
        rows: list[list[Any]] = answer["rows"]
        return rows


class Client(NamedTuple):
    """What the engine uses of the driver's client: all of them are one connection here."""

    modern: Modern
    database: str

    def execute(
        self, statement: str, rows: Sequence[Sequence[object]] | None = None, **_: object
    ) -> list[tuple[Any, ...]]:
        return self.modern.ask(statement, self.database, rows)

    def disconnect(self) -> None:
        """There is nothing to hang up."""


@contextmanager
def running(folder: Path) -> Iterator[Modern]:
    """One of them, with its data in a folder, while the block runs."""
    with subprocess.Popen(
        [PYTHON, _PROGRAM, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Modern(process)


def _value(given: object) -> object:
    return int(given) if isinstance(given, int) else given
