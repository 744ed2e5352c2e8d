"""The first reason not to count an event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ezee.events.pipeline import Drop, read_event
from ezee.events.signals import Signals
from ezee.events.steps.dropping import reason_to_drop
from ezee.model.event import Bot, DropReason, Event
from ezee.model.exclusions import Exclusions
from ezee.model.rules import SiteRules
from tests.support.events import NOON, draft, site
from tests.support.service import BROWSER

TODAY = NOON // 86_400_000
EXPIRED = {"kept_from": TODAY + 1}
HOSTS, PATHS = {"hostnames": ("other.example",)}, {"paths": ("/admin",)}


@pytest.mark.parametrize(
    ("rules", "excluded", "gpc", "reason"),
    [
        (EXPIRED, HOSTS, True, DropReason.BEYOND_RETENTION),
        ({"kept_from": TODAY}, HOSTS | PATHS, True, DropReason.OPTED_OUT),
        ({}, HOSTS | PATHS, False, DropReason.HOSTNAME),
        ({}, PATHS, False, DropReason.EXCLUDED),
        ({}, {}, False, None),
        ({"kept_from": TODAY}, {}, False, None),
    ],
)
def test_the_first_one_is_told(
    tmp_path: Path,
    rules: dict[str, Any],
    excluded: dict[str, Any],
    gpc: bool,
    reason: DropReason | None,
) -> None:
    tracker = site(rules=SiteRules(exclusions=Exclusions(**excluded), **rules))
    made = draft(tmp_path, site=tracker, signals=Signals(gpc=gpc))
    assert reason_to_drop(made, TODAY, "example.com", "/admin", "NL") is reason


def test_a_program_is_told_the_same(tmp_path: Path) -> None:
    """Its event would be kept as well."""
    kept, expired = (site(rules=SiteRules(kept_from=TODAY + days)) for days in (0, 1))
    for agent, read in ((BROWSER, Event), ("Googlebot/2.1", Bot)):
        assert isinstance(read_event(draft(tmp_path, site=kept, user_agent=agent)), read)
        told = read_event(draft(tmp_path, site=expired, user_agent=agent))
        assert told == Drop(DropReason.BEYOND_RETENTION, TODAY)
