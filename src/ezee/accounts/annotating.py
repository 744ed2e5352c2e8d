"""Annotations: what happened on a day of a tracker, in its owner's words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import MAXYEAR, date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by
from ezee.accounts.tables import Annotation, Tracker
from ezee.accounts.trackers import owned_tracker
from ezee.errors import Conflict, FieldError, InvalidRequest, NotFound

TEXT_LIMIT = 200
ANNOTATION_LIMIT = 1_000
"""Of one tracker."""


def add_annotation(
    database: Database, viewer: str, tracker_id: str, given: Mapping[str, object], now: int
) -> Annotation:
    """Annotate a day of one of the viewer's trackers, in decoded JSON: ``day`` and ``text``.

    Raises:
        InvalidRequest: one of them is wrong; each is named. NotFound: the tracker is not the
            viewer's. Conflict: it has as many as it may.
    """
    day, text = _checked(given, {"day": None, "text": None})
    with seen_by(database, viewer) as session:
        tracker = owned_tracker(session, tracker_id)
        _check_room(session, tracker_id)
        made = Annotation(
            id=str(uuid.uuid4()),
            user_id=tracker.user_id,
            tracker_id=tracker_id,
            day=day,
            text=text,
            created_at=now,
        )
        session.add(made)
    return made


def list_annotations(database: Database, viewer: str, tracker_id: str) -> list[Annotation]:
    """Those of one of the viewer's trackers, by day, then as they were made.

    Raises:
        NotFound: the tracker does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        if session.scalar(sa.select(Tracker.id).where(Tracker.id == tracker_id)) is None:
            raise NotFound
        return _sorted(session, tracker_id)


def shown_annotations(database: Database, tracker: Tracker) -> list[Annotation]:
    """Those that whoever has the link to a tracker's report may see: none unless its owner says."""
    if not tracker.share_annotations:
        return []
    with seen_by(database, tracker.user_id) as session:
        return _sorted(session, tracker.id)


def change_annotation(
    database: Database,
    viewer: str,
    tracker_id: str,
    annotation_id: str,
    given: Mapping[str, object],
) -> Annotation:
    """Change the day or the text, or both; what is not given, or None, stays.

    Raises:
        InvalidRequest: one of them is wrong; each is named. NotFound: it is not the viewer's.
    """
    _checked(given, {"day": "", "text": ""})
    with seen_by(database, viewer) as session:
        row = _annotation(session, tracker_id, annotation_id)
        row.day, row.text = _checked(given, {"day": row.day, "text": row.text})
    return row


def remove_annotation(database: Database, viewer: str, tracker_id: str, annotation_id: str) -> None:
    """Remove one.

    Raises:
        NotFound: it does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        session.delete(_annotation(session, tracker_id, annotation_id))


def show_to_others(database: Database, viewer: str, tracker_id: str, *, shown: bool) -> None:
    """Say whether the report behind the link of one of the viewer's trackers shows them.

    Raises:
        NotFound: the tracker does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        owned_tracker(session, tracker_id).share_annotations = shown


def _annotation(session: Session, tracker_id: str, annotation_id: str) -> Annotation:
    row = session.scalar(
        sa.select(Annotation).where(
            Annotation.id == annotation_id, Annotation.tracker_id == tracker_id
        )
    )
    if row is None:
        raise NotFound
    return row


def _sorted(session: Session, tracker_id: str) -> list[Annotation]:
    of_tracker = sa.select(Annotation).where(Annotation.tracker_id == tracker_id)
    order = (Annotation.day, Annotation.created_at, Annotation.id)
    return list(session.scalars(of_tracker.order_by(*order)))


def _check_room(session: Session, tracker_id: str) -> None:
    of_tracker = sa.select(sa.func.count()).where(Annotation.tracker_id == tracker_id)
    if (session.scalar(of_tracker) or 0) >= ANNOTATION_LIMIT:
        raise Conflict(f"This tracker has {ANNOTATION_LIMIT:,} annotations, the most it may have.")


def _checked(given: Mapping[str, object], current: Mapping[str, str | None]) -> tuple[str, str]:
    """Day and text, those of ``current`` where none is given."""
    values: dict[str, str] = {}
    errors = []
    for name, read in (("day", _day), ("text", _text)):
        value = given.get(name)
        found = current[name] if value is None else read(value)
        if found is None:
            errors.append(FieldError(name, EXPECTED[name]))
        else:
            values[name] = found
    if errors:
        raise InvalidRequest("; ".join(f"{name}: {text}" for name, text in errors), errors)
    return values["day"], values["text"]


def _day(value: object) -> str | None:
    try:
        day = date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return None
    # fromisoformat also reads 20261025 and 2026-W43-7.
    return value if str(day) == value and 1970 <= day.year < MAXYEAR else None


def _text(value: object) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if 1 <= len(text) <= TEXT_LIMIT and text.isprintable() else None


EXPECTED = {
    "day": "must be a date such as 2026-10-25",
    "text": f"must be text of 1 to {TEXT_LIMIT} printable characters",
}
