"""After a day of traffic no address and no agent is anywhere, and two days later no salt."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from ezee.store.salt_file import FILE_NAME
from tests.docs.pages import blocks
from tests.privacy.timed import TimedService, timed_service
from tests.privacy.traces import find, of_salt, together
from tests.privacy.traffic import BOTS, BROWSERS, Traffic

pytestmark = [pytest.mark.service, pytest.mark.slow]

ZONES = ("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin")
# The clocks go back in Berlin in the night that follows.
START = "2026-10-24T20:30:00+00:00"
OPTIONS = ("--trusted-proxies", "127.0.0.1", "--collect-limit", "50", "--public-stats-limit", "0")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TimedService]:
    with timed_service(tmp_path, START, *OPTIONS) as timed:
        timed.start()
        yield timed


def new_traffic(service: TimedService) -> Traffic:
    """An owner with a tracker in each zone."""
    owner = service.account("owner@example.com")
    return Traffic(
        service, owner, [service.tracker(owner.email, f"{n}.example", zone)["site_id"]
                         for n, zone in enumerate(ZONES)]
    )  # fmt: skip


def salts_in(folder: Path) -> dict[bytes, int]:
    """Each salt that is kept, and when it expires."""
    with closing(sqlite3.connect(f"file:{folder / FILE_NAME}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("select salt, expires_at from salts").fetchall())


def until(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what the service does by itself."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def back_up(service: TimedService, name: str) -> None:
    """As ``docs/operating.md`` says; the backup stays beside the data folder."""
    service.stop()
    (command,) = [
        block.text for block in blocks("docs/operating.md") if block.text.startswith("tar ")
    ]
    subprocess.run(["sh", "-euc", command], cwd=service.kept, check=True)
    (service.kept / "ezee-backup.tar").rename(service.kept / f"{name}.tar")
    service.start()


def import_logs(traffic: Traffic, folder: Path) -> None:
    """A plain log and a compressed one, with lines that are none, and twice."""
    at = datetime.fromtimestamp(traffic.service.now / 1000 - 40 * 86_400, UTC)
    lines = []
    for template in (*BROWSERS, *BOTS) * 20:
        for kind in ("4", "6"):
            visitor = traffic.visitor(template, kind)
            lines.append(
                f"{visitor.address} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "
                f'"GET /old HTTP/1.1" 200 7 "-" "{visitor.agent}"'
            )
            lines.append(f"{visitor.address} is not a line of a log, {visitor.agent}")
    plain, packed = folder / "access.log", folder / "older.log.gz"
    plain.write_text("\n".join(lines[: len(lines) // 2]) + "\n")
    packed.write_bytes(gzip.compress("\n".join(lines[len(lines) // 2 :]).encode()))
    for path, *options in ((plain,), (plain,), (packed, "--all"), (folder / "none.log",)):
        asked = ("--site", traffic.site_ids[1], *options)
        traffic.service.run("import", "access-log", str(path), *asked)


def fail(traffic: Traffic) -> None:
    """Whatever can go wrong beneath: an account database that is torn, a store that is killed."""
    service = traffic.service
    with closing(sqlite3.connect(service.data / "accounts.sqlite", timeout=30)) as accounts:
        accounts.execute("alter table trackers rename to elsewhere")
        accounts.commit()
        traffic.hour()
        accounts.execute("alter table elsewhere rename to trackers")
        accounts.commit()
    assert service.process is not None
    (store,) = psutil.Process(service.process.pid).children()
    os.kill(store.pid, signal.SIGKILL)
    traffic.hour()
    until(lambda: service.run("check") == 0)


def test_a_day_of_traffic_leaves_no_address_no_agent_and_then_no_salt(
    service: TimedService, tmp_path: Path
) -> None:
    traffic, scratch = new_traffic(service), tmp_path / "scratch"
    salts: dict[bytes, int] = {}
    for hour in range(0, 30, 6):
        traffic.hour()
        if hour == 12:
            import_logs(traffic, tmp_path)
            fail(traffic)
        salts |= salts_in(service.data)
        if hour == 24:
            back_up(service, "first")
        service.advance(6)
        until(lambda: all(end > service.now for end in salts_in(service.data).values()))
    assert set(traffic.answers) >= {200, 202, 400, 401, 404, 405, 413, 415, 429, 500, 503}
    # Of two days in each zone, of what came late, and of the imports.
    assert len(salts) > 2 * len(ZONES)
    assert find(service.data, together(map(of_salt, salts)), scratch)

    assert find(service.kept, traffic.needles(), scratch) == []
    back_up(service, "second")
    assert find(service.kept, traffic.needles(), scratch) == []

    service.advance(36)
    until(lambda: not salts_in(service.data))
    assert max(salts.values()) <= service.now
    assert find(service.kept, together(map(of_salt, salts)), scratch) == []
    assert find(service.kept, traffic.needles(), scratch) == []

    # It is found where it is: what a page's own address says is kept.
    event = {"site_id": traffic.site_ids[0], "url": f"/{traffic.sent[0].address}"}
    assert service.collect(event).status_code == 202
    places = {trace.place for trace in find(service.kept, traffic.needles(), scratch)}
    assert "data/events.duckdb, events.path" in places


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "check",
        "import access-log access.log --dry-run",
        "user remove owner@example.com --yes",
    ],
)
def test_a_salt_that_expired_while_nothing_ran_is_destroyed(
    command: str, service: TimedService, tmp_path: Path
) -> None:
    owner = service.account("owner@example.com")
    site_id = service.tracker(owner.email)["site_id"]
    assert service.collect({"site_id": site_id, "url": "/"}).status_code == 202
    salts, scratch = salts_in(service.data), tmp_path / "scratch"
    needles = together(map(of_salt, salts))
    service.stop()
    service.advance(51)
    assert find(service.kept, needles, scratch)
    if command == "serve":
        service.start()
    else:
        log = tmp_path / "access.log"
        log.write_text('192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 7\n')
        assert service.run(*command.replace(log.name, str(log)).split()) == 0
    until(lambda: salts.keys().isdisjoint(salts_in(service.data)))
    assert find(service.kept, needles, scratch) == []


# Nobody listens there: https://www.rfc-editor.org/rfc/rfc863
NO_CLUSTER = "clickhouse://127.0.0.1:9/ezee"


def test_what_waits_for_a_cluster_has_no_address_and_no_agent_and_then_no_salt(
    tmp_path: Path,
) -> None:
    scratch = tmp_path / "scratch"
    with timed_service(tmp_path, START, *OPTIONS, "--events", NO_CLUSTER) as service:
        service.start()
        traffic = new_traffic(service)
        traffic.hour()
        salts = salts_in(service.data)
        event = {"site_id": traffic.site_ids[0], "url": f"/{traffic.sent[0].address}"}
        assert salts
        assert find(service.kept, traffic.needles(), scratch) == []
        service.stop()
        assert find(service.kept, traffic.needles(), scratch) == []
        service.advance(50)
        service.start()
        until(lambda: salts.keys().isdisjoint(salts_in(service.data)))
        assert find(service.kept, together(map(of_salt, salts)), scratch) == []
        assert find(service.kept, traffic.needles(), scratch) == []

        # It would be found in the spool.
        assert service.collect(event).status_code == 202
        places = {trace.place for trace in find(service.kept, traffic.needles(), scratch)}
        assert any(place.startswith("data/spool.sqlite") for place in places)
