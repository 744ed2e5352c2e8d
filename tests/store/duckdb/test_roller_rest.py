"""How long the roller rests after a look."""

from __future__ import annotations

from ezee.store.duckdb.roller import Roller


def test_events_in_bulk_make_it_rest_for_longer_once() -> None:
    roller = Roller(lambda after: (after, []), lambda *_: None, lambda: False)
    usual = roller._rest_factor()
    roller.expect_more()
    assert roller._rest_factor() > usual
    assert roller._rest_factor() == usual
    roller.stop()
