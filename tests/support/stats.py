"""What a running service has counted, as its owner reads it."""

from __future__ import annotations

import itertools
from typing import Any

from tests.support.service import Account


def report(owner: Account, tracker: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """A tracker's report, of the last 7 days unless asked otherwise."""
    asked = {"period": "7d", **parameters}
    answer = owner.client.get(f"/api/v1/trackers/{tracker['id']}/stats", params=asked)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def counted(owner: Account, tracker: dict[str, Any], **parameters: Any) -> tuple[int, int]:
    """Pageviews and events."""
    totals = report(owner, tracker, **parameters)["totals"]
    return totals["pageviews"], totals["events"]


def new_tracker(owner: Account, **fields: Any) -> dict[str, Any]:
    """A tracker of its own for one test, in UTC."""
    sent = {"name": "Test", "domain": f"site{next(_NUMBERS)}.example.com", **fields}
    answer = owner.client.post("/api/v1/trackers", json=sent)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


_NUMBERS = itertools.count(1)
