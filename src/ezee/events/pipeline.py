"""The steps every event takes, in order. This tuple is the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from ezee.events.draft import Draft
from ezee.events.steps.agent import put_agent
from ezee.events.steps.bot import put_rate_verdict, put_verdict
from ezee.events.steps.exclusion import drop_excluded, drop_other_hosts
from ezee.events.steps.identity import put_identity
from ezee.events.steps.language import put_language
from ezee.events.steps.money import put_money
from ezee.events.steps.page import put_page
from ezee.events.steps.place import put_place
from ezee.events.steps.retention import drop_expired
from ezee.events.steps.screen import put_screen
from ezee.events.steps.source import put_source
from ezee.events.steps.stamp import put_stamp
from ezee.events.steps.time import put_time
from ezee.events.steps.visitor import put_visitor
from ezee.events.steps.wish import drop_opted_out
from ezee.model.event import Bot, DropReason, Event

Step = Callable[[Draft], DropReason | None]

STEPS: tuple[Step, ...] = (
    put_identity,
    put_time,
    drop_expired,
    put_page,
    drop_opted_out,
    drop_other_hosts,
    put_place,
    drop_excluded,
    put_agent,
    put_source,
    put_verdict,
    put_screen,
    put_language,
    put_money,
    put_stamp,
    put_visitor,
    put_rate_verdict,
)


def read_anyway(draft: Draft) -> DropReason | None:
    """Take a draft through every step, dropped or not; returns the first reason to drop it.

    Raises:
        InvalidRequest: the event cannot have happened when it says it did.
    """
    reasons = [step(draft) for step in STEPS]
    return next((reason for reason in reasons if reason is not None), None)


def in_place(reads: Iterable[object]) -> list[Bot]:
    """The bots among what was read of one batch, each with its place among the counted events."""
    counted = 0
    bots = []
    for read in reads:
        if isinstance(read, Bot):
            bots.append(replace(read, place=counted))
        counted += isinstance(read, Event)
    return bots


def read_event(draft: Draft) -> Event | Bot | DropReason:
    """Take a draft through every step; the first that drops it has the last word.

    Raises:
        InvalidRequest: the event cannot have happened when it says it did.
    """
    for step in STEPS:
        reason = step(draft)
        if reason is not None:
            return reason
    event = draft.finish()
    return event if draft.verdict is None else Bot(event, *draft.verdict)
