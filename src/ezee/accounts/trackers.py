"""Trackers, as their owners see and change them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ezee.accounts import erasures
from ezee.accounts.aliases import check_free, keep_names
from ezee.accounts.database import Database
from ezee.accounts.domains import normal_domain
from ezee.accounts.policy import seen_by, seen_by_service
from ezee.accounts.rules import FIELDS as RULES
from ezee.accounts.rules import changed_rules
from ezee.accounts.service_key import new_nonce, opt_out_key, signing_secret
from ezee.accounts.tables import Tracker
from ezee.errors import Conflict, FieldError, InvalidRequest, NotFound
from ezee.model.calendar import find_zone
from ezee.model.rules import DEFAULT_RULES, SiteRules

NAME_LIMIT = 200
HOSTNAME_LIMIT = 50


class TrackerChange(msgspec.Struct, frozen=True):
    """New values for a tracker, not checked yet; what is None stays as it is."""

    name: str | None = None
    domain: str | None = None
    timezone: str | None = None
    hostnames: Sequence[str] | None = None
    public_stats: bool | None = None
    page_rules: Mapping[str, object] | None = None
    exclusions: Mapping[str, object] | None = None
    respect_gpc: bool | None = None
    respect_dnt: bool | None = None
    places: str | None = None
    counter: bool | None = None
    counter_start: int | None = None
    aliases: Sequence[str] | None = None
    keep_months: int | None = None


def add_tracker(
    database: Database, viewer: str, change: TrackerChange, now: int, *, demo: bool = False
) -> Tracker:
    """Add a tracker for the viewer. Name and domain must be given. A ``demo`` is labelled as one.

    Raises:
        InvalidRequest: a value is wrong. Conflict: the account tracks that domain already, or an
            alias is another tracker's.
    """
    values = _checked(change, required=("name", "domain"))
    tracker = Tracker(
        id=str(uuid.uuid4()),
        user_id=viewer,
        site_id=f"ezi_{secrets.token_hex(6)}",
        created_at=now,
        demo=demo,
        rules=_new_rules(DEFAULT_RULES, change),
        **{"timezone": "UTC", "hostnames": [], "public_stats": True, **values},
    )
    check_free(database, rules_of(tracker).aliases, tracker.id)
    try:
        with seen_by(database, viewer) as session:
            session.add(tracker)
            session.flush()
            keep_names(session, tracker)
    except IntegrityError:
        raise _taken(tracker.domain) from None
    return tracker


def list_trackers(database: Database, viewer: str) -> list[Tracker]:
    """The viewer's trackers, by ``created_at``, then ``id``."""
    with seen_by(database, viewer) as session:
        return list(session.scalars(sa.select(Tracker).order_by(Tracker.created_at, Tracker.id)))


def find_tracker(database: Database, viewer: str, tracker_id: str) -> Tracker:
    """One of the viewer's trackers.

    Raises:
        NotFound: it does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        tracker = session.scalar(sa.select(Tracker).where(Tracker.id == tracker_id))
    if tracker is None:
        raise NotFound
    return tracker


def named_tracker(database: Database, name: str) -> Tracker:
    """A tracker of anyone's by ``id`` or ``site_id``, for the operator.

    Raises:
        NotFound: there is none.
    """
    named = sa.select(Tracker).where(sa.or_(Tracker.id == name, Tracker.site_id == name))
    with seen_by_service(database) as session:
        tracker = session.scalar(named)
    if tracker is None:
        raise NotFound(f"There is no tracker {name}. `ezee tracker list` shows all.")
    return tracker


def check_change(change: TrackerChange) -> None:
    """Raise ``InvalidRequest`` when a value is wrong, before anything is looked up."""
    _checked(change)


def change_tracker(
    database: Database, viewer: str, tracker_id: str, change: TrackerChange, *, has_events: bool
) -> Tracker:
    """Change one of the viewer's trackers.

    Raises:
        InvalidRequest, NotFound; Conflict: the domain or an alias is taken, or the zone would
        change although there are events.
    """
    values = _checked(change)
    try:
        with seen_by(database, viewer) as session:
            tracker = owned_tracker(session, tracker_id)
            tracker.rules = _new_rules(rules_of(tracker), change)
            check_free(database, rules_of(tracker).aliases if change.aliases else (), tracker.id)
            if has_events and values.get("timezone", tracker.timezone) != tracker.timezone:
                raise Conflict("The time zone cannot change once the tracker has events.")
            for name, value in values.items():
                setattr(tracker, name, value)
            keep_names(session, tracker)
    except IntegrityError:
        raise _taken(str(values.get("domain"))) from None
    return tracker


def keep_from(database: Database, site_id: str, day: int, keep_months: int) -> None:
    """Events of a tracker's days before one are kept no more; nothing is done where its rule is
    another than ``keep_months`` by now.
    """
    with seen_by_service(database) as session:
        mine = sa.select(Tracker).where(Tracker.site_id == site_id).with_for_update()
        tracker = session.scalar(mine)
        if tracker is None or rules_of(tracker).keep_months != keep_months:
            return
        rules = msgspec.structs.replace(rules_of(tracker), kept_from=day)
        tracker.rules = msgspec.to_builtins(rules)


def archive_tracker(database: Database, viewer: str, tracker_id: str, at: int | None) -> None:
    """Put one of the viewer's trackers away, at a time; None brings it back. It counts on.

    Raises:
        NotFound: it does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        owned_tracker(session, tracker_id).archived_at = at


def remove_tracker(database: Database, viewer: str, tracker_id: str, now: int) -> str:
    """Remove one of the viewer's trackers; returns its ``site_id``, whose erasure is on record.

    Raises:
        NotFound: it does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        tracker = owned_tracker(session, tracker_id)
        erasures.record(session, [tracker.site_id], now)
        session.delete(tracker)
    return tracker.site_id


def new_signing_secret(database: Database, viewer: str, tracker_id: str, service_key: bytes) -> str:
    """Give one of the viewer's trackers a signing secret; an earlier one is worth nothing then.

    Returns its text, which is stored nowhere.

    Raises:
        NotFound: the tracker does not exist or is not the viewer's.
    """
    nonce = new_nonce()
    with seen_by(database, viewer) as session:
        tracker = owned_tracker(session, tracker_id)
        tracker.signing_nonce = nonce.hex()
    return signing_secret(service_key, tracker.site_id, nonce)


def remove_signing_secret(database: Database, viewer: str, tracker_id: str) -> None:
    """Let one of the viewer's trackers have no signing secret.

    Raises:
        NotFound: it does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        owned_tracker(session, tracker_id).signing_nonce = None


def opt_out_path(tracker: Tracker, service_key: bytes) -> str:
    """The path of the page on which the owner opts a browser out."""
    return f"/opt-out/{tracker.site_id}/{opt_out_key(service_key, tracker.site_id)}"


def every_tracker(database: Database) -> list[Tracker]:
    """Every tracker of everyone, for the operator."""
    with seen_by_service(database) as session:
        return list(session.scalars(sa.select(Tracker).order_by(Tracker.created_at, Tracker.id)))


def owned_tracker(session: Session, tracker_id: str) -> Tracker:
    """A tracker of the session's viewer, to be changed; raises ``NotFound`` when there is none."""
    # Whoever changes what was read must not undo what another changes meanwhile.
    mine = sa.select(Tracker).where(Tracker.id == tracker_id).with_for_update()
    tracker = session.scalar(mine)
    if tracker is None:
        raise NotFound
    return tracker


def rules_of(tracker: Tracker) -> SiteRules:
    """The tracker's rules."""
    return msgspec.convert(tracker.rules, SiteRules)


def _taken(domain: str) -> Conflict:
    return Conflict(f"This account has a tracker for {domain} already.")


def _checked(change: TrackerChange, required: Sequence[str] = ()) -> dict[str, object]:
    """The values to store; every wrong one is named."""
    errors: list[FieldError] = []
    values: dict[str, object] = {}
    rules = _asked_rules(change)
    for name, given in msgspec.structs.asdict(change).items():
        if name in rules:
            continue
        if given is None:
            if name in required:
                errors.append(FieldError(name, "is required"))
            continue
        value = _read(name, given)
        if value is None:
            errors.append(FieldError(name, EXPECTED[name]))
        values[name] = value
    errors += changed_rules(DEFAULT_RULES, rules)[1]
    if errors:
        raise InvalidRequest("; ".join(f"{name}: {text}" for name, text in errors), errors)
    return values


def _asked_rules(change: TrackerChange) -> dict[str, object]:
    asked = {name: getattr(change, name) for name in RULES}
    return {name: given for name, given in asked.items() if given is not None}


def _new_rules(rules: SiteRules, change: TrackerChange) -> dict[str, Any]:
    """The rules as they are stored, after a change that was checked before."""
    rules, _ = changed_rules(rules, _asked_rules(change))
    stored: dict[str, Any] = msgspec.to_builtins(rules)
    return stored


def _read(name: str, given: object) -> object:
    """The value to store, None when it is wrong: of another type, or not as it should be."""
    kind, read = _READERS[name]
    try:
        return read(msgspec.convert(given, kind))
    except msgspec.ValidationError:
        return None


def _name(given: str) -> str | None:
    name = given.strip()
    printable = all(letter.isprintable() for letter in name)
    return name if 0 < len(name) <= NAME_LIMIT and printable else None


def _zone(given: str) -> str | None:
    return given if find_zone(given) is not None else None


def _hostnames(given: Sequence[str]) -> list[str] | None:
    hosts = [normal_domain(text) for text in given]
    if len(hosts) > HOSTNAME_LIMIT or None in hosts:
        return None
    return sorted({host for host in hosts if host})


_READERS: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "name": (str, _name),
    "domain": (str, normal_domain),
    "timezone": (str, _zone),
    "hostnames": (list[str], _hostnames),
    "public_stats": (bool, bool),
}
EXPECTED = {
    "name": f"must be text of 1 to {NAME_LIMIT} printable characters",
    "domain": "must be a host such as example.com",
    "timezone": "must be a time zone of the IANA database, such as Europe/Berlin",
    "hostnames": f"must be a list of up to {HOSTNAME_LIMIT} hosts such as shop.example.com",
    "public_stats": "must be true or false",
}
