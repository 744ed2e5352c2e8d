"""Buckets under a flood: what they hold, whom they forget, and whose they are."""

from __future__ import annotations

import tracemalloc

import pytest

from ezee.limits import Buckets, line_of
from tests.support.clock import FakeClock

A_MINUTE = 600


def _drain(buckets: Buckets, key: str) -> None:
    assert buckets.take(key, A_MINUTE, A_MINUTE).allowed
    assert not buckets.take(key, A_MINUTE).allowed


def _flood(buckets: Buckets, number: int) -> None:
    for address in range(number):
        buckets.take(("flood", address), A_MINUTE)


def test_more_addresses_than_there_is_room_for_take_no_more_room() -> None:
    buckets = Buckets(FakeClock())
    _flood(buckets, 250_000)
    assert len(buckets) == 100_000


def test_bytes_are_bounded_whatever_the_keys_are_like() -> None:
    buckets = Buckets(FakeClock(), most=1000)
    tracemalloc.start()
    try:
        for number in range(3000):
            buckets.take(("192.0.2.1", f"{number}" * 10_000), A_MINUTE)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(buckets) == 1000
    assert held < 1000 * 400


def test_a_bucket_that_is_full_again_is_forgotten() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for _ in range(50):
        # Each has asked once, and is as good as new a tenth of a second later.
        _flood(buckets, 100)
        clock.advance(0.1)
    assert len(buckets) <= 100


def test_what_is_not_full_does_not_hide_what_is() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for number in range(20):
        _drain(buckets, f"abuser {number}")
    _flood(buckets, 1000)
    clock.advance(1)
    for _ in range(1000):
        buckets.take("another", 60_000)
    assert len(buckets) == 21


def test_whoever_asked_too_often_gets_no_new_bucket_by_bringing_others() -> None:
    buckets = Buckets(FakeClock(), most=100)
    abusers = [f"abuser {number}" for number in range(10)]
    for abuser in abusers:
        _drain(buckets, abuser)
    _flood(buckets, 5000)
    assert [buckets.take(abuser, A_MINUTE).allowed for abuser in abusers] == [False] * 10


def test_a_flood_holds_up_nobody_else() -> None:
    buckets = Buckets(FakeClock(), most=100)
    for number in range(1000):
        _drain(buckets, f"abuser {number}")
    assert buckets.take("honest", A_MINUTE).remaining == A_MINUTE - 1


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_an_address_takes_from_the_bucket_of_its_line(address: str, line: str) -> None:
    assert line_of(address) == line
