"""How an event would be read: what an owner asks who wonders why one is, or is not, counted."""

from __future__ import annotations

import msgspec

from ezee.events.steps.identity import PAGEVIEW
from ezee.model.event import Bot, DropReason, Event


class Reading(msgspec.Struct, frozen=True):
    """What would be stored of the event, for those who may see it: nothing of the visitor."""

    name: str
    page: str
    referrer: str
    source: str
    channel: str
    country: str
    browser: str
    os: str
    device: str
    screen: str
    language: str


class Explanation(msgspec.Struct, frozen=True):
    """The verdict on an event.

    ``verdict`` is ``human`` or ``bot``, ``rule`` names what decided for the latter. ``dropped`` is
    the reason why it would not be counted. ``visit`` is ``new`` or ``continued``, None where it is
    not counted or its address is not the sender's own.
    """

    verdict: str
    rule: str | None
    dropped: DropReason | None
    event: Reading
    visit: str | None


def explain(read: Event | Bot, dropped: DropReason | None, visit: str | None) -> Explanation:
    """The explanation of an event that was read, dropped or not."""
    event, rule = (read.event, read.rule) if isinstance(read, Bot) else (read, None)
    return Explanation(
        verdict="human" if rule is None else "bot",
        rule=rule,
        dropped=dropped,
        event=Reading(
            name=event.name or PAGEVIEW,
            page=event.page,
            referrer=event.referrer,
            source=event.source,
            channel=event.channel,
            country=event.country,
            browser=event.browser,
            os=event.os,
            device=event.device,
            screen=event.screen,
            language=event.language,
        ),
        visit=visit,
    )
