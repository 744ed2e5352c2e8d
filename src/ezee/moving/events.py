"""Moving the events of a data folder to a cluster, or back, while a service runs on them.

First what there is is copied, and what comes meanwhile after it. Then what comes is held in the
folder, the last of it is copied, and both houses are compared: rows, and what they answer. Only
then the new one is used. Until that moment nothing has changed where the events are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ezee.accounts.database import Database
from ezee.accounts.directory import site_config
from ezee.accounts.policy import readable_by_operator
from ezee.accounts.trackers import every_tracker
from ezee.errors import SetupError
from ezee.moving.comparing import compare_answers, compare_expired, compare_rows, compare_tallies
from ezee.moving.copying import (
    Said,
    copy_events,
    copy_expired,
    copy_rest,
    copy_tallies,
    extents,
    kept_from,
    patiently,
)
from ezee.settings import FOLDER, Settings
from ezee.store.base import EventStore
from ezee.store.changes import BeginMove, EndMove, Hold, MoveOver
from ezee.store.choice import open_cluster, open_engine
from ezee.store.houses import MOVING, moving_alone
from ezee.store.looks import EveryTally
from ezee.store.open import OpenStore

# So little is left that it is copied while what comes is held; or so often was it tried.
_LITTLE = 5_000
_ROUNDS = 10
_THERE = "The events are {where} already."
_NOT_EMPTY = (
    "That database has events already. Name an empty one, or one that does not exist yet. "
    "Nothing was changed."
)


class Moved(NamedTuple):
    """How many events, people's and bots', and counters are in the new house, and how many
    questions both have answered alike.
    """

    events: int
    bots: int
    counters: int
    answers: int


def move_events(settings: Settings, database: Database, to: str, now: int, said: Said) -> Moved:
    """Move the events of a folder to a cluster's address, or to ``FOLDER``. Blocks.

    Raises:
        SetupError: it cannot be done, or the copy is not what is there. Unavailable: one of the
            two does not answer for long. Nothing has changed where the events are.
    """
    if bool(settings.events) == (to != FOLDER):
        raise SetupError(_THERE.format(where="in the data folder" if to == FOLDER else "elsewhere"))
    opened = OpenStore(settings.data, events=settings.events)
    with moving_alone(settings.data), opened as source:
        was_begun = patiently(source.change, BeginMove(to))
        try:
            moved = _copy_all(settings, database, source, _Target(to, bool(was_begun)), now, said)
            source.change(MoveOver(to))
        except BaseException as failure:
            source.change(EndMove(forget=isinstance(failure, _NotEmpty)))
            raise
    return moved


class _NotEmpty(SetupError):
    default = _NOT_EMPTY


class _Target(NamedTuple):
    to: str
    was_begun: bool


def _copy_all(  # noqa: PLR0917
    settings: Settings,
    database: Database,
    source: EventStore,
    aim: _Target,
    now: int,
    said: Said,
) -> Moved:
    with _opened(settings, aim) as target:
        if not aim.was_begun and _has_anything(target):
            raise _NotEmpty
        for _ in range(_ROUNDS):
            if copy_events(source, target, said) < _LITTLE:
                break
        patiently(source.change, Hold())
        copy_events(source, target, said)
        sites = [readable_by_operator(site_config(each)) for each in every_tracker(database)]
        keys = {site.key for site in sites} | {site for site, _ in extents(source)}
        copy_expired(source, target)
        copy_rest(source, target, sorted(keys))
        compare_rows(source, target)
        compare_expired(source, target)
        answers = compare_answers(source, target, sites, now, said)
        patiently(source.change, Hold(tallies=True))
        copy_tallies(source, target)
        compare_tallies(source, target)
        found = target.describe()
        counters = len(target.look(EveryTally("")))
    return Moved(found.events, found.bots, counters, answers)


def _has_anything(store: EventStore) -> bool:
    return bool(extents(store) or store.look(EveryTally("")) or kept_from(store))


@contextmanager
def _opened(settings: Settings, aim: _Target) -> Iterator[EventStore]:
    """The new house. It is closed before it is moved into."""
    if aim.to == FOLDER:
        folder = settings.data / MOVING
        folder.mkdir(mode=0o700, exist_ok=True)
        store = open_engine(folder, "")
    else:
        store = open_cluster(aim.to)
    try:
        yield store
    finally:
        store.close()
