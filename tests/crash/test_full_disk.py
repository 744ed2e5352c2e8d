"""A full disk: refused as what it is, nothing half recorded, and over as soon as there is room."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ezee.errors import Unavailable
from ezee.model.event import Event
from ezee.store.base import Batch
from ezee.store.changes import Erase
from ezee.store.duckdb import DuckDBStore
from tests.crash.disk import SmallDisk
from tests.support.events import event
from tests.support.service import BROWSER, Account, Service

pytestmark = [pytest.mark.slow, pytest.mark.service]

_COLLECT = "/api/public/collect"
_OWNER = "owner@example.com"


@pytest.fixture
def service(disk: SmallDisk) -> Iterator[Service]:
    running = Service(disk.folder / "data", "--public-stats-limit", "0")
    running.log = disk.folder.parent / "service.log"
    running.start()
    yield running
    if running.process is not None:
        running.stop()


def test_the_service_refuses_and_goes_on_when_there_is_room(
    service: Service, disk: SmallDisk
) -> None:
    owner = service.account(_OWNER)
    site_id = service.tracker(_OWNER)["site_id"]
    with httpx.Client(base_url=service.url, timeout=30, headers={"user-agent": BROWSER}) as client:
        disk.load()
        stored = _send_until_refused(client, site_id)
        _everything_answers_honestly(client, owner, site_id)

        disk.fill()
        for _ in range(3):
            _is_unavailable(client.post(_COLLECT, json=_batch(site_id, "refused", 50)))
        assert 503 in {_accounts_answer(owner) for _ in range(20)}
        _everything_answers_honestly(client, owner, site_id)

        disk.make_room()
        answer = client.post(_COLLECT, json=_batch(site_id, "after", 50))
        assert answer.status_code == 202, answer.text
        stored += 50
        assert _accounts_answer(owner) == 200
        assert _pageviews(client, site_id) == stored
    owner.client.close()
    # Ended in good order SQLite removes files that it has no room for afterwards.
    service.kill()
    disk.grow(64)
    disk.fill()
    service.start()
    disk.make_room()
    with httpx.Client(base_url=service.url, timeout=30) as client:
        assert _pageviews(client, site_id) == stored


def test_new_salts_on_a_full_disk_are_refused(service: Service, disk: SmallDisk) -> None:
    service.account(_OWNER).client.close()
    trackers = [service.tracker(_OWNER, f"{name}.example")["site_id"] for name in "abcdef"]
    with httpx.Client(base_url=service.url, timeout=30, headers={"user-agent": BROWSER}) as client:
        disk.fill()
        answers = [client.post(_COLLECT, json=_batch(each, "x", 400)) for each in trackers]
        refused = [site for site, each in zip(trackers, answers, strict=True) if each.is_error]
        assert refused
        for answer in answers:
            if answer.is_error:
                _is_unavailable(answer)
        disk.make_room()
        for site_id in trackers:
            again = client.post(_COLLECT, json=_batch(site_id, "x", 400))
            assert again.status_code == 202, again.text
        for site_id in trackers:
            assert _pageviews(client, site_id) == (400 if site_id in refused else 800)


def test_a_checkpoint_that_fills_the_disk_ends_one_life_of_the_file(disk: SmallDisk) -> None:
    store = DuckDBStore(disk.folder)
    try:
        stored = _append_some(store, 1000)
        store._settle()
        disk.fill()
        with pytest.raises(Unavailable):
            store._checkpoint()
        assert store.describe().events == stored, "the file is open again, full as the disk is"
        with pytest.raises(Unavailable):
            _append_some(store, 1000)
        disk.make_room()
        stored += _append_some(store, 1000)
        store._checkpoint()
        assert store.describe().events == stored
    finally:
        store.close()


def test_everything_at_once_while_the_disk_is_now_full_now_not(disk: SmallDisk) -> None:
    """Appends, questions and erasures beside checkpoints that fail: no loss, no crash."""
    store = DuckDBStore(disk.folder)
    stop = threading.Event()
    failures: list[BaseException] = []
    stored = [0, 0]

    def repeat(work: Any) -> None:
        while not stop.is_set():
            try:
                work()
            except Unavailable:
                stop.wait(0.005)
            except BaseException as failure:
                failures.append(failure)
                raise

    def append(place: int) -> None:
        stored[place] += _append_some(store, 100, site=place + 1)

    def disturb() -> None:
        disk.fill()
        try:
            store._checkpoint()
        finally:
            stop.wait(0.05)
            disk.make_room()
            stop.wait(0.1)

    works = [
        lambda: append(0),
        lambda: append(1),
        lambda: store.describe(1),
        lambda: store.change(Erase(3)),
        lambda: _append_some(store, 10, site=3),
        disturb,
    ]
    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    stop.wait(6)
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    disk.make_room()
    disk.grow(64)
    try:
        assert not failures
        assert [store.describe(1).events, store.describe(2).events] == stored
        assert store.change(Erase(3)) >= 0
    finally:
        store.close()


def _send_until_refused(client: httpx.Client, site_id: str) -> int:
    """Send batches until a few were refused; returns how many events were accepted."""
    accepted = refused = number = 0
    while refused < 3:
        number += 1
        answer = client.post(_COLLECT, json=_batch(site_id, f"{number}", 200))
        if answer.status_code == 202:
            assert answer.json() == {"data": {"accepted": 200, "dropped": []}}
            accepted += 200
        else:
            _is_unavailable(answer)
            refused += 1
        assert number < 2_000, "the disk never filled up"
    return accepted


def _everything_answers_honestly(client: httpx.Client, owner: Account, site_id: str) -> None:
    stats = client.get("/api/public/stats", params={"site_id": site_id, "period": "today"})
    assert stats.status_code in {200, 503}, stats.text
    assert owner.client.get("/api/v1/trackers").status_code in {200, 503}
    assert _accounts_answer(owner) in {200, 503}


def _accounts_answer(owner: Account) -> int:
    """The status of a change to an account, which is a write to the other database."""
    (tracker,) = owner.client.get("/api/v1/trackers").json()["data"]
    name = "".join(random.choices("abcdefgh", k=190))
    answer = owner.client.patch(f"/api/v1/trackers/{tracker['id']}", json={"name": name})
    if answer.status_code == 503:
        _is_unavailable(answer)
    return answer.status_code


def _is_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    content = answer.json()
    assert set(content) == {"error", "message"}
    assert content["error"] == "unavailable"
    assert int(answer.headers["retry-after"]) > 0


def _pageviews(client: httpx.Client, site_id: str) -> int:
    answer = client.get("/api/public/stats", params={"site_id": site_id, "period": "7d"})
    assert answer.status_code == 200, answer.text
    totals: dict[str, int] = answer.json()["data"]["totals"]
    return totals["pageviews"]


def _batch(site_id: str, mark: str, count: int) -> dict[str, Any]:
    noise = random.randbytes(60).hex()
    return {
        "events": [
            {"site_id": site_id, "url": f"https://example.com/{mark}/{number}/{noise}"}
            for number in range(count)
        ]
    }


def _append_some(store: DuckDBStore, count: int, site: int = 1) -> int:
    noise = random.randbytes(100).hex()
    events = [_event(site, f"/{number}/{noise}") for number in range(count)]
    assert store.append(Batch(events)) == []
    return count


def _event(site: int, page: str) -> Event:
    return event(20_000 * 86_400_000, site=site, visitor=random.getrandbits(64), page=page)
