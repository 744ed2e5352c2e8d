"""``docs/privacy.md`` names everything that is kept of an event."""

from __future__ import annotations

from ezee.model.event import Bot, Event
from tests.docs.pages import first_column


def test_everything_that_is_kept_is_named() -> None:
    kept = [*Event.__struct_fields__, *(name for name in Bot.__struct_fields__ if name != "place")]
    kept.remove("event")
    assert sorted(first_column("docs/privacy.md", "## What is kept")) == sorted(kept)
