"""Erasing what is stored of trackers: of those that were removed everything, of others a part.

The store remembers what was removed under a receipt, and writes its file anew soon after: then no
byte of it is left there.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from ezee.accounts import erasures
from ezee.accounts.database import Database
from ezee.errors import FieldError, InvalidRequest
from ezee.model.calendar import utc_text
from ezee.model.site import site_key
from ezee.stats.buckets import expected_day, parse_day
from ezee.store.base import EventStore
from ezee.store.changes import Erase
from ezee.store.looks import Erasable, Erased
from ezee.store.salts import Salts

PATH_LIMIT = 2000
_RECEIPT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WHAT = "Name the days (from, to), a path, or both. To erase everything, delete the tracker."


class Part(NamedTuple):
    """Local days, both included and each left open by None, and a path or the beginning of one."""

    first_day: int | None
    last_day: int | None
    path: str | None


class Receipt(msgspec.Struct, frozen=True):
    """What is stored of a part, or was removed; ``dropped`` are counts of what was not counted.

    ``visits`` are those of which nothing is left. ``receipt`` and ``erased_at`` are None while
    nothing was removed; ``bytes_gone`` tells whether the file was written anew since.
    """

    applied: bool
    receipt: str | None
    erased_at: str | None
    bytes_gone: bool
    events: int
    bots: int
    dropped: int
    visits: int
    days: int


def erase_due(
    database: Database, store: EventStore, salts: Salts, before: int | None = None
) -> int:
    """Erase what removed trackers left behind; returns how many events that were. Blocks.

    ``before`` (ms UTC) leaves out those that were removed since.
    """
    erased = 0
    for site_id, asked_at in erasures.due(database):
        if before is not None and asked_at > before:
            continue
        key = site_key(site_id)
        # Begun anew after an interruption, it takes what has come in between as well.
        erased += store.change(Erase(key, receipt=_stored(site_id, new_receipt()), at=asked_at))
        salts.forget_site(key)
        erasures.done(database, site_id)
    return erased


def new_receipt() -> str:
    """A name for an erasure that nobody can guess."""
    return secrets.token_hex(16)


def read_part(given: Mapping[str, Any]) -> Part:
    """The part that ``from``, ``to`` and ``path`` name.

    Raises:
        InvalidRequest: with a detail for each that is wrong, or because none is there.
    """
    wrong: list[FieldError] = []
    days = [_day(given, name, wrong) for name in ("from", "to")]
    path = given.get("path")
    if path is not None and not _is_path(path):
        expected = f"must be a path such as /about, or /blog/* for all below, up to {PATH_LIMIT:,}"
        wrong.append(FieldError("path", f"{expected} characters"))
    first, last = days
    if first is not None and last is not None and first > last:
        wrong.append(FieldError("to", "must not be before from"))
    if wrong:
        raise InvalidRequest("; ".join(f"{name}: {text}" for name, text in wrong), wrong)
    if (first, last, path) == (None, None, None):
        raise InvalidRequest(_WHAT)
    return Part(first, last, path)


def read_receipt(given: object) -> str:
    """The name that a caller gives an erasure, a new one where that is None.

    Raises:
        InvalidRequest: it is no such name.
    """
    if given is None:
        return new_receipt()
    if not isinstance(given, str) or not _RECEIPT.fullmatch(given):
        raise InvalidRequest.field("receipt", "must be 1 to 64 letters, digits, _ or -")
    return given


def preview(store: EventStore, site_id: str, part: Part) -> Receipt:
    """How much is stored of a part. Blocks."""
    ((events, bots, dropped, visits, days),) = store.look(Erasable(Erase(site_key(site_id), *part)))
    numbers = map(int, (events, bots, dropped, visits, days))
    return Receipt(False, None, None, False, *numbers)


def erase_part(store: EventStore, site_id: str, part: Part, receipt: str, now: int) -> Receipt:
    """Erase a part, or tell of what was erased under that receipt before. Blocks.

    ``now`` is ms UTC.
    """
    stored = _stored(site_id, receipt)
    store.change(Erase(site_key(site_id), *part, receipt=stored, at=now))
    ((events, bots, dropped, visits, days, at, gone),) = store.look(Erased(stored))
    numbers = map(int, (events, bots, dropped, visits, days))
    return Receipt(True, receipt, utc_text(int(at)), bool(gone), *numbers)


def _stored(site_id: str, receipt: str) -> str:
    # Nobody learns of, or takes, the name of an erasure of somebody else's tracker.
    return f"{site_id}/{receipt}"


def _day(given: Mapping[str, Any], name: str, wrong: list[FieldError]) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    day = parse_day(text) if isinstance(text, str) else None
    if day is None:
        wrong.append(FieldError(name, expected_day(text if isinstance(text, str) else "")))
    return day


def _is_path(given: object) -> bool:
    if not isinstance(given, str) or not given.startswith("/") or len(given) > PATH_LIMIT:
        return False
    return given.isprintable() and "*" not in given[:-1]
