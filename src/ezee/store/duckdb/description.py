"""What the embedded engine says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from ezee.store.base import Description, Progress
from ezee.store.duckdb import schema
from ezee.store.duckdb.file import Connection
from ezee.store.duckdb.sizes import log_of, resident, size_of
from ezee.store.looks import Row
from ezee.store.sql import Statement


def describe(run: Callable[[Statement], list[Any]], site: int | None) -> Description:
    """See ``EventStore.describe``."""
    where, parameters = ("", ()) if site is None else ("where site = ?", (site,))
    ((events, *days),) = run(
        Statement(f"select count(*), min(day), max(day) from events {where}", parameters)
    )
    # Of days whose events have expired this is what tells that there were any.
    days += run(Statement(f"select min(day), max(day) from rolled {where}", parameters))[0]
    known = [day for day in days if day is not None]
    bots = run(Statement(f"select count(*) from bots {where}", parameters))[0][0]
    imports = run(
        Statement(
            "select head_size, head, lines, bytes, tail, salts, finished, unjudged "
            f"from imports {where} order by salts",
            parameters,
        )
    )
    return Description(
        engine="duckdb",
        version=duckdb.__version__,
        schema=schema.VERSION,
        events=events,
        bots=bots,
        first_day=min(known, default=None),
        last_day=max(known, default=None),
        imports=[Progress(*row) for row in imports],
    )


def condition(connection: Connection, path: Path, backlog: tuple[int, int]) -> Row:
    """See ``Condition``."""
    done = schema.version(connection)
    return (done, schema.VERSION, *backlog, resident(), size_of(path), size_of(log_of(path)), 0, 0)
