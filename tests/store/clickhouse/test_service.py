"""The service with its events in ClickHouse, as an operator would start it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.clickhouse import SERVER, Cluster, one_node, program
from tests.support.polling import until
from tests.support.service import BROWSER, Service
from tests.support.stats import counted, new_tracker

pytestmark = pytest.mark.service


@pytest.fixture
def mortal() -> Iterator[Cluster]:
    """A server that a test may kill."""
    if program() is None:
        pytest.skip(f"{SERVER} is not installed")
    with one_node() as cluster:
        yield cluster


def test_events_are_in_the_cluster_and_wait_here_while_it_is_away(
    mortal: Cluster, tmp_path: Path
) -> None:
    environ = {"EZEE_EVENTS": mortal.url("served")}
    service = Service(tmp_path / "data", environ=environ).start()
    tracker = service.tracker("owner@localhost", domain="example.com")
    sent = {"site_id": tracker["site_id"], "url": "https://example.com/a"}

    assert service.collect(sent).status_code == 202
    until(lambda: _stored(mortal) == 1)
    node = mortal.nodes[0]
    node.kill()
    assert service.collect({**sent, "url": "https://example.com/b"}).status_code == 202
    service.kill()
    node.start()
    node.await_ready()
    service.start()
    until(lambda: _stored(mortal) == 2)
    service.stop()
    assert not (tmp_path / "data" / "events.duckdb").exists()


def test_events_expire_by_a_trackers_rule_and_reports_stay_as_they_were(
    server: Cluster, tmp_path: Path
) -> None:
    service = Service(tmp_path / "data", environ={"EZEE_EVENTS": server.url("kept")}).start()
    alice = service.account("alice@example.com")
    tracker = new_tracker(alice)
    site_id = tracker["site_id"]
    old = (datetime.now(UTC) - timedelta(days=400)).isoformat()
    visit = {"user_agent": BROWSER, "client_ip": "203.0.113.9", "timestamp": old}
    sent = alice.client.post("/api/public/collect", json={"site_id": site_id, "url": "/a", **visit})
    assert sent.status_code == 202
    before = counted(alice, tracker, period="all")
    assert before == (1, 0)
    service.command("tracker", "set", site_id, "keep_months=2")
    assert service.json("expire", "--apply")["removed"] == 1
    assert service.json("tracker", "show", site_id)["kept_from"] > old[:10]
    assert counted(alice, tracker, period="all") == before
    sent = alice.client.post("/api/public/collect", json={"site_id": site_id, "url": "/a", **visit})
    assert "beyond_retention" in sent.text
    assert service.json("rollup", "verify")["wrong"] == []
    assert service.json("expire", "--apply")["removed"] == 0
    service.stop()


def _stored(cluster: Cluster) -> int:
    found = cluster.nodes[0].ask("select count(*) from served.events")[0][0]
    assert isinstance(found, int)
    return found


def test_an_address_that_is_none_is_told_at_the_start(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--events", "clickhouse://secret@:x/")
    with pytest.raises(AssertionError) as raised:
        service.start()
    assert "The address of the events" in str(raised.value)
    assert "secret" not in str(raised.value)
