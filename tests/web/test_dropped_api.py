"""``GET /api/v1/trackers/{id}/dropped``, at an hour of our choosing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

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
from ezee.model.event import DropReason, Drops
from ezee.model.site import site_key
from ezee.settings import Settings
from ezee.stats.dropped import PERIODS, REASONS
from ezee.store.base import Batch
from ezee.store.salts import Salts
from ezee.web.api.dropped import dropped_events
from ezee.web.failures import answer_failure
from ezee.web.services import Services
from tests.store.engines import TODAY, bot
from tests.support.clock import FakeClock
from tests.support.events import NOON, PatientStore
from tests.support.service import PASSWORD


class Hers(NamedTuple):
    """Alice's tracker, and the tokens of all three."""

    client: TestClient[Litestar]
    tracker_id: str
    tokens: dict[str, str]

    def ask(
        self, who: str = "alice", tracker_id: str = "", **parameters: str | list[str]
    ) -> httpx.Response:
        sent = {name.rstrip("_"): value for name, value in parameters.items()}
        headers = {"authorization": f"Bearer {self.tokens[who]}"} if who else {}
        path = f"/api/v1/trackers/{tracker_id or self.tracker_id}/dropped"
        return self.client.get(path, params=sent, headers=headers)


@pytest.fixture(scope="module")
def hers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hers]:
    folder = tmp_path_factory.mktemp("dropped")
    database, store = Database.in_folder(folder), PatientStore(folder)
    services = _services(folder, database, store)
    users = {
        who: add_user(database, f"{who}@example.com", PASSWORD, "pro", NOON)
        for who in ("alice", "bob", "charlie")
    }
    change = TrackerChange(name="Hers", domain="example.com", timezone="Europe/Berlin")
    tracker = add_tracker(database, users["alice"].id, change, NOON)
    add_tracker(database, users["bob"].id, change, NOON)
    _fill(store, site_key(tracker.site_id))
    tokens = {
        who: new_token(database, user.id, "Tests", NOON, scope="read").plain
        for who, user in users.items()
    }
    writing = new_token(database, users["alice"].id, "Tests", NOON, scope="write").plain
    application = Litestar(
        [dropped_events],
        exception_handlers={Exception: answer_failure},
        state=State({"services": services}),
        logging_config=None,
    )
    with TestClient(application) as client:
        yield Hers(client, tracker.id, {**tokens, "alice, to write": writing})
    services.directory.close()
    store.close()
    database.close()


def _services(folder: Path, database: Database, store: PatientStore) -> Services:
    settings = Settings(data=folder)
    return assemble(
        settings, FakeClock(NOON), database, store, Salts(folder), last_used=LastUsed(database)
    )


def _fill(store: PatientStore, site: int) -> None:
    drops = [
        Drops(site, TODAY, DropReason.OPTED_OUT, 1),
        Drops(site, TODAY - 1, DropReason.RATE_LIMITED, 4),
        Drops(site, TODAY - 30, DropReason.INVALID, 1),
    ]
    bots = [bot(site=site), bot(site=site), bot(site=site, rule="curl", category="tool")]
    store.append(Batch([], bots=bots, drops=drops, tally=1))


def test_the_last_30_days_of_the_trackers_zone(hers: Hers) -> None:
    answer = hers.ask()
    assert answer.status_code == 200
    none = dict.fromkeys(map(str, REASONS), 0)
    found: dict[str, Any] = answer.json()["data"]
    assert found.pop("reasons")[:3] == [
        {"reason": "rate_limited", "count": 4},
        {
            "reason": "bot",
            "count": 3,
            "rules": [
                {"rule": "Googlebot", "category": "search", "count": 2},
                {"rule": "curl", "category": "tool", "count": 1},
            ],
        },
        {"reason": "opted_out", "count": 1},
    ]
    assert found == {
        "period": {"from": "2026-02-09", "to": "2026-03-10", "timezone": "Europe/Berlin"},
        "total": 8,
        "days": [
            {"day": "2026-03-09", **none, "rate_limited": 4},
            {"day": "2026-03-10", **none, "bot": 3, "opted_out": 1},
        ],
    }


def test_days_may_be_chosen(hers: Hers) -> None:
    answer = hers.ask(from_="2026-02-08", to="2026-02-08").json()["data"]
    assert (answer["total"], answer["days"][0]["invalid"]) == (1, 1)
    assert hers.ask(period="all").json()["data"]["total"] == 9


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"period": ""}, "period"),
        ({"period": ["7d", "30d"]}, "period"),
        ({"limit": "1"}, "limit"),
        ({"from_": "\x00", "to": "2026-03-10"}, "from"),
    ],
)
@pytest.mark.parametrize("tracker_id", ["", str(uuid.UUID(int=0))])
def test_what_is_wrong_is_told_before_a_tracker_is_missed(
    hers: Hers, tracker_id: str, asked: dict[str, Any], wrong: str
) -> None:
    answer = hers.ask(tracker_id=tracker_id, **asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert [each["field"] for each in answer.json()["details"]] == [wrong]


@pytest.mark.parametrize("period", ["soon", "24h", " 7d"])
def test_the_periods_there_are_here_are_named(hers: Hers, period: str) -> None:
    told = hers.ask(period=period, limit="1").json()["details"]
    assert [each["field"] for each in told] == ["limit", "period"]
    assert told[1]["message"] == f'"{period}" is none of {", ".join(PERIODS)}'
    assert all(hers.ask(period=each).status_code == 200 for each in PERIODS)


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_a_stranger_cannot_tell_what_exists(hers: Hers, who: str) -> None:
    answer = hers.ask(who)
    assert answer.status_code == 404
    for missing in (str(uuid.UUID(int=0)), "nonsense"):
        assert answer.content == hers.ask(who, missing).content


@pytest.mark.parametrize(("who", "status"), [("", 401), ("alice, to write", 403)])
def test_a_token_that_may_read_is_needed(hers: Hers, who: str, status: int) -> None:
    assert hers.ask(who).status_code == status
