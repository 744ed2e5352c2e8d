"""The tally of what was not counted."""

from __future__ import annotations

from ezee.events.ledger import NOTHING, Ledger
from ezee.model.event import DropReason, Drops


def test_one_number_for_each_tracker_day_and_reason() -> None:
    ledger = Ledger()
    assert not ledger
    for site, day, reason in (
        (1, 10, DropReason.EXCLUDED),
        (1, 10, DropReason.EXCLUDED),
        (1, 10, DropReason.HOSTNAME),
        (1, 11, DropReason.EXCLUDED),
        (2, 10, DropReason.EXCLUDED),
    ):
        ledger.note(site, day, reason)
    assert ledger
    assert ledger.take().drops == [
        Drops(1, 10, "excluded", 2),
        Drops(1, 10, "hostname", 1),
        Drops(1, 11, "excluded", 1),
        Drops(2, 10, "excluded", 1),
    ]


def test_what_was_taken_stays_the_same_until_it_is_entered() -> None:
    ledger = Ledger()
    assert ledger.take() == NOTHING
    ledger.note(1, 10, DropReason.EXCLUDED)
    first = ledger.take()
    ledger.note(1, 10, DropReason.EXCLUDED)
    assert ledger.take() == first
    ledger.entered()
    second = ledger.take()
    assert second.drops == first.drops
    assert second.number != first.number
    assert ledger
    ledger.entered()
    assert not ledger
    assert ledger.take() == NOTHING


def test_a_number_is_never_that_of_nothing_and_fits_64_bits() -> None:
    ledger = Ledger()
    for _ in range(1000):
        ledger.note(1, 10, DropReason.EXCLUDED)
        assert 0 < ledger.take().number < 2**63
        ledger.entered()
