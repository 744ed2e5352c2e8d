"""Numbers beside numbers."""

from __future__ import annotations

import pytest

from ezee.stats.changes import change, row_number, share


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (108, 100, 0.08),
        (50, 100, -0.5),
        (0, 4, -1.0),
        (0.3, 0.4, -0.25),
        (5, 0, None),
        (0, 0, None),
    ],
)
def test_a_change_is_a_share_of_what_was(now: float, before: float, expected: float) -> None:
    assert change(now, before) == expected


def test_a_share_is_never_more_than_the_whole() -> None:
    assert [share(1, 3), share(5, 4), share(1, 0)] == [0.3333, 1.0, 0.0]


def test_rows_of_the_second_page_go_on_counting() -> None:
    assert row_number(100, 0) == 101
