"""A tracker at a glance: its change, its line, and many of them together."""

from __future__ import annotations

from ezee.stats.overview import HEIGHT, WIDTH, Glance, add_up


def test_the_line_goes_from_edge_to_edge_and_its_highest_day_to_the_top() -> None:
    glance = Glance(3, 0, None, (0, 2, 1))
    assert glance.line == f"0,{HEIGHT - 3} {WIDTH // 2},3"
    assert glance.tail == f"{WIDTH // 2},3 {WIDTH},24"
    assert glance.area.startswith(f"0,{HEIGHT} 0,")
    assert glance.area.endswith(f" {WIDTH},{HEIGHT}")


def test_days_without_anybody_are_a_line_at_the_bottom() -> None:
    assert {point.split(",")[1] for point in Glance(0, 0, None, (0,) * 30).line.split()} == {
        str(HEIGHT - 3)
    }


def test_trackers_are_added_up_day_by_day() -> None:
    total = add_up([Glance(3, 2, 0.5, (1, 2)), Glance(1, 2, -0.5, (0, 1))])
    assert total == Glance(4, 4, 0.0, (1, 3))
    assert add_up([Glance(1, 0, None, (1,))]).change is None
