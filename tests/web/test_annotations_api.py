"""``…/annotations``: days of a tracker annotated by programs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service import Account
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

LAUNCH = {"day": "2026-10-25", "text": "Launch <b>"}


@pytest.fixture
def path(alice: Account) -> str:
    return f"/api/v1/trackers/{new_tracker(alice)['id']}/annotations"


def test_one_is_made_changed_listed_and_removed(alice: Account, path: str) -> None:
    answer = alice.client.post(path, json=LAUNCH)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()["data"]
    assert {name: made[name] for name in LAUNCH} == LAUNCH
    assert sorted(made) == ["created_at", "day", "id", "text"]
    changed = alice.client.patch(f"{path}/{made['id']}", json={"text": "Relaunch"})
    assert changed.json()["data"] == {**made, "text": "Relaunch"}
    assert alice.client.get(path).json()["data"] == [{**made, "text": "Relaunch"}]
    assert alice.client.delete(f"{path}/{made['id']}").status_code == 204
    assert alice.client.get(path).json()["data"] == []
    assert alice.client.delete(f"{path}/{made['id']}").status_code == 404


def test_what_is_wrong_is_named(alice: Account, path: str) -> None:
    answer = alice.client.post(path, json={"day": "tomorrow"})
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["details"]] == ["day", "text"]
    assert alice.client.post(path, content=b"[]").status_code == 415


def test_a_tracker_of_ones_own_does_not_open_those_of_others(
    alice: Account, bob: Account, path: str
) -> None:
    made = alice.client.post(path, json=LAUNCH).json()["data"]
    his = f"/api/v1/trackers/{new_tracker(bob)['id']}/annotations"
    for place in (path, his):
        assert bob.client.patch(f"{place}/{made['id']}", json={"text": "x"}).status_code == 404
        assert bob.client.delete(f"{place}/{made['id']}").status_code == 404
    assert alice.client.get(path).json()["data"] == [made]
