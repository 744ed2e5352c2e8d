"""Whether the service lives, and whether it can do its work, as programs ask."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from ezee.accounts.migrations import NEWEST
from tests.support.polling import until
from tests.support.service import Service
from tests.support.stores import kept_dead, store_of

pytestmark = pytest.mark.service

READY = {"data": {"ready": True}}


def ask(service: Service, path: str) -> httpx.Response:
    return httpx.get(f"{service.url}{path}", timeout=30)


def wrong(service: Service) -> dict[str, str]:
    """What is not ready, and why."""
    answer = ask(service, "/readyz")
    if answer.status_code == 200:
        assert answer.json() == READY
        return {}
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    said = answer.json()
    assert said["error"] == "unavailable"
    return {each["field"]: each["message"] for each in said["details"]}


@pytest.fixture
def store(own_service: Service) -> Iterator[psutil.Process]:
    """The process that has the event file open."""
    child = store_of(own_service)
    yield child
    with contextlib.suppress(psutil.NoSuchProcess):
        child.resume()


def test_it_lives_and_is_ready(service: Service) -> None:
    alive, ready = ask(service, "/healthz"), ask(service, "/readyz")
    assert (alive.status_code, alive.json()) == (200, {"data": {"alive": True}})
    assert (ready.status_code, ready.json()) == (200, READY)
    for answer in (alive, ready):
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_asked_by_get_and_head_alone(service: Service, path: str) -> None:
    head = httpx.head(f"{service.url}{path}")
    assert (head.status_code, head.content) == (200, b"")
    answer = httpx.post(f"{service.url}{path}")
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


def test_a_store_that_hangs_is_not_ready_and_holds_up_nobody(
    own_service: Service, store: psutil.Process
) -> None:
    store.suspend()
    assert wrong(own_service) == {"events": "does not answer"}
    assert wrong(own_service) == {"events": "does not answer"}
    assert ask(own_service, "/healthz").status_code == 200
    store.resume()
    until(lambda: wrong(own_service) == {})


def test_a_store_that_was_killed_is_not_ready_until_another_has_taken_its_place(
    own_service: Service, store: psutil.Process
) -> None:
    with kept_dead(store, own_service.data):
        assert wrong(own_service) == {"events": "does not answer"}
        assert ask(own_service, "/healthz").status_code == 200
    until(lambda: wrong(own_service) == {})


@pytest.mark.parametrize(
    ("broken", "mended", "says"),
    [
        (
            "alter table alembic_version rename to elsewhere",
            "alter table elsewhere rename to alembic_version",
            "its schema is not this version's",
        ),
        (
            "update alembic_version set version_num = '0001'",
            "update alembic_version set version_num = '{newest}'",
            "its schema is not this version's",
        ),
    ],
)
def test_accounts_that_are_not_this_versions_are_not_ready(
    own_service: Service, broken: str, mended: str, says: str
) -> None:
    _execute(own_service.data, broken)
    assert wrong(own_service) == {"accounts": says}
    _execute(own_service.data, mended.format(newest=NEWEST))
    assert wrong(own_service) == {}


def test_a_stop_is_told_before_it_begins(tmp_path: Path) -> None:
    draining = Service(tmp_path / "data", "--drain", "600").start()
    assert wrong(draining) == {}
    assert draining.process is not None
    os.kill(draining.process.pid, signal.SIGTERM)
    until(lambda: wrong(draining) == {"service": "is stopping"})
    assert ask(draining, "/healthz").status_code == 200
    assert ask(draining, "/api/v1/me").status_code == 401
    # The second signal does not wait.
    assert draining.stop() == 0


def test_a_drain_has_an_end(tmp_path: Path) -> None:
    draining = Service(tmp_path / "data", "--drain", "1").start()
    assert draining.stop() == 0


def _execute(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "accounts.sqlite", timeout=30)) as accounts:
        accounts.execute(statement)
        accounts.commit()
