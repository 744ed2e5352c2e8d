"""Judging again what is stored: today's rules over what is kept of people's events and of bots'.

Of an event its features are kept, and of a declared crawler the token it named. So a rule that
looks at those can be tried again, either way. What only a whole agent string, an address or the
order of events can tell is not judged again: such bots stay bots.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ezee.events.bots.declared import judge_agent
from ezee.events.bots.features import FEATURE_RULES, Features, judge_features
from ezee.store.base import EventStore
from ezee.store.changes import Move, Rejudge
from ezee.store.looks import KeptFeatures


class Rejudged(NamedTuple):
    """Events of one day, the rule that decided on them, and the rule that would today.

    An empty rule stands for people.
    """

    day: int
    rule: str
    new_rule: str
    events: int


class Judgement(NamedTuple):
    """What would change of one tracker: for people to read, and for the store to do."""

    changes: list[Rejudged]
    moves: list[Move]


def judge_again(store: EventStore, site: int, spammers: frozenset[str]) -> Judgement:
    """What today's rules would change of a tracker's history. Blocks.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    counts: dict[tuple[int, str, str], int] = {}
    moves = []
    for move, events in _moves(store, site, spammers):
        moves.append(move)
        key = (move.day, move.rule, move.new_rule)
        counts[key] = counts.get(key, 0) + events
    return Judgement([Rejudged(*key, count) for key, count in sorted(counts.items())], moves)


def apply(store: EventStore, site: int, judgement: Judgement) -> int:
    """Carry a judgement out; returns how many events it moved.

    Raises:
        Unavailable: the store cannot do it for now; nothing has changed.
    """
    return store.change(Rejudge(site, judgement.moves)) if judgement.moves else 0


def _moves(store: EventStore, site: int, spammers: frozenset[str]) -> Iterator[tuple[Move, int]]:
    for row in store.look(KeptFeatures(site)):
        day, rule, category, token, browser, version, os, device, hints, referrer, events = row
        features = Features(
            str(browser), int(version), str(os), str(device), int(hints), str(referrer)
        )
        judged = (str(rule), str(category))
        verdict = _judge(judged, str(token), features, spammers)
        if verdict != judged:
            yield Move(int(day), str(rule), str(token), *features, *verdict), int(events)


def _judge(
    judged: tuple[str, str], token: str, features: Features, spammers: frozenset[str]
) -> tuple[str, str]:
    """Rule and category by today's rules, empty for people; as before where nothing can tell."""
    rule, _ = judged
    if rule and not token and rule not in FEATURE_RULES:
        return judged
    verdict = (judge_agent(token) if token else None) or judge_features(features, spammers)
    return (verdict.rule, str(verdict.category)) if verdict else ("", "")
