"""Several nodes of one service: each a process with a data folder of its own, one account database
and one Redis.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support import postgres, redis
from tests.support.postgres import Server
from tests.support.redis import Server as Redis
from tests.support.service import Service

KEY = "service.key"


@pytest.fixture(scope="module")
def account_server() -> Iterator[Server]:
    """A PostgreSQL for the nodes of a file's tests."""
    if postgres.programs() is None:
        pytest.skip("postgresql is not installed")
    with postgres.running() as server:
        yield server


@pytest.fixture
def limits_server() -> Iterator[Redis]:
    """A Redis of the test's own."""
    if not redis.is_installed():
        pytest.skip("redis-server is not installed")
    with redis.running() as server:
        yield server


def make_node(
    folder: Path, addresses: Sequence[str], *options: str, like: Service | None = None
) -> Service:
    """A node that is yet to be started, with the key of another."""
    folder.mkdir(parents=True)
    if like is not None:
        shutil.copy(like.data / KEY, folder / KEY)
    service, owner = addresses
    environ = {"EZEE_ACCOUNTS": service, "EZEE_ACCOUNTS_OWNER": owner}
    return Service(folder, *options, environ=environ)


@contextmanager
def two_nodes(folder: Path, addresses: Sequence[str], *options: str) -> Iterator[list[Service]]:
    """Two nodes that answer."""
    first = make_node(folder / "first", addresses, *options)
    second = None
    try:
        first.start()
        second = make_node(folder / "second", addresses, *options, like=first).start()
        yield [first, second]
    finally:
        for node in (first, second):
            if node is not None and node.process is not None:
                with suppress(AssertionError):
                    node.stop()
