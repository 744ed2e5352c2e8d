"""A start on a disk that is full, or cannot be written to: told as that, and mended by room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ezee.errors import EzeeError
from ezee.store.duckdb import DuckDBStore
from tests.crash.disk import SmallDisk
from tests.support.polling import until
from tests.support.service import BROWSER, EZEE, Service

pytestmark = [pytest.mark.slow, pytest.mark.service]

_OWNER = "owner@example.com"
_KIB = 1 << 10
# From nothing at all to what the accounts, but not the events, can be made in.
_ROOMS = [0, 4, 16, 48, 256, 640]
_SOME_ROOMS = [0, 48, 640]


@pytest.fixture
def service(disk: SmallDisk) -> Iterator[Service]:
    running = Service(disk.folder / "data", "--public-stats-limit", "0")
    running.log = disk.folder.parent / "service.log"
    yield running
    if running.process is not None:
        running.stop()


def test_a_stopped_service_starts_on_a_full_disk_reads_and_records_when_there_is_room(
    service: Service, disk: SmallDisk
) -> None:
    service.start()
    owner = service.account(_OWNER)
    site_id = service.tracker(_OWNER)["site_id"]
    assert _send(service, site_id).status_code == 202
    assert service.stop() == 0
    assert not list(service.data.glob("accounts.sqlite-*"))

    for _ in range(2):
        disk.fill()
        service.start()
        until(lambda: "the disk is full" in service.log.read_text())
        refused = _send(service, site_id)
        assert (refused.status_code, refused.json()["error"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert _pageviews(service, site_id) == 1
        with httpx.Client(base_url=service.url, headers=owner.client.headers) as client:
            (tracker,) = client.get("/api/v1/trackers").json()["data"]
            assert client.get(f"/api/v1/trackers/{tracker['id']}/stats").status_code == 200
            path = f"/api/v1/trackers/{tracker['id']}"
            assert client.patch(path, json={"name": "Another"}).status_code == 503
        listed = service.json("tracker", "list")
        assert [each["site_id"] for each in listed] == [site_id]
        assert service.stop() == 0
    service.start()

    disk.make_room()
    assert _send(service, site_id).status_code == 202
    with httpx.Client(base_url=service.url, headers=owner.client.headers) as client:
        assert client.patch(path, json={"name": "Another"}).status_code == 200
    added = service.tracker(_OWNER, "second.example")["site_id"]
    until(lambda: _send(service, added).status_code == 202)
    assert _pageviews(service, site_id) == 2
    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()


@pytest.mark.parametrize("room", _SOME_ROOMS)
def test_a_first_start_on_a_full_disk_says_so_and_leaves_nothing_in_the_way(
    service: Service, disk: SmallDisk, room: int
) -> None:
    _leave(disk, room)
    ended = _serve(service.data)
    assert ended.returncode == 1
    assert "is full" in ended.stderr
    assert "Traceback" not in ended.stderr

    disk.make_room()
    service.start()
    service.account(_OWNER)
    site_id = service.tracker(_OWNER)["site_id"]
    assert _send(service, site_id).status_code == 202
    assert (service.data / "first-sign-in.txt").stat().st_size > 0


@pytest.mark.parametrize("room", _ROOMS)
def test_an_event_file_is_made_whole_or_not_at_all(disk: SmallDisk, room: int) -> None:
    folder = disk.folder / "data"
    folder.mkdir()
    _leave(disk, room)
    with pytest.raises(EzeeError):
        DuckDBStore(folder)
    assert not (folder / "events.duckdb").exists()
    disk.make_room()
    store = DuckDBStore(folder)
    assert store.describe().events == 0
    store.close()


def test_a_folder_that_cannot_be_written_to_is_told_and_starts_once_it_can(
    service: Service, disk: SmallDisk
) -> None:
    service.start()
    assert service.stop() == 0
    _mount(disk, "ro")
    try:
        ended = _serve(service.data)
    finally:
        _mount(disk, "rw")
    assert ended.returncode == 1
    assert "cannot be written to" in ended.stderr
    assert "Traceback" not in ended.stderr
    service.start()


def _leave(disk: SmallDisk, room: int) -> None:
    """Fill the disk but for so many KiB."""
    gap = disk.folder / "gap"
    gap.write_bytes(b"x" * room * _KIB)
    disk.fill()
    gap.unlink()


def _serve(data: Path) -> subprocess.CompletedProcess[str]:
    """A start that is expected to end by itself."""
    return subprocess.run(
        [*EZEE, "serve", "--data", str(data), "--port", "0"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def _mount(disk: SmallDisk, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk.folder)], check=True)


def _send(service: Service, site_id: str) -> httpx.Response:
    return httpx.post(
        f"{service.url}/api/public/collect",
        json={"site_id": site_id, "url": "/"},
        headers={"user-agent": BROWSER},
        timeout=30,
    )


def _pageviews(service: Service, site_id: str) -> int:
    answer = httpx.get(
        f"{service.url}/api/public/stats", params={"site_id": site_id, "period": "7d"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return int(content["data"]["totals"]["pageviews"])
