"""``ezee export``, with and without a service."""

from __future__ import annotations

import csv
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from ezee.cli.exporting import FormatName
from ezee.cli.root import root
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest, SetupError
from ezee.exports.formats import FORMATS
from ezee.model.calendar import date_of, local_hour
from ezee.model.site import site_key
from ezee.store.base import Batch
from tests.store.engines import DAY
from tests.support.events import PatientStore, event
from tests.support.service import EZEE, PASSWORD, Service

pytestmark = pytest.mark.service

EVENTS = 20
# Bytes: fewer than the events take as JSON.
ROOM = 128 << 10


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Service]:
    """A data folder that no service runs on, with events of today and the days before."""
    idle = Service(tmp_path / "idle")
    idle.command("user", "add", "owner@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    site = site_key(idle.tracker("owner@example.com")["site_id"])
    now = SystemClock().now()
    store = PatientStore(idle.data)
    store.append(
        Batch(
            [
                event(now - day * DAY, site=site, path=f"={day}", title="x" * 20_000)
                for day in range(EVENTS)
            ]
        )
    )
    store.close()
    yield idle
    if idle.process is not None:
        idle.stop()


def run(folder: Service, output: Path, *options: str) -> None:
    root(["export", "--data", str(folder.data), "--output", str(output), *options])


def paths(output: Path) -> list[str]:
    if output.suffix == ".parquet":
        return [path for (path,) in duckdb.execute(f"select path from '{output}'").fetchall()]
    if output.suffix == ".ndjson":
        return [json.loads(line)["path"] for line in output.read_text().splitlines()]
    with output.open(newline="") as file:
        return [row["path"].removeprefix("'") for row in csv.DictReader(file)]


ALL = [f"={day}" for day in reversed(range(EVENTS))]


def test_every_format_may_be_named() -> None:
    assert get_args(FormatName) == tuple(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_all_events_with_and_without_a_service(folder: Service, tmp_path: Path, name: str) -> None:
    for serving in (False, True):
        if serving:
            folder.start()
        output = tmp_path / f"{serving}.{name}"
        run(folder, output, "--format", name)
        assert paths(output) == ALL


def test_days_may_be_chosen(folder: Service, tmp_path: Path) -> None:
    today = local_hour(SystemClock().now(), "UTC").day
    days = {back: str(date_of(today - back)) for back in (-1, 1, 3, 400)}
    cases: list[tuple[list[str], list[str]]] = [
        (["--from", days[1]], ["=1", "=0"]),
        (["--to", days[3]], ALL[: EVENTS - 3]),
        (["--from", days[3], "--to", days[1]], ["=3", "=2", "=1"]),
        (["--from", days[400]], ALL),
        (["--to", days[400]], []),
        (["--from", days[-1]], []),
    ]
    for options, expected in cases:
        output = tmp_path / "some.csv"
        run(folder, output, "--force", *options)
        assert paths(output) == expected, options
    with pytest.raises(InvalidRequest, match="--to must not lie before --from"):
        run(folder, tmp_path / "none.csv", "--from", days[1], "--to", days[3])


def test_a_file_that_is_there_is_left_alone_unless_forced(folder: Service, tmp_path: Path) -> None:
    output = tmp_path / "events.csv"
    output.write_text("mine")
    with pytest.raises(SetupError, match="--force writes over it"):
        run(folder, output)
    assert output.read_text() == "mine"
    run(folder, output, "--force")
    assert paths(output) == ALL


def test_what_a_link_leads_to_is_written(folder: Service, tmp_path: Path) -> None:
    link, output = tmp_path / "link.csv", tmp_path / "events.csv"
    link.symlink_to(output)
    run(folder, link)
    assert link.is_symlink()
    assert paths(output) == ALL


def test_standard_output_has_the_file_alone(folder: Service, tmp_path: Path) -> None:
    output = tmp_path / "events.csv"
    output.write_bytes(folder.command("export", "--output", "-").encode())
    assert paths(output) == ALL


def test_a_full_disk_is_told(folder: Service) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*EZEE, "export", "--output", "-", "--data", str(folder.data)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("ezee: No room is left on the disk")
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_finished_is_not_there(folder: Service, tmp_path: Path) -> None:
    # The service has the store open; what is left to be written, but for the file, is small.
    folder.start()
    there = tmp_path / "there"
    there.mkdir()
    output = there / "events.ndjson"
    for before in (None, "mine"):
        if before is not None:
            output.write_text(before)
        done = subprocess.run(
            [
                *(*EZEE, "export", "--format", "ndjson", "--output", str(output), "--force"),
                *("--data", str(folder.data)),
            ],
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)),
            timeout=60,
        )
        assert done.returncode == 1
        assert done.stderr.startswith("ezee: The file would be larger than it may be")
        assert [path.name for path in there.iterdir()] == ([output.name] if before else [])
    assert output.read_text() == "mine"


_KILLED = """
import os, signal, sys
from ezee.cli import exporting
from ezee.cli.root import root

write = exporting.FORMATS["ndjson"].write

class Killed:
    @staticmethod
    def write(table):
        for piece in write(table):
            yield piece
            os.kill(os.getpid(), signal.SIGKILL)

exporting.FORMATS["ndjson"] = Killed
root(sys.argv[1:])
"""


def test_one_that_is_killed_leaves_nothing(folder: Service, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    output = there / "events.ndjson"
    chosen = ["--format", "ndjson", "--output", str(output), "--data", str(folder.data)]
    done = subprocess.run([sys.executable, "-c", _KILLED, "export", *chosen], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert [*there.iterdir()] == []
    run(folder, output, "--format", "ndjson")
    assert paths(output) == ALL


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("missing/events.csv", "There is no such folder"),
        ("", "is no file that could be written over"),
        ("/dev/null", "is no file that could be written over"),
    ],
)
def test_where_no_file_can_be(folder: Service, tmp_path: Path, output: str, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        run(folder, tmp_path / output, "--force")


def test_a_reader_that_leaves_is_no_traceback(folder: Service) -> None:
    command = " ".join([*EZEE, "export", "--output", "-", "--data", str(folder.data)])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("ezee: Its reader has left")
