"""``ezee check``: whether events are being recorded."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.support.service import Service

pytestmark = pytest.mark.service

NAMES = ["disk", "accounts", "events", "clock", "salts", "recording"]


def test_all_is_well_without_a_service_and_with_one(tmp_path: Path) -> None:
    folder = Service(tmp_path / "data")
    idle = folder.json("check")
    assert (idle["good"], [each["name"] for each in idle["findings"]]) == (True, NAMES)
    assert "no service runs" in idle["findings"][-1]["says"]
    folder.start()
    running = folder.json("check")
    assert running["good"]
    assert "through the running service" in running["findings"][-1]["says"]
    folder.stop()
    with duckdb.connect(folder.data / "events.duckdb", read_only=True) as connection:
        assert connection.execute("select count(*) from events").fetchone() == (0,)


def test_the_hidden_tracker_is_in_no_list(own_service: Service) -> None:
    owner = own_service.account("owner@example.com")
    assert own_service.json("check")["good"]
    assert own_service.json("tracker", "list") == []
    assert owner.client.get("/api/v1/trackers").json() == {"data": []}


def test_what_is_wrong_is_named_and_the_status_says_so(own_service: Service) -> None:
    (own_service.data / "ezee.address").write_text("http://127.0.0.1:1")
    output = own_service.command("check", check=False)
    assert "bad  recording" in output
    assert "Something needs your attention." in output
    with pytest.raises(AssertionError, match="ended with 1"):
        own_service.command("check")
