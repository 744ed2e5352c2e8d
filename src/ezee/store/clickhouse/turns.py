"""One at a time among all nodes: who changes what all of them rely on.

Whoever has his turn has made a table on the first server, and says in it every few seconds that he
is alive. One who is silent for long is taken for dead: the next makes a table with a higher number.
Exactly one can make a table. Only that server's clock counts.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ezee.errors import Unavailable
from ezee.store.clickhouse.servers import Row, Servers

_PREFIX = "turn_"
# Seconds.
_EVERY = 5.0
_SILENT = 60
_TAKEN = "Another node is at work on the events' database. Try again in a minute."


@contextmanager
def alone(servers: Servers) -> Iterator[None]:
    """While the block runs nobody else has a turn. The database has to be there.

    Raises:
        Unavailable: somebody has it.
    """
    number = _take(servers)
    ended = threading.Event()
    telling = threading.Thread(target=_tell, args=(servers, number, ended), daemon=True)
    telling.start()
    try:
        yield
    finally:
        ended.set()
        telling.join()
        with suppress(Unavailable):
            _say(servers, f"drop table if exists {_table(servers, number)}")


def _take(servers: Servers) -> int:
    taken = _numbers(servers)
    last = max(taken, default=0)
    if last and not _is_silent(servers, last):
        raise Unavailable(_TAKEN)
    made = f"create table {_table(servers, last + 1)} engine = TinyLog as select {_NOW} as at"
    try:
        _say(servers, made)
    except Unavailable:
        raise Unavailable(_TAKEN) from None
    for number in taken:
        _say(servers, f"drop table if exists {_table(servers, number)}")
    return last + 1


_NOW = "toUInt32(now())"


def _is_silent(servers: Servers, number: int) -> bool:
    try:
        ((heard, age),) = _say(
            servers, f"select count(*), {_NOW} - max(at) from {_table(servers, number)}"
        )
    except Unavailable:
        # It may just have been ended.
        return False
    if not heard:
        # Killed before his first word; from now on he is waited for.
        _say(servers, f"insert into {_table(servers, number)} select {_NOW}")
        return False
    return bool(age > _SILENT)


def _tell(servers: Servers, number: int, ended: threading.Event) -> None:
    while not ended.wait(_EVERY):
        with suppress(Unavailable):
            _say(servers, f"insert into {_table(servers, number)} select {_NOW}")


def _numbers(servers: Servers) -> list[int]:
    rows = _say(
        servers,
        "select name from system.tables where database = "
        f"'{servers.address.database}' and name like '{_PREFIX}%'",
    )
    return [int(name.removeprefix(_PREFIX)) for (name,) in rows]


def _say(servers: Servers, statement: str) -> list[Row]:
    return servers.ask_at(servers.nodes[0], statement)


def _table(servers: Servers, number: int) -> str:
    return f"{servers.address.database}.{_PREFIX}{number}"
