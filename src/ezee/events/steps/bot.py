"""Whether a person made the event, or a program; see ``docs/bots.md``."""

from __future__ import annotations

from functools import lru_cache

from ezee.events.bots.declared import judge_agent
from ezee.events.bots.features import (
    FEATURE_RULES,
    Features,
    browser_hints,
    judge_features,
    request_hints,
)
from ezee.events.bots.rates import TOO_MANY
from ezee.events.bots.verdict import Verdict
from ezee.events.client_hints import ClientHints
from ezee.events.draft import Draft

_LONGEST = 1_000


def put_verdict(draft: Draft) -> None:
    """Judge the event by its agent and features, unless an import said to count everything."""
    surroundings, signals = draft.surroundings, draft.signals
    browser, declared = _told(draft.user_agent[:_LONGEST], signals.hints)
    draft.hints = browser | request_hints(
        language=signals.language, data_centre=surroundings.networks.has(draft.address)
    )
    if draft.judged:
        draft.verdict = declared or judge_features(
            Features(
                draft.browser, draft.version, draft.os, draft.device, draft.hints, draft.referrer
            ),
            surroundings.spammers,
        )
    if draft.verdict is not None and draft.verdict.rule not in FEATURE_RULES:
        # A program's family is the name it gives itself; what is kept of that is the token.
        draft.browser, draft.version = "", 0


@lru_cache(maxsize=20_000)
def _told(user_agent: str, hints: ClientHints) -> tuple[int, Verdict | None]:
    """The bits of ``Hint`` that a browser tells, and the verdict on its agent."""
    return browser_hints(user_agent, hints), judge_agent(user_agent)


def put_rate_verdict(draft: Draft) -> None:
    """Judge the event by how many its visitor sends.

    What the owner vouches for is not judged, nor is what comes from this very machine.
    """
    rates = draft.surroundings.rates
    if rates is None or draft.trusted or draft.import_id or draft.verdict is not None:
        return
    if draft.address.startswith("127.") or draft.address == "::1":
        return
    if rates.is_absurd((draft.site.key, draft.visitor), draft.received_at):
        draft.verdict = TOO_MANY
