"""``ezee import`` and ``ezee replay`` as an operator runs them, beside goaccess."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from tests.support.accesslog import made_up_log, real_log, write_log
from tests.support.service import EZEE, PASSWORD, Service

pytestmark = pytest.mark.service

LOGS = ["made up", *(["real"] if real_log() else [])]


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    real = real_log()
    if request.param == "real" and real is not None:
        return real
    return write_log(tmp_path / "access.log", made_up_log(2_000))


@pytest.fixture
def folder(tmp_path: Path) -> Service:
    """A data folder that no service runs on, with an owner."""
    idle = Service(tmp_path / "idle")
    idle.command("user", "add", "owner@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    return idle


def test_visitors_per_day_are_those_of_goaccess(folder: Service, log: Path, tmp_path: Path) -> None:
    if shutil.which("goaccess") is None:
        pytest.skip("goaccess is not installed")
    site_id = folder.tracker("owner@example.com")["site_id"]
    folder.command("import", "access-log", str(log), "--site", site_id, "--all")
    plain = tmp_path / "plain.log"
    plain.write_bytes(
        subprocess.run(["zcat", "-f", str(log)], capture_output=True, check=True).stdout
    )
    report = tmp_path / "goaccess.json"
    subprocess.run(
        ["goaccess", str(plain), "--log-format=COMBINED", "--no-progress", "-o", str(report)],
        check=True,
        capture_output=True,
    )
    theirs = {
        f"{each['data'][:4]}-{each['data'][4:6]}-{each['data'][6:]}": each["visitors"]["count"]
        for each in json.loads(report.read_text())["visitors"]["data"]
    }
    assert _visitors_per_day(folder, site_id) == theirs


def test_replay_and_import_agree(own_service: Service, log: Path) -> None:
    owner = own_service.account("owner@example.com")
    reports = []
    for domain, batch in (("a.example", 0), ("b.example", 500), ("c.example", 1)):
        site_id = own_service.tracker("owner@example.com", domain)["site_id"]
        if batch == 0:
            tally = own_service.json("import", "access-log", str(log), "--site", site_id)
            counted = tally["counted"]
        else:
            accepted = _replay(own_service, owner.token, log, site_id, batch)["accepted"]
            assert accepted == counted
        reports.append(_report(own_service, site_id))
    assert reports[0]["totals"]["pageviews"] == counted > 0
    assert reports[0] == reports[1] == reports[2]
    assert _replay(own_service, owner.token, log, site_id, 500)["accepted"] == 0


def test_import_works_beside_a_running_service_and_without(folder: Service, tmp_path: Path) -> None:
    log = write_log(tmp_path / "access.log", made_up_log())
    first = folder.tracker("owner@example.com", "a.example")["site_id"]
    second = folder.tracker("owner@example.com", "b.example")["site_id"]
    without = folder.json("import", "access-log", str(log), "--site", first)
    folder.start()
    beside = folder.json("import", "access-log", str(log), "--site", second)
    assert without == beside
    assert _report(folder, first) == _report(folder, second)
    folder.stop()


def test_an_import_needs_to_know_its_tracker(folder: Service, tmp_path: Path) -> None:
    log = write_log(tmp_path / "access.log", made_up_log(20))
    assert "`ezee tracker add`" in _refusal(folder, str(log))
    folder.tracker("owner@example.com", "a.example")
    assert "lines read" in folder.command("import", "access-log", str(log), "--dry-run")
    folder.tracker("owner@example.com", "b.example")
    assert "several trackers" in _refusal(folder, str(log))
    assert "no tracker ezi_000000000000" in _refusal(folder, str(log), "--site", "ezi_000000000000")
    assert "cannot be read" in _refusal(folder, str(tmp_path / "nothing"))


def test_a_killed_import_counts_every_line_once(folder: Service, tmp_path: Path) -> None:
    lines = made_up_log(60_000)
    log = write_log(tmp_path / "access.log", lines)
    site_id = folder.tracker("owner@example.com")["site_id"]
    command = [*EZEE, "import", "access-log", str(log), "--all", "--data", str(folder.data)]
    for seconds in (1.2, 1.6, 2.0):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
    folder.command("import", "access-log", str(log), "--all")
    expected = sum('" 404 ' not in line and '" 403 ' not in line for line in lines)
    with duckdb.connect(folder.data / "events.duckdb", read_only=True) as connection:
        row = connection.execute("select count(*) from events").fetchone()
    assert row == (expected,)
    assert sum(_visitors_per_day(folder, site_id).values()) > 0


def _visitors_per_day(folder: Service, site_id: str) -> dict[str, int]:
    folder.start()
    report = _report(folder, site_id)
    folder.stop()
    return {each["time"]: each["visitors"] for each in report["timeseries"]}


def _report(service: Service, site_id: str) -> Any:
    """The report when the visits are there, too: on a busy machine that may take a while."""
    last, report = None, _asked(service, site_id)
    while report != last:
        time.sleep(1.5)
        last, report = report, _asked(service, site_id)
    return report


def _asked(service: Service, site_id: str) -> Any:
    answer = httpx.get(
        f"{service.url}/api/public/stats",
        params={"site_id": site_id, "from": "2015-05-17", "to": "2015-05-20", "limit": 1000},
        timeout=60,
    )
    data = answer.json()["data"]
    del data["site_id"]
    return data


def _replay(service: Service, token: str, log: Path, site_id: str, batch: int) -> dict[str, int]:
    done = subprocess.run(
        [*EZEE, "replay", str(log), "--site", site_id, "--url", service.url, "--token-stdin",
         "--batch", str(batch), "--json"],
        input=token, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    tally: dict[str, int] = json.loads(done.stdout)
    return tally


def _refusal(folder: Service, *arguments: str) -> str:
    done = subprocess.run(
        [*EZEE, "import", "access-log", *arguments, "--data", str(folder.data)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())
