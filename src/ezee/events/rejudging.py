"""Judging again what is stored: today's rules over what is kept of people's events and of bots'.

Of an event its features are kept, and of a declared crawler the token it named. So a rule that
looks at those can be tried again, either way. What only a whole agent string, an address or the
order of events can tell is not judged again: such bots stay bots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ezee.events.bots.declared import judge_agent
from ezee.events.bots.features import FEATURE_RULES, Features, judge_features
from ezee.store.base import EventStore
from ezee.store.changes import Move, Rejudge
from ezee.store.looks import KeptFeatures

Judged = tuple[str, str]
"""Rule and category."""

PERSON: Judged = ("", "")


class Rejudged(NamedTuple):
    """Events of one day, how they were judged, and how today's rules judge them."""

    day: int
    was: Judged
    becomes: Judged
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
    counts: Counter[tuple[int, Judged, Judged]] = Counter()
    moves = []
    for move, rejudged in _moves(store, site, spammers):
        moves.append(move)
        counts[rejudged[:3]] += rejudged.events
    return Judgement([Rejudged(*key, count) for key, count in sorted(counts.items())], moves)


def apply(store: EventStore, site: int, judgement: Judgement) -> int:
    """Carry a judgement out; returns how many events it moved.

    Raises:
        Unavailable: the store cannot do it for now; nothing has changed.
    """
    return store.change(Rejudge(site, judgement.moves)) if judgement.moves else 0


def _moves(
    store: EventStore, site: int, spammers: frozenset[str]
) -> Iterator[tuple[Move, Rejudged]]:
    for row in store.look(KeptFeatures(site)):
        day, rule, category, token, browser, version, os, device, hints, referrer, events = row
        features = Features(
            str(browser), int(version), str(os), str(device), int(hints), str(referrer)
        )
        was = (str(rule), str(category))
        becomes = _judge(was, str(token), features, spammers)
        if becomes != was:
            yield (
                Move(int(day), str(rule), str(token), *features, *becomes),
                Rejudged(int(day), was, becomes, int(events)),
            )


_judge_token = lru_cache(maxsize=1_000)(judge_agent)


def _judge(was: Judged, token: str, features: Features, spammers: frozenset[str]) -> Judged:
    """By today's rules; as before where nothing can tell."""
    rule, _ = was
    if rule and not token and rule not in FEATURE_RULES:
        return was
    verdict = (_judge_token(token) if token else None) or judge_features(
        features, features.hints, features.referrer, spammers
    )
    return (verdict.rule, str(verdict.category)) if verdict else PERSON
