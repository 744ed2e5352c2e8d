"""More events a minute than a person makes."""

from __future__ import annotations

from ezee.events.bots.rates import Rates
from tests.support.events import NOON

ALICE, BOB, CHARLIE = 10, 20, 30


def counted(rates: Rates, visitor: int, times: list[int]) -> list[bool]:
    """What is said of a visitor's events at ``times``, in seconds after noon."""
    return [rates.is_absurd(visitor, NOON + 1000 * at) for at in times]


def test_more_than_120_a_minute_are_absurd_by_default() -> None:
    assert counted(Rates(), ALICE, [0] * 122) == [False] * 120 + [True] * 2


def test_a_minute_begins_with_an_event_and_ends_60_seconds_later() -> None:
    times = [0, 30, 59, 60, 61, 62, 200]
    said = [False, False, True, False, False, True, False]
    assert counted(Rates(2), ALICE, times) == said


def test_visitors_are_counted_apart() -> None:
    rates = Rates(2)
    assert counted(rates, ALICE, [0, 1, 2]) == [False, False, True]
    assert counted(rates, BOB, [2]) == [False]


def test_an_earlier_time_does_not_begin_a_minute() -> None:
    assert counted(Rates(2), ALICE, [100, 0, 30, 159, 160]) == [False, False, True, True, False]


def test_of_too_many_visitors_the_oldest_minute_is_forgotten() -> None:
    rates = Rates(1, most=2)
    assert counted(rates, ALICE, [0, 1]) == [False, True]
    assert counted(rates, BOB, [2]) == [False]
    assert counted(rates, ALICE, [70]) == [False]  # a minute of its own, younger than Bob's
    assert counted(rates, CHARLIE, [71]) == [False]
    assert counted(rates, ALICE, [72]) == [True]
    assert counted(rates, BOB, [73]) == [False]  # forgotten: this is his first again


def test_a_flood_of_visitors_takes_bounded_memory() -> None:
    rates = Rates(most=100)
    for visitor in range(10_000):
        rates.is_absurd(visitor, NOON)
    assert len(rates._minutes) == 100
