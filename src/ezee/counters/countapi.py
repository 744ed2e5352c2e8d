"""Counters as CountAPI kept them: numbers under a key in a namespace, for anybody to add to.

What answers are like, and which changes are refused, is what its users remember; see
``docs/old-counters.md`` for the one thing that differs: a secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from ezee.clock import Clock
from ezee.counters.tallies import IDLE, Tallies, Tally
from ezee.errors import FieldError, InvalidRequest
from ezee.store.base import EventStore
from ezee.store.changes import TALLY_LIMIT

PREFIX = "countapi:"
DEFAULT_NAMESPACE = "default"
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,64}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_KNOWN = 100_000


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What may be done with a key: whether it may be set, and by how much updated at once.

    ``secret`` is the SHA-256 of the key's secret, ``owner`` the user whose token made it.
    """

    reset: bool = False
    lower: int = -1
    upper: int = 1
    secret: str = ""
    owner: str = ""


class Key(NamedTuple):
    """A key in its namespace."""

    namespace: str
    key: str

    @property
    def name(self) -> str:
        """What its tally is called. Neither part can have a slash in it."""
        return f"{self.namespace}/{self.key}"


class Asker(NamedTuple):
    """What whoever asks can show: a key's secret, or being a user."""

    secret: str = ""
    user: str | None = None


class Reply(NamedTuple):
    """A status, the JSON that comes with it, and the key that was asked for."""

    status: int
    content: dict[str, object]
    path: str = ""


class CountApi:
    """The endpoints, by their names."""

    def __init__(self, store: EventStore, clock: Clock, most: int) -> None:
        self._tallies = Tallies(store, clock, PREFIX, most)
        self._clock = clock
        self._known: set[str] = set()

    async def is_new(self, key: Key) -> bool:
        """Whether a hit would make the key."""
        if key.name in self._known:
            return False
        if await self._tallies.find(key.name) is None:
            return True
        self._note(key)
        return False

    async def hit(self, key: Key) -> Reply:
        """Add one; a key that is not there is made."""
        if await self.is_new(key):
            await self._tallies.make_room(key.name)
        tally = await self._tallies.add(key.name)
        self._note(key)
        return Reply(200, {"value": tally.value})

    async def get(self, key: Key) -> Reply:
        """The value."""
        tally = await self._tallies.find(key.name)
        return Reply(404, {"value": None}) if tally is None else Reply(200, {"value": tally.value})

    async def set(self, key: Key, given: Mapping[str, str], asker: Asker) -> Reply:
        """Another value, where the key may be set and the asker may do so."""
        value = _number(given, "value")
        tally = await self._tallies.find(key.name)
        if tally is None:
            return Reply(404, {"old_value": None, "value": None})
        terms = _terms(tally)
        if not terms.reset or not _may(terms, asker):
            return Reply(403, {"old_value": tally.value, "value": tally.value})
        await self._tallies.keep(key.name, value, tally.terms)
        return Reply(200, {"old_value": tally.value, "value": value})

    async def update(self, key: Key, given: Mapping[str, str], asker: Asker) -> Reply:
        """Add an amount within the key's bounds. To add one is a hit, which is anybody's."""
        amount = _number(given, "amount")
        tally = await self._tallies.find(key.name)
        if tally is None:
            return Reply(404, {"value": None})
        terms = _terms(tally)
        if not terms.lower <= amount <= terms.upper or not (amount == 1 or _may(terms, asker)):
            return Reply(403, {"value": tally.value})
        return Reply(200, {"value": (await self._tallies.add(key.name, amount)).value})

    async def create(self, key: Key, given: Mapping[str, str], asker: Asker) -> Reply:
        """Make a key with its terms. Its secret is told this once."""
        secret = secrets.token_hex(16)
        value, terms = _new(given, secret, asker)
        if await self._tallies.find(key.name) is not None:
            return Reply(409, {"namespace": None, "key": None, "value": None})
        await self._tallies.make_room(key.name)
        await self._tallies.keep(key.name, value, msgspec.json.encode(terms).decode())
        self._note(key)
        named = {"namespace": key.namespace, "key": key.key, "value": value}
        return Reply(200, {**named, "secret": secret})

    async def info(self, key: Key) -> Reply:
        """All about a key but its secret; ``ttl`` in seconds, ``created`` in milliseconds UTC."""
        tally = await self._tallies.find(key.name)
        if tally is None:
            return Reply(404, {"value": None})
        terms = _terms(tally)
        return Reply(
            200,
            {
                "namespace": key.namespace,
                "key": key.key,
                "ttl": max(0, tally.changed_at + IDLE - self._clock.now()) // 1000,
                "value": tally.value,
                "enable_reset": terms.reset,
                "update_upperbound": terms.upper,
                "update_lowerbound": terms.lower,
                "created": tally.made_at,
            },
        )

    def _note(self, key: Key) -> None:
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known.add(key.name)


def read_key(namespace: str | None, key: str | None) -> Key:
    """The key of a namespace, the default one without; a new one where it has no name.

    Raises:
        InvalidRequest: one of the names is none.
    """
    found = Key(namespace or DEFAULT_NAMESPACE, key or str(uuid.uuid4()))
    errors = [
        FieldError(field, "must be 3 to 64 letters, digits, _, - and .")
        for field, text in zip(Key._fields, found, strict=True)
        if not _NAME.fullmatch(text)
    ]
    if errors:
        raise _invalid(errors)
    return found


def reserved(text: str) -> str:
    """A host or path as a part of a key: what no name may have becomes a dot."""
    return re.sub(r"[^A-Za-z0-9_.-]", ".", text)[:64].rjust(3, ".")


def _new(given: Mapping[str, str], secret: str, asker: Asker) -> tuple[int, Terms]:
    """The first value and the terms of a key that is asked for."""
    errors: list[FieldError] = []
    numbers = {"value": 0, "update_lowerbound": -1, "update_upperbound": 1}
    for name in numbers:
        if given.get(name):
            try:
                numbers[name] = _number(given, name)
            except InvalidRequest as error:
                errors += error.details
    lower, upper = numbers["update_lowerbound"], numbers["update_upperbound"]
    if lower > 0:
        errors.append(FieldError("update_lowerbound", "must be negative or zero"))
    if upper < 0:
        errors.append(FieldError("update_upperbound", "must be positive or zero"))
    if errors:
        raise _invalid(errors)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    reset = given.get("enable_reset", "0").lower() in {"1", "true"}
    return numbers["value"], Terms(reset, lower, upper, digest, asker.user or "")


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "").strip()
    if not _WHOLE.fullmatch(text):
        raise _invalid([FieldError(name, f"must be a whole number up to {TALLY_LIMIT:,}")])
    return int(text)


def _invalid(errors: list[FieldError]) -> InvalidRequest:
    return InvalidRequest("; ".join(f"{name}: {text}" for name, text in errors), errors)


def _terms(tally: Tally) -> Terms:
    return msgspec.json.decode(tally.terms, type=Terms) if tally.terms else Terms()


def _may(terms: Terms, asker: Asker) -> bool:
    """Whether it is the asker's to change: by the key's secret, or as the user who made it."""
    if asker.user is not None and asker.user == terms.owner:
        return True
    digest = hashlib.sha256(asker.secret.encode(errors="surrogateescape")).hexdigest()
    return bool(terms.secret) and hmac.compare_digest(digest, terms.secret)
