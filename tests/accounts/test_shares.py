"""The link to a report: who may make it, what it opens, and what a password's pass is bound to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ezee.accounts import shares
from ezee.accounts.database import Database
from ezee.accounts.policy import readable_by_link
from ezee.accounts.trackers import TrackerChange, add_tracker, find_tracker
from ezee.errors import InvalidRequest, NotFound

KEY = bytes(range(32))
PASSWORD = "open sesame, please"
BLOG = TrackerChange(name="My blog", domain="blog.example.com")


def test_only_the_newest_link_opens_the_report_and_never_what_is_private(
    database: Database, alice: str
) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    assert shares.share_path(added, KEY) == ""
    keys = []
    for _ in range(2):
        shares.new_link(database, alice, added.id)
        path = shares.share_path(find_tracker(database, alice, added.id), KEY)
        keys.append(path.rpartition("/")[2])
    tracker, site = readable_by_link(database, added.site_id, keys[1], KEY)
    assert (tracker.id, site.site_id, site.private) == (added.id, added.site_id, False)
    with pytest.raises(NotFound):
        readable_by_link(database, added.site_id, keys[0], KEY)
    shares.remove_link(database, alice, added.id)
    for key in (*keys, "", "\udcff"):
        with pytest.raises(NotFound):
            readable_by_link(database, added.site_id, key, KEY)


def test_a_stranger_makes_locks_and_removes_no_link(
    database: Database, alice: str, bob: str
) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    shares.new_link(database, alice, added.id)
    before = find_tracker(database, alice, added.id).share_nonce
    attempts: list[Callable[[], None]] = [
        lambda: shares.new_link(database, bob, added.id),
        lambda: shares.remove_link(database, bob, added.id),
        lambda: shares.set_password(database, bob, added.id, PASSWORD),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    found = find_tracker(database, alice, added.id)
    assert (found.share_nonce, found.share_password) == (before, None)


def test_a_pass_is_good_for_its_time_its_password_and_its_link(
    database: Database, alice: str
) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    shares.new_link(database, alice, added.id)
    shares.set_password(database, alice, added.id, PASSWORD)
    locked = find_tracker(database, alice, added.id)
    shown = shares.make_pass(locked, KEY, 1_000)
    until = 1_000 + shares.LIFETIME
    assert shares.is_open_to(locked, shown, KEY, until - 1)
    assert not shares.is_open_to(locked, shown, KEY, until)
    later = f"{until + 1}.{shown.partition('.')[2]}"
    assert not shares.is_open_to(locked, later, KEY, until)
    changes: list[Callable[[], None]] = [
        lambda: shares.set_password(database, alice, added.id, PASSWORD),
        lambda: shares.new_link(database, alice, added.id),
    ]
    for change in changes:
        change()
        changed = find_tracker(database, alice, added.id)
        assert not shares.is_open_to(changed, shown, KEY, 1_001)
        shown = shares.make_pass(changed, KEY, 1_000)
    with pytest.raises(InvalidRequest):
        shares.set_password(database, alice, added.id, "short")
