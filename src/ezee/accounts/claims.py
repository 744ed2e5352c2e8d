"""Claims: which tracker stands behind the number of an old counter.

A number is its first claimant's. Nobody can take it over but the operator, who can give it to
another tracker or set it free.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by, seen_by_service
from ezee.accounts.tables import OldCounter, Tracker
from ezee.errors import Conflict, FieldError, InvalidRequest, NotFound
from ezee.model.rules import MOST_START

LARGEST = 10**12
PATH_LIMIT = 2_000
CLAIM_LIMIT = 100
"""Of one account: a number that nobody needs should be left for whoever does."""


class Claim(NamedTuple):
    """What an old counter shows: see ``OldCounter``."""

    number: int
    site_id: str
    path: str
    start: int


def read_claim(given: Mapping[str, object]) -> tuple[int, str, int]:
    """Number, path and start of decoded JSON.

    Raises:
        InvalidRequest: one of them is wrong; each is named.
    """
    number, path, start = given.get("number"), given.get("path") or "", given.get("start") or 0
    errors = [
        FieldError(name, EXPECTED[name])
        for name, is_right in (
            ("number", _is_whole(number, 1, LARGEST)),
            ("path", _is_path(path)),
            ("start", _is_whole(start, 0, MOST_START)),
        )
        if not is_right
    ]
    if errors:
        raise InvalidRequest("; ".join(f"{name}: {text}" for name, text in errors), errors)
    assert isinstance(number, int)
    assert isinstance(start, int)
    return number, str(path), start


def add_claim(
    database: Database, viewer: str, tracker_id: str, given: Mapping[str, object], now: int
) -> OldCounter:
    """Claim a number for one of the viewer's trackers; one that it has is changed.

    Raises:
        InvalidRequest: a value is wrong. NotFound: the tracker is not the viewer's. Conflict: the
            number is claimed for another tracker, or the account has too many.
    """
    number, path, start = read_claim(given)
    try:
        with seen_by(database, viewer) as session:
            tracker = _tracker(session, tracker_id)
            claim = session.scalar(sa.select(OldCounter).where(OldCounter.number == number))
            if claim is None:
                _check_room(session)
                claim = _new(tracker, number, now)
                session.add(claim)
            elif claim.tracker_id != tracker_id:
                raise _taken(number)
            claim.path, claim.start = path, start
    except IntegrityError:
        raise _taken(number) from None
    return claim


def list_claims(database: Database, viewer: str, tracker_id: str) -> list[OldCounter]:
    """The numbers of one of the viewer's trackers.

    Raises:
        NotFound: the tracker does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        _tracker(session, tracker_id)
        of_tracker = sa.select(OldCounter).where(OldCounter.tracker_id == tracker_id)
        return list(session.scalars(of_tracker.order_by(OldCounter.number)))


def remove_claim(database: Database, viewer: str, tracker_id: str, number: int) -> None:
    """Give a number up, if the tracker has it: from then on anybody may claim it.

    Raises:
        NotFound: the tracker does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        _tracker(session, tracker_id)
        claim = session.scalar(
            sa.select(OldCounter).where(
                OldCounter.number == number, OldCounter.tracker_id == tracker_id
            )
        )
        if claim is not None:
            session.delete(claim)


def assign_claim(
    database: Database, tracker: Tracker, given: Mapping[str, object], now: int
) -> OldCounter:
    """Give a number to a tracker, whoever had it: for the operator.

    Raises:
        InvalidRequest: a value is wrong.
    """
    number, path, start = read_claim(given)
    with seen_by_service(database) as session:
        claim = session.get(OldCounter, number)
        if claim is None:
            claim = _new(tracker, number, now)
            session.add(claim)
        claim.user_id, claim.tracker_id = tracker.user_id, tracker.id
        claim.path, claim.start = path, start
    return claim


def release_claim(database: Database, number: int) -> None:
    """Set a number free, whoever has it: for the operator.

    Raises:
        NotFound: nobody has it.
    """
    with seen_by_service(database) as session:
        claim = session.get(OldCounter, number)
        if claim is None:
            raise NotFound(f"The number {number} is not claimed.")
        session.delete(claim)


def every_claim(database: Database) -> list[Claim]:
    """Every claim of everyone, for the service and its operator."""
    with seen_by_service(database) as session:
        rows = session.execute(
            sa.select(OldCounter.number, Tracker.site_id, OldCounter.path, OldCounter.start)
            .join(Tracker, Tracker.id == OldCounter.tracker_id)
            .order_by(OldCounter.number)
        )
        return [Claim(*row) for row in rows]


def _new(tracker: Tracker, number: int, now: int) -> OldCounter:
    return OldCounter(number=number, tracker_id=tracker.id, user_id=tracker.user_id, claimed_at=now)


def _tracker(session: Session, tracker_id: str) -> Tracker:
    tracker = session.scalar(sa.select(Tracker).where(Tracker.id == tracker_id))
    if tracker is None:
        raise NotFound
    return tracker


def _check_room(session: Session) -> None:
    claimed = len(list(session.scalars(sa.select(OldCounter.number))))
    if claimed >= CLAIM_LIMIT:
        raise Conflict(f"This account has {CLAIM_LIMIT} old counters, which is as many as it may.")


def _taken(number: int) -> Conflict:
    return Conflict(f"The number {number} is claimed for another tracker.")


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_path(value: object) -> bool:
    if not isinstance(value, str) or len(value) > PATH_LIMIT:
        return False
    return not value or (value.startswith("/") and value.isprintable())


EXPECTED = {
    "number": f"must be a whole number from 1 to {LARGEST:,}",
    "path": "must be the path of a page such as /guestbook.html, or empty for all pages",
    "start": f"must be a whole number from 0 to {MOST_START:,}",
}
