"""``ezee move``: events and accounts go to a cluster and come back, under a running service."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.clickhouse import Cluster
from tests.support.nodes import account_server
from tests.support.polling import until
from tests.support.postgres import Server
from tests.support.service import BROWSER, EZEE, Account, Service

pytestmark = pytest.mark.service
__all__ = ["account_server"]
OWNER = "alice@example.com"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(tmp_path / "data", "--collect-limit", "0", "--visitor-limit", "0").start()
    yield running
    if running.process is not None:
        running.stop()


class Sender(threading.Thread):
    """Sends pageviews without a pause; ``paths`` are those that were acknowledged."""

    def __init__(self, service: Service, site_id: str) -> None:
        super().__init__(daemon=True)
        self._url = f"{service.url}/api/public/collect"
        self._site_id = site_id
        self._ends = threading.Event()
        self.paths: list[str] = []
        self.refused: list[tuple[int, str]] = []

    def run(self) -> None:
        number = 0
        with httpx.Client(headers={"user-agent": BROWSER}, timeout=60) as client:
            while not self._ends.is_set():
                number += 1
                path = f"/{number}"
                answer = client.post(self._url, json={"site_id": self._site_id, "url": path})
                if answer.status_code == 202:
                    self.paths.append(path)
                else:
                    self.refused.append((answer.status_code, answer.text))
                time.sleep(0.005)

    def end(self) -> None:
        self._ends.set()
        self.join()


def counted(account: Account, tracker: Any) -> dict[str, int]:
    """Pageviews by page, of all there is."""
    found: dict[str, int] = {}
    while True:
        path = f"/api/v1/trackers/{tracker['id']}/stats?dimension=page&limit=1000"
        answer = account.client.get(f"{path}&offset={len(found)}")
        if answer.status_code != 200:
            return {}
        rows = answer.json()["data"]["breakdowns"]["page"]
        found |= {row["value"]: row["pageviews"] for row in rows}
        if len(rows) < 1000:
            return found


def test_it_goes_there_and_back_and_nothing_is_lost_or_twice(
    service: Service, cluster: Cluster, account_server: Server
) -> None:
    account, tracker = service.account(OWNER), service.tracker(OWNER)
    sender = Sender(service, tracker["site_id"])
    sender.start()
    until(lambda: len(sender.paths) > 200)
    url, owner = account_server.new_database("moves_with_events")
    events = cluster.url("moves")

    moved = service.json("move", "--to", url, "--to", events, "--owner", owner)
    assert moved["rows"]["trackers"] == 1
    assert moved["events"]["events"] > 200
    assert moved["events"]["answers"] > 5
    since = len(sender.paths)
    until(lambda: len(sender.paths) > since + 100)
    until(lambda: _stored(cluster) > since)

    moved = service.json("move", "--to", "folder", "--owner", owner)
    assert moved["events"]["events"] > since
    since = len(sender.paths)
    until(lambda: len(sender.paths) > since + 100)
    sender.end()
    assert sender.refused == []
    expected = dict.fromkeys(sender.paths, 1)
    until(lambda: counted(account, tracker) == expected)
    # So it is after a restart.
    service.stop()
    service.start()
    assert service.json("tracker", "list", "--user", OWNER)[0]["id"] == tracker["id"]
    here = Account(account.email, account.token, account.token_id, _client(service, account))
    until(lambda: counted(here, tracker) == expected)


def _client(service: Service, account: Account) -> httpx.Client:
    headers = {"authorization": f"Bearer {account.token}"}
    return httpx.Client(
        base_url=service.url,
        headers=headers,
        timeout=30,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def _stored(cluster: Cluster) -> int:
    found = cluster.nodes[0].ask("select count(*) from moves.events")[0][0]
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("whole", [False, True], ids=["mover", "service"])
def test_killed_at_any_moment_it_goes_on(service: Service, cluster: Cluster, whole: bool) -> None:
    """The command is killed again and again, or all of the service."""
    account, tracker = service.account(OWNER), service.tracker(OWNER)
    history = [{"site_id": tracker["site_id"], "url": f"/old/{each}"} for each in range(50)]
    for _ in range(4):
        assert service.collect({"events": history}).status_code == 202
    database = cluster.url(f"killed_{uuid4().hex}")
    sender = Sender(service, tracker["site_id"])
    sender.start()
    for number in range(5):
        mover = subprocess.Popen(
            [*EZEE, "move", "--to", database, "--data", str(service.data)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=service.environ,
        )
        try:
            mover.wait(1.0 + 0.7 * number)
            break
        except subprocess.TimeoutExpired:
            mover.send_signal(signal.SIGKILL)
            mover.wait()
    if whole:
        sender.end()
        service.kill()
        service.start()
        account = account._replace(client=_client(service, account))
    if not (service.data / "cluster.address").exists():
        service.json("move", "--to", database)
    sender.end()
    expected = {**dict.fromkeys((each["url"] for each in history), 4)}
    expected |= dict.fromkeys(sender.paths, 1)
    until(lambda: counted(account, tracker) == expected)
