"""When an event happened, and on which local day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ezee.errors import InvalidRequest
from ezee.events import wording
from ezee.events.pipeline import read_event
from ezee.events.steps.time import instant_of
from ezee.model.calendar import day_of, utc_text
from ezee.model.event import Event
from tests.support.clock import instant
from tests.support.events import NOON, draft

DAY = 86_400_000


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (None, "2026-03-10T12:00:00.000Z"),
        ("2026-03-10T11:59:59.5Z", "2026-03-10T11:59:59.500Z"),
        ("2026-03-10T13:00:00+02:00", "2026-03-10T11:00:00.000Z"),
        ("2026-03-09T12:00:00Z", "2026-03-09T12:00:00.000Z"),
        ("2026-03-10T12:05:00Z", "2026-03-10T12:05:00.000Z"),
        ("2026-03-10T12:05:00.001Z", "2026-03-10T12:00:00.000Z"),
        ("3000-01-01T00:00:00Z", "2026-03-10T12:00:00.000Z"),
    ],
)
def test_the_instant(tmp_path: Path, timestamp: str | None, expected: str) -> None:
    """Later than 5 minutes ahead is taken for now."""
    assert utc_text(instant_of(draft(tmp_path, timestamp=timestamp))) == expected


@pytest.mark.parametrize("timestamp", ["2026-03-09T11:59:59.999Z", "1970-01-01T00:00:00Z"])
def test_more_than_a_day_ago_is_refused_without_the_owners_word(
    tmp_path: Path, timestamp: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        instant_of(draft(tmp_path, timestamp=timestamp))
    (detail,) = caught.value.details
    assert detail.field == "timestamp"
    assert detail.message in {wording.TOO_EARLY_PUBLIC, wording.TOO_EARLY}


def test_the_owner_may_go_back_to_1995(tmp_path: Path) -> None:
    made = draft(tmp_path, timestamp="1995-01-01T00:00:00Z", trusted=True)
    assert utc_text(instant_of(made)) == "1995-01-01T00:00:00.000Z"
    with pytest.raises(InvalidRequest) as caught:
        instant_of(draft(tmp_path, timestamp="1994-12-31T23:59:59.999Z", trusted=True))
    assert caught.value.details[0].message == wording.TOO_EARLY


@pytest.mark.parametrize(
    ("zone", "today", "hour", "offset"),
    [
        ("UTC", "2026-03-10", 12, 0),
        ("Pacific/Kiritimati", "2026-03-11", 2, 840),
        ("America/St_Johns", "2026-03-10", 9, -150),
    ],
)
def test_the_day_is_the_trackers(
    tmp_path: Path, zone: str, today: str, hour: int, offset: int
) -> None:
    event = read_event(draft(tmp_path, zone))
    assert isinstance(event, Event)
    noon = instant(f"{today}T12:00:00+00:00")
    assert (event.day, event.hour, event.utc_offset) == (noon // DAY, hour, offset)
    assert event.happened_at == event.received_at == NOON


def test_an_import_says_itself_when_it_was(tmp_path: Path) -> None:
    made = draft(tmp_path, timestamp=None, happened_at=1_000_000_000_000)
    assert instant_of(made) == 1_000_000_000_000
    event = read_event(made)
    assert isinstance(event, Event)
    assert event.day == day_of(date(2001, 9, 9))
