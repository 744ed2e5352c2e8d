"""What the server draws."""

from __future__ import annotations

import pytest

from ezee.web.html.report.chart import draw


def test_points_stand_in_the_middle_of_their_buckets() -> None:
    assert draw([0, 10]).line == "M250 200L750 0"


def test_lines_stand_at_round_values_up_to_the_largest() -> None:
    assert [tick.value for tick in draw([3, 118]).ticks] == [0, 50, 100, 150]
    assert [tick.value for tick in draw([0.46, 0.2], kind="share").ticks][-1] == 0.5
    assert [tick.value for tick in draw([73.2], kind="duration").ticks][:2] == [0, 15]


@pytest.mark.parametrize("values", [[], [0], [0, 0], [1], [12_000_000] * 1_500])
def test_any_series_can_be_drawn(values: list[float]) -> None:
    drawn = draw(values, values, running=True)
    assert drawn.ticks[0].value == 0 < drawn.ticks[-1].value
    assert len(drawn.labels) <= 7


def test_the_running_bucket_is_told_apart() -> None:
    drawn = draw([1, 2, 3, 4], running=True)
    assert drawn.running == (75.0, 25.0)
    assert drawn.line.count("L") == 2
    assert drawn.tail.count("L") == 1
