"""In which bucket of a series a day is marked."""

from __future__ import annotations

import pytest

from ezee.stats.marks import bucket_of

DAYS = ["2026-10-24", "2026-10-25", "2026-10-26"]
WEEKS = ["2026-10-22", "2026-10-26", "2026-11-02"]
MONTHS = ["2026-09", "2026-10"]
HOURS = ["2026-10-24T23:00+02:00", "2026-10-25T00:00+02:00", "2026-10-25T01:00+02:00"]
CUT = ["2026-10-24T14:00+02:00", "2026-10-24T15:00+02:00"]


@pytest.mark.parametrize(
    ("day", "last_day", "labels", "index"),
    [
        ("2026-10-25", "2026-10-26", DAYS, 1),
        ("2026-10-23", "2026-10-26", DAYS, None),
        ("2026-10-27", "2026-10-26", DAYS, None),
        ("2026-10-22", "2026-11-05", WEEKS, 0),
        ("2026-11-01", "2026-11-05", WEEKS, 1),
        ("2026-11-05", "2026-11-05", WEEKS, 2),
        ("2026-11-06", "2026-11-05", WEEKS, None),
        ("2026-09-01", "2026-10-31", MONTHS, 0),
        ("2026-10-31", "2026-10-31", MONTHS, 1),
        ("2026-08-31", "2026-10-31", MONTHS, None),
        ("2026-10-25", "2026-10-25", HOURS, 1),
        ("2026-10-24", "2026-10-25", HOURS, 0),
        ("2026-10-23", "2026-10-25", HOURS, None),
        ("2026-10-24", "2026-10-25", CUT, 0),
        # The hours of today that are over are those of yesterday.
        ("2026-10-25", "2026-10-25", CUT, None),
        ("2026-10-25", "2026-10-25", [], None),
    ],
)
def test_a_day_is_in_the_bucket_that_has_it(
    day: str, last_day: str, labels: list[str], index: int | None
) -> None:
    assert bucket_of(day, last_day, labels) == index
