"""``ezee events dropped``, with and without a service."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from ezee.cli.root import root
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest
from ezee.model.calendar import DAY, date_of, local_hour
from ezee.model.event import DropReason, Drops
from ezee.model.site import site_key
from ezee.store.base import Batch
from tests.store.engines import bot
from tests.support.events import PatientStore
from tests.support.service import PASSWORD, Service

pytestmark = pytest.mark.service

RULES = 30


@pytest.fixture
def folder(tmp_path: Path) -> Service:
    """A data folder with one tracker, that no service runs on."""
    idle = Service(tmp_path / "data")
    idle.command("user", "add", "owner@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    idle.tracker("owner@example.com")
    return idle


def run(folder: Service, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    root(["events", "dropped", "--data", str(folder.data), *options])
    return capsys.readouterr().out


def counts(folder: Service, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, int]:
    """Of the reasons that there were."""
    report = json.loads(run(folder, capsys, "--json", *options))
    return {each["reason"]: each["count"] for each in report["reasons"] if each["count"]}


def fill(folder: Service, now: int) -> None:
    (tracker,) = folder.json("tracker", "list")
    site, day = site_key(tracker["site_id"]), local_hour(now, "UTC").day
    store = PatientStore(folder.data)
    bots = [bot(now - number * DAY, f"rule [{number}]", site=site) for number in range(RULES)]
    drops = [Drops(site, day - 30, DropReason.HOSTNAME, 1), Drops(site, day, "opted_out", 1200)]
    store.append(Batch([], bots=bots, drops=drops, tally=1))
    store.close()


def test_a_table_by_reason_and_rule_and_one_by_day(
    folder: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, capsys).startswith("Every event was counted from ")
    fill(folder, SystemClock().now())
    shown = run(folder, capsys).splitlines()
    assert shown[0].startswith("1,230 events were not counted from ")
    cells = [line.split() for line in shown]
    assert cells[4][:2] == ["opted_out", "1,200"]
    assert cells[5][:2] == ["bot", "30"]
    assert ["rule", "[0]", "search", "1"] in [each[:4] for each in cells]
    assert f"and {RULES - 20} rules more; --json lists all." in shown
    assert [each[1:4] for each in cells if each][-1] == ["1,200", "1", "█" * 24]
    assert sum(line.strip().startswith("20") for line in shown) == RULES


def test_days_may_be_chosen(folder: Service, capsys: pytest.CaptureFixture[str]) -> None:
    now = SystemClock().now()
    fill(folder, now)
    today = local_hour(now, "UTC").day
    first, last = str(date_of(today - 30)), str(date_of(today - 1))
    assert counts(folder, capsys) == {"opted_out": 1200, "bot": 30}
    assert counts(folder, capsys, "--from", first) == {"opted_out": 1200, "bot": 30, "hostname": 1}
    assert counts(folder, capsys, "--to", last) == {"bot": 29, "hostname": 1}
    assert counts(folder, capsys, "--from", first, "--to", first) == {"hostname": 1}
    with pytest.raises(InvalidRequest, match="to: must not lie before from"):
        run(folder, capsys, "--from", last, "--to", first)


def test_a_running_service_is_asked(folder: Service, capsys: pytest.CaptureFixture[str]) -> None:
    """What it has just dropped is there a second later, and still when it has stopped."""
    folder.start()
    (tracker,) = folder.json("tracker", "list")
    event = {"site_id": tracker["site_id"], "url": "/"}
    assert _reasons(folder.collect(event, user_agent="Googlebot/2.1")) == ["bot"]
    assert _reasons(folder.collect(event, sec_gpc="1")) == ["opted_out"]
    assert _reasons(folder.collect(event)) == []
    expected = {"bot": 1, "opted_out": 1}
    until = time.monotonic() + 20
    while counts(folder, capsys) != expected:
        assert time.monotonic() < until
    assert _reasons(folder.collect(event, sec_gpc="1")) == ["opted_out"]
    folder.stop()
    assert counts(folder, capsys) == {**expected, "opted_out": 2}


def _reasons(answer: httpx.Response) -> list[str]:
    dropped: list[Any] = answer.json()["data"]["dropped"]
    return [each["reason"] for each in dropped]


def test_the_help_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    root(["events", "dropped", "--help"])
    shown = capsys.readouterr().out
    assert "Why is this hit not counted?" in shown
    assert all(option in shown for option in ("--site", "--from", "--to", "--json"))
