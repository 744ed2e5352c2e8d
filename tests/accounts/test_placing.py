"""The order in which owners see their trackers."""

from __future__ import annotations

import pytest

from ezee.accounts.database import Database
from ezee.accounts.placing import Way, move_tracker, place_trackers, placed_trackers
from ezee.accounts.trackers import TrackerChange, add_tracker, archive_tracker, list_trackers
from ezee.errors import NotFound


@pytest.fixture
def ids(database: Database, alice: str) -> dict[str, str]:
    """Trackers a, b, c and d of Alice, by their names."""
    return {name: added(database, alice, name, at) for at, name in enumerate("abcd")}


def added(database: Database, viewer: str, name: str, at: int) -> str:
    change = TrackerChange(name=name, domain=f"{name}.example")
    return add_tracker(database, viewer, change, at).id


def names(database: Database, viewer: str) -> str:
    return "".join(row.name for row in placed_trackers(database, viewer))


def test_until_somebody_orders_them_they_are_by_age(
    database: Database, alice: str, ids: dict[str, str]
) -> None:
    assert names(database, alice) == "abcd"


@pytest.mark.parametrize(
    ("name", "way", "order"),
    [
        ("c", Way.UP, "acbd"),
        ("c", Way.DOWN, "abdc"),
        ("c", Way.FIRST, "cabd"),
        ("b", Way.LAST, "acdb"),
        ("a", Way.UP, "abcd"),
        ("d", Way.DOWN, "abcd"),
        ("a", Way.FIRST, "abcd"),
        ("d", Way.LAST, "abcd"),
    ],
)
def test_one_is_moved(
    database: Database, alice: str, ids: dict[str, str], name: str, way: Way, order: str
) -> None:
    move_tracker(database, alice, ids[name], way)
    assert names(database, alice) == order


def test_one_that_is_added_later_comes_last(
    database: Database, alice: str, ids: dict[str, str]
) -> None:
    move_tracker(database, alice, ids["d"], Way.FIRST)
    added(database, alice, "e", 9)
    added(database, alice, "f", 8)
    assert names(database, alice) == "dabcfe"
    move_tracker(database, alice, ids["d"], Way.DOWN)
    assert names(database, alice) == "adbcfe"


def test_an_archived_one_is_passed_over(
    database: Database, alice: str, ids: dict[str, str]
) -> None:
    archive_tracker(database, alice, ids["b"], 10)
    move_tracker(database, alice, ids["c"], Way.UP)
    assert names(database, alice) == "cadb"
    with pytest.raises(NotFound):
        move_tracker(database, alice, ids["b"], Way.UP)


def test_all_are_put_in_an_order_and_those_not_named_come_after(
    database: Database, alice: str, ids: dict[str, str]
) -> None:
    place_trackers(database, alice, [ids["d"], "no-such-id", ids["b"]])
    assert names(database, alice) == "dbac"
    assert [row.name for row in list_trackers(database, alice)] == list("abcd")


def test_nobody_moves_anothers(
    database: Database, alice: str, bob: str, ids: dict[str, str]
) -> None:
    with pytest.raises(NotFound):
        move_tracker(database, bob, ids["d"], Way.FIRST)
    place_trackers(database, bob, [ids["d"], ids["c"]])
    assert names(database, alice) == "abcd"
