"""Whether a person made the event, or a program; see ``docs/bots.md``."""

from __future__ import annotations

from ezee.events.bots.features import FEATURE_RULES, judge_features, request_hints
from ezee.events.bots.networks import NO_NETWORKS
from ezee.events.bots.verdict import Verdict
from ezee.events.draft import Draft
from ezee.events.steps.agent import Told


def hints_of(draft: Draft, told: Told) -> int:
    """The bits of ``Hint`` that agent and request tell."""
    language, networks = draft.signals.language, draft.surroundings.networks
    if language and networks is NO_NETWORKS:
        return told.hints
    return told.hints | request_hints(language=language, data_centre=networks.has(draft.address))


def verdict_of(draft: Draft, told: Told, hints: int, referrer: str) -> Verdict | None:
    """What agent and features tell, unless an import said to count everything."""
    if not draft.judged:
        return None
    spammers = draft.surroundings.spammers
    return told.declared or judge_features(told, hints, referrer, spammers)


def is_nameless(verdict: Verdict) -> bool:
    """Whether no browser is kept of such a program.

    Its family would be the name it gives itself; what is kept of that is the token.
    """
    return verdict.rule not in FEATURE_RULES


def is_too_fast(draft: Draft, visitor: int) -> bool:
    """Whether the visitor sends more events than a person makes.

    What the owner vouches for is not judged, nor is what comes from this very machine.
    """
    rates, address = draft.surroundings.rates, draft.address
    if rates is None or draft.trusted or draft.import_id:
        return False
    if address.startswith("127.") or address == "::1":
        return False
    return rates.is_absurd(visitor, draft.received_at)
