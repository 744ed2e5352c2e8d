"""So many connections at once, so many from one address, so many bytes held for them."""

from __future__ import annotations

import pytest

from ezee.errors import RateLimited, Unavailable
from ezee.web.crowd import Crowd


def _enter(crowd: Crowd, address: str, number: int) -> None:
    for _ in range(number):
        crowd.enter(address)


def test_there_is_room_for_so_many_and_for_another_when_one_leaves() -> None:
    crowd = Crowd(most=3)
    for number in range(3):
        crowd.enter(f"203.0.113.{number}")
    with pytest.raises(Unavailable):
        crowd.enter("203.0.113.7")
    crowd.leave("203.0.113.1")
    crowd.enter("203.0.113.7")
    assert len(crowd) == 3


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("127.0.0.1", "127.0.0.1", False),
        ("::1", "::1", False),
        ("::ffff:127.0.0.1", "127.0.0.1", False),
        ("198.51.100.9", "198.51.100.9", False),
        ("::ffff:198.51.100.9", "198.51.100.9", False),
        ("2001:db8:5::9", "2001:db8:5::9", False),
        ("", "", True),
    ],
)
def test_one_address_has_room_for_so_many_unless_it_brings_everybody(
    first: str, second: str, is_one: bool
) -> None:
    crowd = Crowd(most_of_one=4, exempt=["198.51.100.0/24", "2001:db8:5::9/128"])
    _enter(crowd, first, 4)
    if is_one:
        with pytest.raises(RateLimited):
            crowd.enter(second)
        crowd.leave(first)
    crowd.enter(second)


def test_nothing_is_left_of_those_who_left() -> None:
    crowd = Crowd()
    addresses = [f"203.0.113.{number}" for number in range(250)]
    for address in addresses:
        crowd.enter(address)
    for address in addresses:
        crowd.leave(address)
    assert (len(crowd), len(crowd._here)) == (0, 0)


def test_so_many_bytes_are_held() -> None:
    crowd = Crowd(most_bytes=100)
    assert crowd.hold(100)
    assert not crowd.hold(1)
    crowd.release(1)
    assert crowd.hold(0)
