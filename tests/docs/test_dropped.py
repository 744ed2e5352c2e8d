"""``docs/dropped.md`` has every reason, and shows what is answered."""

from __future__ import annotations

import msgspec

from ezee.model.event import DropReason
from ezee.stats.dropped import REASONS
from ezee.web.api.dropped import DroppedAnswer
from tests.docs.pages import blocks, first_column, page

PAGE = "docs/dropped.md"


def test_every_reason_is_there_in_the_order_of_the_code() -> None:
    assert first_column(PAGE, "## Reasons") == list(DropReason)


def test_what_is_counted_nowhere_is_told() -> None:
    told = page(PAGE).split("Counted nowhere", 1)[1]
    assert [reason for reason in DropReason if f"- `{reason}`:" in told] == [
        reason for reason in DropReason if reason not in REASONS
    ]


def test_the_answer_shown_is_one_that_is_given() -> None:
    (example,) = [block.text for block in blocks(PAGE) if block.language == "json"]
    report = msgspec.json.decode(example, type=DroppedAnswer).data
    counts = {each.reason: each.count for each in report.reasons}
    bots = [rule.count for each in report.reasons for rule in each.rules or ()]
    assert (set(counts), sum(counts.values())) == (set(REASONS), report.total)
    assert sum(bots) == counts[DropReason.BOT]
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    for day in report.days:
        assert list(day) == ["day", *REASONS]
    for reason, count in counts.items():
        assert sum(int(day[reason]) for day in report.days) == count
