"""Requests of other trackers' clients: read by their protocol, collected as our own events are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from litestar.types import HTTPScope, Receive, Send

from ezee.accounts.directory import SiteDirectory
from ezee.accounts.tokens import Principal
from ezee.errors import (
    EzeeError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    Unauthorized,
)
from ezee.events.client_hints import ClientHints
from ezee.events.collector import Collector, Sender
from ezee.events.payload import Payload, read_body
from ezee.web.auth import Authenticator, Credentials
from ezee.web.collect import CollectLimit, check_size, receive_body
from ezee.web.compat.meant import Asked, Meant, Read
from ezee.web.compat.protocol import CORS, Dialect, Judged
from ezee.web.counters.answers import send_answer
from ezee.web.errors import Answer, log_failure
from ezee.web.senders import Headers, sender_of

_encode = msgspec.json.Encoder().encode
_OURS = "ezi_sk_"
# A brand that no browser of a person has: the client's script says that nobody looks.
_HEADLESS = ClientHints('"Headless"', "", "", "")


class Event(NamedTuple):
    """An event that can be collected, and whom it is from."""

    payload: Payload
    sender: Sender


class OtherTracker:
    """The ASGI application of one protocol."""

    def __init__(
        self,
        dialect: Dialect,
        directory: SiteDirectory,
        authenticator: Authenticator,
        collector: Collector,
        limit: CollectLimit,
    ) -> None:
        self._dialect = dialect
        self._directory = directory
        self._authenticator = authenticator
        self._collector = collector
        self._limit = limit

    async def answer(
        self, scope: HTTPScope, receive: Receive, send: Send, *, path: str, code: str = ""
    ) -> None:
        """Answer one request. ``path`` is what the protocol calls it, ``code`` its site's."""
        method, headers = scope["method"], Headers(scope["headers"])
        asked: Asked | None = None
        try:
            if method == "OPTIONS":
                answer = self._preflight()
            elif method not in self._dialect.methods:
                raise MethodNotAllowed(self._dialect.methods)
            else:
                check_size(headers)
                asked = _asked(scope, headers, await receive_body(scope, receive), path)
                answer = await self._take(scope, headers, asked, code)
        except EzeeError as error:
            answer = self._dialect.refuse(error, asked)
        except Exception as failure:  # noqa: BLE001 - whatever it was, its sender is answered
            answer = self._dialect.refuse(log_failure(failure), asked)
        origin = headers.text(b"origin")
        if self._dialect.credentials and origin and method == "POST":
            answer = _readable_by(origin, answer)
        await send_answer(send, answer, head=method == "HEAD")

    async def _take(self, scope: HTTPScope, headers: Headers, asked: Asked, code: str) -> Answer:
        principal = await self._principal(scope, self._dialect.token(asked))
        if self._dialect.needs_token and not (principal and principal.may("write")):
            raise Unauthorized
        if scope["method"] == "HEAD":
            return self._dialect.answer(asked, [])
        sender = sender_of(scope, headers, principal)
        reads = [self._event(each, sender, code) for each in self._dialect.read(asked)]
        return self._dialect.answer(asked, await self._judge(reads, sender))

    async def _principal(self, scope: HTTPScope, token: str) -> Principal | None:
        # Their own tokens mean nothing here and hinder nobody.
        if not token.startswith(_OURS):
            return None
        credentials = Credentials(f"Bearer {token}", scope["scheme"])
        return await self._authenticator.identify_if_any(credentials)

    def _event(self, read: Read, sender: Sender, code: str) -> Event | EzeeError:
        if isinstance(read, InvalidRequest):
            return read
        names = (code,) if code else read.sites
        found = (self._directory.find_named(self._dialect.name, name) for name in names)
        site = next(filter(None, found), None)
        if site is None:
            return NotFound("No tracker here answers to that name.")
        try:
            named, sender = _with_visitor(read, sender, vouched=sender.owner == site.owner)
            sent = read_body(_encode({"site_id": site.site_id, **read.fields, **named}))
        except InvalidRequest as error:
            self._collector.note_invalid(site.site_id)
            return error
        assert isinstance(sent, Payload)
        return Event(sent, sender)

    async def _judge(self, reads: Sequence[Event | EzeeError], sender: Sender) -> list[Judged]:
        """What came of each.

        Raises:
            RateLimited: the sender is over the limit. Unavailable: nothing can be stored now.
        """
        payloads = [read.payload for read in reads if isinstance(read, Event)]
        allowance = self._limit.take(sender, payloads) if payloads else None
        if allowance is not None and not allowance.allowed:
            self._collector.note_limited(payloads)
            raise RateLimited(allowance.retry_after)
        judged = [Judged(error=read if isinstance(read, EzeeError) else None) for read in reads]
        for senders in dict.fromkeys(read.sender for read in reads if isinstance(read, Event)):
            places = [
                place
                for place, read in enumerate(reads)
                if isinstance(read, Event) and read.sender == senders
            ]
            batch = [
                read.payload for read in map(reads.__getitem__, places) if isinstance(read, Event)
            ]
            outcome = await self._collector.collect_batch(batch, senders)
            for drop in outcome.dropped:
                error = InvalidRequest(drop.message) if drop.message else None
                judged[places[drop.index]] = Judged(None if error else drop.reason, error)
        return judged

    def _preflight(self) -> Answer:
        return Answer(
            204,
            {
                **CORS,
                "access-control-allow-methods": ", ".join((*self._dialect.methods, "OPTIONS")),
                "access-control-allow-headers": "*, Authorization",
                "access-control-max-age": "86400",
            },
            b"",
        )


def _readable_by(origin: str, answer: Answer) -> Answer:
    """The answer, for a page of that origin to read that has asked with cookies. We set none."""
    headers = {
        **answer.headers,
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "vary": "origin",
    }
    return answer._replace(headers=headers)


def _asked(scope: HTTPScope, headers: Headers, body: bytes, path: str) -> Asked:
    authorization = headers.text(b"authorization") or ""
    bearer, _, token = authorization.partition(" ")
    return Asked(
        method=scope["method"],
        path=path,
        query=scope["query_string"],
        body=body,
        host=(headers.text(b"host") or "").lower(),
        referer=headers.text(b"referer") or "",
        token=token.strip() if bearer.lower() == "bearer" else "",
    )


def _with_visitor(
    read: Meant, sender: Sender, *, vouched: bool
) -> tuple[dict[str, object], Sender]:
    """The visitor that a client names: fields for its owner's word, else the sender's agent.

    An agent may be named by anybody, as anybody may send it. An address may not.
    """
    if read.headless:
        return {}, sender._replace(signals=sender.signals._replace(hints=_HEADLESS))
    if vouched and (read.address or read.user_agent):
        named = {"client_ip": read.address, "user_agent": read.user_agent[:2000]}
        return {name: text for name, text in named.items() if text}, sender
    if read.user_agent:
        return {}, sender._replace(user_agent=read.user_agent)
    return {}, sender
