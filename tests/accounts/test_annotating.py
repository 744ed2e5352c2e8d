"""Annotations of days: whose they are, what they may say, and what goes with what."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from ezee.accounts import annotating
from ezee.accounts.annotating import (
    add_annotation,
    change_annotation,
    list_annotations,
    remove_annotation,
    show_to_others,
    shown_annotations,
)
from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Annotation, Tracker
from ezee.accounts.trackers import TrackerChange, add_tracker, find_tracker, remove_tracker
from ezee.errors import Conflict, InvalidRequest, NotFound

LAUNCH = {"day": "2026-10-25", "text": "Launch"}


@pytest.fixture
def hers(database: Database, alice: str) -> Tracker:
    return add_tracker(database, alice, TrackerChange(name="Hers", domain="a.example"), 5)


def test_they_are_listed_by_day_then_as_they_were_made(
    database: Database, alice: str, hers: Tracker
) -> None:
    for day, text in (("2026-10-25", "b"), ("2026-03-01", "a"), ("2026-10-25", "c")):
        add_annotation(database, alice, hers.id, {"day": day, "text": text}, ord(text))
    assert [each.text for each in list_annotations(database, alice, hers.id)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", None),
        ("day", ""),
        ("day", "20261025"),
        ("day", "2026-W43-7"),
        ("day", "2026-02-30"),
        ("day", "1969-12-31"),
        ("day", "9999-12-31"),
        ("day", "2026-10-25 "),
        ("day", 20261025),
        ("text", None),
        ("text", "  "),
        ("text", "x" * 201),
        ("text", "two\nlines"),
        ("text", "\ud800"),
        ("text", ["Launch"]),
    ],
)
def test_what_is_wrong_is_named(
    database: Database, alice: str, hers: Tracker, field: str, value: Any
) -> None:
    with pytest.raises(InvalidRequest) as failed:
        add_annotation(database, alice, hers.id, {**LAUNCH, field: value}, 5)
    assert [each.field for each in failed.value.details] == [field]


def test_what_is_not_given_stays(database: Database, alice: str, hers: Tracker) -> None:
    made = add_annotation(database, alice, hers.id, {**LAUNCH, "text": "  Launch "}, 5)
    changed = change_annotation(database, alice, hers.id, made.id, {"day": "2026-10-26"})
    assert [changed.day, changed.text] == ["2026-10-26", "Launch"]
    changed = change_annotation(database, alice, hers.id, made.id, {"text": "Relaunch"})
    assert [changed.day, changed.text, changed.created_at] == ["2026-10-26", "Relaunch", 5]
    remove_annotation(database, alice, hers.id, made.id)
    assert list_annotations(database, alice, hers.id) == []
    with pytest.raises(NotFound):
        remove_annotation(database, alice, hers.id, made.id)


def test_nobody_else_sees_or_changes_them(
    database: Database, alice: str, bob: str, hers: Tracker
) -> None:
    his = add_tracker(database, bob, TrackerChange(name="His", domain="b.example"), 6)
    made = add_annotation(database, alice, hers.id, LAUNCH, 5)
    for tracker in (hers, his):
        with pytest.raises(NotFound):
            change_annotation(database, bob, tracker.id, made.id, {"text": "Bob's"})
        with pytest.raises(NotFound):
            remove_annotation(database, bob, tracker.id, made.id)
    with pytest.raises(NotFound):
        list_annotations(database, bob, hers.id)
    with pytest.raises(NotFound):
        add_annotation(database, bob, hers.id, LAUNCH, 5)
    with pytest.raises(NotFound):
        show_to_others(database, bob, hers.id, shown=True)
    assert [each.text for each in list_annotations(database, alice, hers.id)] == ["Launch"]


def test_a_link_shows_them_when_their_owner_says_so(
    database: Database, alice: str, hers: Tracker
) -> None:
    add_annotation(database, alice, hers.id, LAUNCH, 5)
    assert shown_annotations(database, hers) == []
    show_to_others(database, alice, hers.id, shown=True)
    shown = shown_annotations(database, find_tracker(database, alice, hers.id))
    assert [each.text for each in shown] == ["Launch"]


def test_a_tracker_has_so_many_and_takes_them_with_it(
    database: Database, alice: str, hers: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotating, "ANNOTATION_LIMIT", 2)
    for _ in range(2):
        add_annotation(database, alice, hers.id, LAUNCH, 5)
    with pytest.raises(Conflict):
        add_annotation(database, alice, hers.id, LAUNCH, 5)
    remove_tracker(database, alice, hers.id, 6)
    with seen_by_service(database) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Annotation)) == 0
