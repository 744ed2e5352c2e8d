"""``GET /api/v1/trackers/{id}/export``, at an hour of our choosing."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient

from ezee.accounts.database import Database
from ezee.accounts.tokens import LastUsed, new_token
from ezee.accounts.trackers import TrackerChange, add_tracker
from ezee.accounts.users import add_user
from ezee.app import assemble
from ezee.exports import events
from ezee.exports.events import COLUMNS
from ezee.model.site import site_key
from ezee.settings import Settings
from ezee.store.base import Batch
from ezee.store.salts import Salts
from ezee.web.api.export import export_events
from ezee.web.failures import answer_failure
from ezee.web.services import Services
from tests.store.engines import DAY
from tests.support.clock import FakeClock
from tests.support.events import NOON, PatientStore, event
from tests.support.service import PASSWORD

ZONE = "Europe/Berlin"
PATHS = ["/old", "/yesterday", "/<b>", '/"quoted", and\nmore', "/last"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


class Hers(NamedTuple):
    """Alice's trackers, one without events, and the tokens of all three."""

    client: TestClient[Litestar]
    store: PatientStore
    site_id: str
    tracker_id: str
    empty_id: str
    tokens: dict[str, str]

    def ask(
        self, who: str = "alice", tracker_id: str = "", **parameters: str | list[str]
    ) -> httpx.Response:
        sent = {name.rstrip("_"): value for name, value in parameters.items()}
        headers = {"authorization": f"Bearer {self.tokens[who]}"} if who else {}
        path = f"/api/v1/trackers/{tracker_id or self.tracker_id}/export"
        return self.client.get(path, params=sent, headers=headers)


@pytest.fixture
def hers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hers]:
    # Pages of two events: the first of them are several.
    monkeypatch.setattr(events, "PAGE", 2)
    database, store = Database.in_folder(tmp_path), PatientStore(tmp_path)
    services = _services(tmp_path, database, store)
    users = {
        who: add_user(database, f"{who}@example.com", PASSWORD, "pro", NOON)
        for who in ("alice", "bob", "charlie")
    }
    trackers = [
        add_tracker(
            database,
            users[who].id,
            TrackerChange(name="Test", domain=domain, timezone=ZONE),
            NOON,
        )
        for who, domain in (("alice", "a.example"), ("alice", "b.example"), ("bob", "a.example"))
    ]
    site = site_key(trackers[0].site_id)
    times = [NOON - 40 * DAY, NOON - DAY, NOON, NOON, NOON]
    store.append(
        Batch(
            [event(at, ZONE, site=site, path=path) for at, path in zip(times, PATHS, strict=True)]
        )
    )
    tokens = {
        who: new_token(database, user.id, "Tests", NOON, scope="read").plain
        for who, user in users.items()
    }
    writing = new_token(database, users["alice"].id, "Tests", NOON, scope="write").plain
    application = Litestar(
        [export_events],
        exception_handlers={Exception: answer_failure},
        state=State({"services": services}),
        logging_config=None,
    )
    with TestClient(application, raise_server_exceptions=False) as client:
        yield Hers(
            client,
            store,
            trackers[0].site_id,
            trackers[0].id,
            trackers[1].id,
            {**tokens, "alice, to write": writing},
        )
    services.directory.close()
    store.close()
    database.close()


def _services(folder: Path, database: Database, store: PatientStore) -> Services:
    settings = Settings(data=folder)
    return assemble(
        settings, FakeClock(NOON), database, store, Salts(folder), last_used=LastUsed(database)
    )


def paths(answer: httpx.Response, folder: Path) -> list[str]:
    """The path of each event in an answer of any format."""
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"] == MEDIA_TYPES["csv"]:
        rows = csv.DictReader(io.StringIO(answer.text, newline=""))
        assert rows.fieldnames == list(COLUMNS)
        return [row["path"] for row in rows]
    if answer.headers["content-type"] == MEDIA_TYPES["ndjson"]:
        return [json.loads(line)["path"] for line in answer.content.split(b"\n") if line]
    file = folder / "answer.parquet"
    file.write_bytes(answer.content)
    return [path for (path,) in duckdb.execute(f"select path from '{file}'").fetchall()]


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_every_event_in_every_format(hers: Hers, tmp_path: Path, name: str) -> None:
    answer = hers.ask(format=name)
    assert answer.headers["content-type"] == MEDIA_TYPES[name]
    assert answer.headers["cache-control"] == "no-store"
    file = f"{hers.site_id}-2026-01-29-2026-03-10.{name}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{file}"'
    assert paths(answer, tmp_path) == PATHS


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_a_tracker_without_events(hers: Hers, tmp_path: Path, name: str) -> None:
    assert paths(hers.ask(tracker_id=hers.empty_id, format=name), tmp_path) == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, PATHS),
        ({"period": "7d"}, PATHS[1:]),
        ({"from_": "2026-03-09", "to": "2026-03-09"}, PATHS[1:2]),
        ({"from_": "2026-03-11", "to": "2026-03-12"}, []),
    ],
)
def test_days_may_be_chosen(
    hers: Hers, tmp_path: Path, asked: dict[str, str], expected: list[str]
) -> None:
    assert paths(hers.ask(**asked), tmp_path) == expected


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"format": "xlsx"}, "format"),
        ({"format": ["csv", "csv"]}, "format"),
        ({"from_": "2026-03-10"}, "to"),
        ({"period": "24h"}, "period"),
        ({"limit": "1"}, "limit"),
    ],
)
@pytest.mark.parametrize("tracker_id", ["", str(uuid.UUID(int=0))])
def test_what_is_wrong_is_told_before_a_tracker_is_missed(
    hers: Hers, tracker_id: str, asked: dict[str, Any], wrong: str
) -> None:
    answer = hers.ask(tracker_id=tracker_id, **asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert [each["field"] for each in answer.json()["details"]] == [wrong]


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_a_stranger_cannot_tell_what_exists(hers: Hers, who: str) -> None:
    answer = hers.ask(who)
    assert answer.status_code == 404
    for missing in (str(uuid.UUID(int=0)), "nonsense"):
        assert answer.content == hers.ask(who, missing).content


@pytest.mark.parametrize(("who", "status"), [("", 401), ("alice, to write", 403)])
def test_a_token_that_may_read_is_needed(hers: Hers, who: str, status: int) -> None:
    assert hers.ask(who).status_code == status


def test_a_store_that_is_away_is_a_503(hers: Hers) -> None:
    hers.store.close()
    for name in MEDIA_TYPES:
        answer = hers.ask(format=name, period="7d")
        assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


def test_a_parquet_file_there_is_no_room_for_is_a_503(
    hers: Hers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    answer = hers.ask(format="parquet")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert "temporary files" in answer.json()["message"]
