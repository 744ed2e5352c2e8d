"""Batches of events of which some, or all, are none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service import Account, Service
from tests.support.stats import counted, new_tracker
from tests.web.test_bad_input import (
    FIELDS,
    FOREIGN,
    NOT_AN_OBJECT,
    NOT_JSON,
    check,
    event,
    sending,
    tracker,
)

pytestmark = pytest.mark.service
__all__ = ["tracker"]


@pytest.mark.parametrize(("field", "value"), [case for case in FIELDS if case[0] != "events"])
def test_within_a_batch_only_that_event_is_invalid(
    service: Service, alice: Account, field: str, value: bytes
) -> None:
    mine = new_tracker(alice)
    good = event(mine)
    answer = sending(service, b'{"events": [%b, %b, %b]}' % (good, event(mine, field, value), good))
    assert answer.status == 202
    data = answer.json()["data"]
    assert data["accepted"] == 2
    (dropped,) = data["dropped"]
    assert (dropped["index"], dropped["reason"]) == (1, "invalid")
    assert dropped["message"].startswith(f"{field}: ")
    assert counted(alice, mine) == (2, 0)


def test_a_mixed_batch(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    good = event(mine)
    events = [
        good,
        b"null",
        b"[]",
        b"5",
        b'{"events": [%b]}' % good,
        event(mine, "title", b'"\\ud800"'),
        b'{"site_id": "ezi_000000000000", "url": "/"}',
        event(mine, "id", b'"same"'),
        event(mine, "id", b'"same"'),
        event(mine, "timestamp", b'"3000-01-01T00:00:00Z"'),
        event(mine, "x", b'{"unknown": [true, "\\u0000"]}'),
        b"{}",
        good,
    ]
    answer = sending(service, b'{"events": [%b]}' % b",".join(events))
    assert answer.status == 202
    data = answer.json()["data"]
    verdicts = {each["index"]: each["reason"] for each in data["dropped"]}
    assert verdicts == {
        **dict.fromkeys((1, 2, 3, 4, 5, 11), "invalid"),
        6: "unknown_site",
        8: "duplicate",
    }
    assert data["accepted"] == len(events) - len(verdicts)
    messages = [each["message"] for each in data["dropped"] if each["reason"] == "invalid"]
    assert messages[:3] == [NOT_AN_OBJECT] * 3
    assert messages[3] == "events: a batch cannot stand within a batch"
    assert not [word for word in FOREIGN for text in messages if word.lower() in text.lower()]
    assert counted(alice, mine) == (5, 0)


@pytest.mark.parametrize("number", [0, 501, 2000])
def test_a_batch_of_none_or_too_many(
    service: Service, alice: Account, tracker: dict[str, Any], number: int
) -> None:
    body = b'{"events": [%b]}' % b",".join([event(tracker)] * number)
    content = check(sending(service, body), 400, "invalid_request", ["events"])
    assert content["message"] == "events: must be a list of 1 to 500 events"
    assert counted(alice, tracker) == (0, 0)


def test_a_batch_of_500(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    answer = sending(service, b'{"events": [%b]}' % b",".join([event(mine)] * 500))
    assert answer.json() == {"data": {"accepted": 500, "dropped": []}}
    assert counted(alice, mine) == (500, 0)


def test_a_batch_that_is_broken_within_is_refused_whole(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    body = b'{"events": [%b, {"site_id": }, %b]}' % (event(tracker), event(tracker))
    assert check(sending(service, body), 400, "invalid_request", [])["message"] == NOT_JSON
    assert counted(alice, tracker) == (0, 0)
