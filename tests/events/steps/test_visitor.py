"""Visitors are hashes that end with their day."""

from __future__ import annotations

from pathlib import Path

from ezee.events.draft import Draft
from ezee.events.pipeline import read_event
from ezee.events.steps.visitor import visitor_hash
from ezee.model.event import Event, Population
from ezee.store.salts import Salts
from tests.support.events import NOON, draft, site
from tests.support.service import BROWSER

DAY = 86_400_000


def read(made: Draft) -> Event:
    event = read_event(made)
    assert isinstance(event, Event)
    return event


def test_the_same_person_is_the_same_visitor_all_day(tmp_path: Path) -> None:
    salts = Salts(tmp_path)
    first = read(draft(tmp_path, salts=salts))
    again = read(draft(tmp_path, salts=salts, received_at=NOON + 3_600_000))
    assert first.visitor == again.visitor
    assert 0 <= first.visitor < 2**64
    assert first.population is Population.LIVE


def test_another_address_agent_day_or_tracker_is_another_visitor(tmp_path: Path) -> None:
    salts = Salts(tmp_path)
    drafts = [
        draft(tmp_path, salts=salts),
        draft(tmp_path, salts=salts, address="203.0.113.8"),
        draft(tmp_path, salts=salts, user_agent=BROWSER.replace("Windows", "Linux")),
        draft(tmp_path, salts=salts, received_at=NOON + DAY),
        draft(tmp_path, salts=salts, site=site(site_id="ezi_00000000000b")),
    ]
    assert len({read(made).visitor for made in drafts}) == len(drafts)


def test_a_day_whose_salt_is_gone_has_visitors_of_its_own(tmp_path: Path) -> None:
    salts = Salts(tmp_path)
    live = read(draft(tmp_path, salts=salts))
    late = read(
        draft(
            tmp_path,
            salts=salts,
            trusted=True,
            timestamp="2026-03-10T12:00:00Z",
            received_at=NOON + 3 * DAY,
        )
    )
    assert late.day == live.day
    assert late.population is Population.BACKFILL
    assert late.visitor != live.visitor


def test_imports_are_a_population_of_their_own_each(tmp_path: Path) -> None:
    salts = Salts(tmp_path)
    live = read(draft(tmp_path, salts=salts))
    one, two = (read(draft(tmp_path, salts=salts, import_id=number)) for number in (1, 2))
    assert one.population is two.population is Population.IMPORT
    assert len({live.visitor, one.visitor, two.visitor}) == 3


def test_address_and_agent_cannot_be_confused() -> None:
    salt = bytes(16)
    assert visitor_hash(salt, "a", "bc") != visitor_hash(salt, "ab", "c")
    assert visitor_hash(salt, "a", "b") != visitor_hash(bytes([1] * 16), "a", "b")


def test_nothing_of_the_sender_is_in_the_event(tmp_path: Path) -> None:
    made = read(draft(tmp_path, address="203.0.113.99", user_agent=f"{BROWSER} Unmistakable/1.0"))
    text = repr(made)
    assert "203.0.113" not in text
    assert "Unmistakable" not in text
