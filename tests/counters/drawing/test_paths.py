"""Paths are read, moved, cut into straight pieces and written."""

from __future__ import annotations

import pytest

from ezee.counters.drawing.paths import box, path_text, placed, polygon, read_path, straight


@pytest.mark.parametrize("data", ["M0 5 L8 0", "M0 5 Q0 0 4 0 L8 0.25 Z M1 1 L1 1", ""])
def test_what_is_read_is_written(data: str) -> None:
    assert read_path(path_text(read_path(data))) == read_path(data)


def test_a_path_is_made_larger_then_moved() -> None:
    assert placed(read_path("M1 2 L3 4"), 10, 20, 2) == read_path("M12 24 L16 28")


def test_hundredths_are_written_without_noughts() -> None:
    assert path_text(read_path("M-0.001 1.999 L0.5 12")) == "M0 2L0.5 12"


def test_a_curve_ends_where_it_should_and_bends_towards_its_middle() -> None:
    (line,) = straight(read_path("M0 0 Q10 0 10 10 Z"))
    assert line.closed
    assert (line.points[0], line.points[5], line.points[-1]) == ((0, 0), (7.5, 2.5), (10, 10))


def test_boxes() -> None:
    assert box(1, 2, 3, 4) == polygon((1, 2), (4, 2), (4, 6), (1, 6))
    (line,) = straight(box(0, 0, 10, 10, 2))
    assert all(0 <= x <= 10 and 0 <= y <= 10 for x, y in line.points)
    assert (0, 0) not in line.points
