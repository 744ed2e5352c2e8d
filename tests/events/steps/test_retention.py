"""Days whose events have expired get no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.pipeline import read_event
from ezee.events.steps.retention import drop_expired
from ezee.model.event import DropReason, Event
from ezee.model.rules import SiteRules
from tests.support.events import NOON, draft, site

TODAY = NOON // 86_400_000


@pytest.mark.parametrize(
    ("kept_from", "reason"),
    [(0, None), (TODAY, None), (TODAY + 1, DropReason.BEYOND_RETENTION)],
)
def test_from_the_first_day_that_is_kept(
    tmp_path: Path, kept_from: int, reason: DropReason | None
) -> None:
    made = draft(tmp_path, site=site(rules=SiteRules(kept_from=kept_from)))
    made.day = TODAY
    assert drop_expired(made) is reason


def test_a_program_is_told_the_same(tmp_path: Path) -> None:
    """Its event would be kept as well."""
    for days, expected in ((0, Event), (1, DropReason)):
        rules = SiteRules(kept_from=TODAY + days)
        assert isinstance(read_event(draft(tmp_path, site=site(rules=rules))), expected)
    crawler = draft(tmp_path, site=site(rules=rules), user_agent="Googlebot/2.1")
    assert read_event(crawler) is DropReason.BEYOND_RETENTION
