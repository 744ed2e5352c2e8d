"""How an event would be read: what an owner asks who wonders why one is, or is not, counted."""

from __future__ import annotations

import msgspec

from ezee.events.draft import Draft
from ezee.events.steps.identity import PAGEVIEW
from ezee.model.event import DropReason


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


def explain(draft: Draft, dropped: DropReason | None, visit: str | None) -> Explanation:
    """The explanation of a draft that has been through every step."""
    return Explanation(
        verdict="human" if draft.verdict is None else "bot",
        rule=None if draft.verdict is None else draft.verdict[0],
        dropped=dropped,
        event=Reading(
            name=draft.name or PAGEVIEW,
            page=draft.page,
            referrer=draft.referrer,
            source=draft.source,
            channel=draft.channel,
            country=draft.country,
            browser=draft.browser,
            os=draft.os,
            device=draft.device,
            screen=draft.screen,
            language=draft.language,
        ),
        visit=visit,
    )
