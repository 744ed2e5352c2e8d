"""Whether a person made the event, or a program; see ``docs/bots.md``."""

from __future__ import annotations

from ezee.events.bots.features import FEATURE_RULES, judge_features, request_hints
from ezee.events.bots.networks import NO_NETWORKS
from ezee.events.bots.rates import TOO_MANY
from ezee.events.draft import Draft


def put_verdict(draft: Draft) -> None:
    """Judge the event by its agent and features, unless an import said to count everything."""
    surroundings = draft.surroundings
    language, networks = draft.signals.language, surroundings.networks
    if not language or networks is not NO_NETWORKS:
        data_centre = networks.has(draft.address)
        draft.hints |= request_hints(language=language, data_centre=data_centre)
    if not draft.judged:
        return
    verdict = draft.declared or judge_features(draft, surroundings.spammers)
    if verdict is not None:
        draft.verdict = verdict
        if verdict.rule not in FEATURE_RULES:
            # A program's family is the name it gives itself; what is kept of that is the token.
            draft.browser, draft.version = "", 0


def put_rate_verdict(draft: Draft) -> None:
    """Judge the event by how many its visitor sends.

    What the owner vouches for is not judged, nor is what comes from this very machine.
    """
    rates = draft.surroundings.rates
    if rates is None or draft.trusted or draft.import_id or draft.verdict is not None:
        return
    if draft.address.startswith("127.") or draft.address == "::1":
        return
    if rates.is_absurd(draft.visitor, draft.received_at):
        draft.verdict = TOO_MANY
