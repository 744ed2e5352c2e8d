"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clickhouse import SERVER, Cluster, one_node, program
from tests.support.service import Account, Service

pytest_plugins = ["tests.support.no_skips"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One ClickHouse server by itself, a module's own."""
    if program() is None:
        pytest.skip(f"{SERVER} is not installed")
    with one_node() as made:
        yield made


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One running service for all the tests that only talk to it, without limits on anyone."""
    options = ("--public-stats-limit", "0", "--sign-in-limit", "0")
    running = Service(tmp_path_factory.mktemp("service") / "data", *options).start()
    yield running
    running.stop()


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Service]:
    """A service of the test's own, to be stopped, killed and started again."""
    own = Service(tmp_path / "data", "--public-stats-limit", "0").start()
    yield own
    if own.process is not None:
        own.stop()


@pytest.fixture(scope="session")
def alice(service: Service) -> Account:
    """Owns things."""
    return service.account("alice@example.com")


@pytest.fixture(scope="session")
def bob(service: Service) -> Account:
    """Owns other things, and nothing of Alice's."""
    return service.account("bob@example.com")


@pytest.fixture(scope="session")
def charlie(service: Service) -> Iterator[Account]:
    """Owns nothing at all, whichever tests have run."""
    stranger = service.account("charlie@example.com", plan="free")
    yield stranger
    owned = service.json("tracker", "list", "--user", stranger.email)
    assert owned == [], "a test added trackers to Charlie's account; it needs an account of its own"
