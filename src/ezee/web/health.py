"""``/healthz`` and ``/readyz``: whether the service lives, and whether it can do its work.

Both are for programs: load balancers, supervisors, monitors. They are not limited, need no token
and tell nothing that anybody might not know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from litestar.types import HTTPScope, Receive, Send

from ezee.accounts.database import Database
from ezee.errors import FieldError, MethodNotAllowed, Unavailable
from ezee.store.base import EventStore
from ezee.store.looks import Condition
from ezee.vitals import Vitals
from ezee.web.counters.answers import send_answer
from ezee.web.errors import Answer, answer_json, log_failure
from ezee.web.probing import Probe

ALIVE, READY = "/healthz", "/readyz"

_METHODS = ("GET", "HEAD")
# Seconds, for everything that is asked; a load balancer's own patience is seldom longer.
_PATIENCE = 3.0
_RETRY_AFTER = 1
_NO_ANSWER = "does not answer"
_NOT_MIGRATED = "its schema is not this version's"


class HealthRoutes:
    """Finds the handler of a path."""

    def __init__(
        self, database: Database, store: EventStore, vitals: Vitals, patience: float = _PATIENCE
    ) -> None:
        self._vitals = vitals
        self._probes = {
            "events": Probe(lambda: _events(store), patience),
            "accounts": Probe(lambda: _accounts(database), patience),
        }
        self._handlers = {ALIVE: self._alive, READY: self._ready}

    def find(self, path: str) -> Callable[[HTTPScope, Receive, Send], Awaitable[None]] | None:
        """The handler of that path, None when it is another's."""
        return self._handlers.get(path)

    async def _alive(self, scope: HTTPScope, _: Receive, send: Send) -> None:
        """That it answers is the answer: no store is touched."""
        await _answer(scope, send, _said({"alive": True}))

    async def _ready(self, scope: HTTPScope, _: Receive, send: Send) -> None:
        answer = _said({"ready": True})
        try:
            wrong = await self._what_is_wrong()
        except Exception as failure:  # noqa: BLE001 - whatever it was, it is not ready
            log_failure(failure)
            wrong = [FieldError("service", "could not be looked at")]
        if wrong:
            answer = _not_ready(wrong)
        await _answer(scope, send, answer)

    async def _what_is_wrong(self) -> list[FieldError]:
        if self._vitals.stopping:
            return [FieldError("service", "is stopping")]
        said = await asyncio.gather(*(probe.ask() for probe in self._probes.values()))
        named = zip(self._probes, said, strict=True)
        told = ((name, _NO_ANSWER if wrong is None else wrong) for name, wrong in named)
        return [FieldError(name, wrong) for name, wrong in told if wrong]


def _events(store: EventStore) -> str:
    ((schema, newest, *_),) = store.look(Condition())
    return "" if schema == newest else _NOT_MIGRATED


def _accounts(database: Database) -> str:
    try:
        return "" if database.is_current() else _NOT_MIGRATED
    except Unavailable:
        if database.is_embedded:
            raise
        # It is away for every node. Each collects all the same, so none must be left out.
        return ""


def _said(data: object) -> Answer:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return Answer(200, headers, msgspec.json.encode({"data": data}))


def _not_ready(wrong: list[FieldError]) -> Answer:
    text = "; ".join(f"{name}: {why}" for name, why in wrong)
    error = Unavailable(f"The service is not ready. {text}.", _RETRY_AFTER)
    return answer_json(error, wrong)


async def _answer(scope: HTTPScope, send: Send, answer: Answer) -> None:
    if scope["method"] not in _METHODS:
        answer = answer_json(MethodNotAllowed(_METHODS))
    await send_answer(send, answer, head=scope["method"] == "HEAD")
