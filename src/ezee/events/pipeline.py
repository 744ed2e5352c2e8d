"""An event's way from what came in to what is stored, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from ezee.events.bots.rates import TOO_MANY
from ezee.events.draft import Draft
from ezee.events.steps.agent import told_of
from ezee.events.steps.bot import hints_of, is_nameless, is_too_fast, verdict_of
from ezee.events.steps.dropping import reason_to_drop
from ezee.events.steps.identity import id_of, kind_of, props_of, title_of
from ezee.events.steps.language import language_of
from ezee.events.steps.money import money_of
from ezee.events.steps.page import read_page
from ezee.events.steps.place import place_of
from ezee.events.steps.screen import screen_of
from ezee.events.steps.source import origin_of
from ezee.events.steps.stamp import is_verified
from ezee.events.steps.time import instant_of
from ezee.events.steps.visitor import visitor_of
from ezee.model.calendar import local_hour
from ezee.model.event import Bot, DropReason, Event


class Drop(NamedTuple):
    """That an event is not counted; ``day`` is its local one."""

    reason: DropReason
    day: int


def read_event(draft: Draft, *, anyway: bool = False) -> Event | Bot | Drop:
    """Read an event, unless there is a reason to drop it that is not to be ignored ``anyway``.

    Raises:
        InvalidRequest: the event cannot have happened when it says it did.
    """
    payload, site = draft.payload, draft.site
    at = instant_of(draft)
    day, hour, offset = local_hour(at, site.timezone)
    url, path, page = read_page(payload.url, site.rules.page_rules)
    country, region, city = place_of(draft)
    reason = reason_to_drop(draft, day, url.authority, path, country)
    if reason is not None and not anyway:
        return Drop(reason, day)

    kind, name = kind_of(payload.name)
    amount, currency = money_of(payload.value, payload.currency)
    told = told_of(draft.user_agent, draft.signals.hints)
    browser, version = told.browser, told.version
    referrer, source = origin_of(draft, url)
    by, medium, campaign, term, content = source.campaign
    hints = hints_of(draft, told)
    verdict = verdict_of(draft, told, hints, referrer)
    if verdict is not None and is_nameless(verdict):
        browser, version = "", 0
    visitor, population = visitor_of(draft, day)
    if verdict is None and is_too_fast(draft, visitor):
        verdict = TOO_MANY

    event = Event(
        site.key, day, hour, offset, at, draft.received_at, visitor,
        id_of(site.site_id, payload.id), kind, name, path, page, title_of(payload.title),
        referrer, source.name, source.channel, by, medium, campaign, term, content,
        country, region, city, browser, version, told.os, told.device, hints,
        screen_of(payload.screen_width), language_of(payload.language), props_of(payload.props),
        amount, currency, payload.interactive is not False, population, draft.judged,
        is_verified(draft),
    )  # fmt: skip
    return event if verdict is None else Bot(event, *verdict)


def in_place(reads: Iterable[object]) -> list[Bot]:
    """The bots among what was read of one batch, each with its place among the counted events."""
    counted = 0
    bots = []
    for read in reads:
        if isinstance(read, Bot):
            bots.append(replace(read, place=counted))
        counted += isinstance(read, Event)
    return bots
