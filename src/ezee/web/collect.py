"""``/api/public/collect``: a raw ASGI handler, because every pageview of every site comes here."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
from litestar.types import HTTPScope, Receive, Send

from ezee.accounts.tokens import Principal
from ezee.errors import (
    EzeeError,
    InvalidRequest,
    MethodNotAllowed,
    PayloadTooLarge,
    RateLimited,
    UnsupportedMediaType,
)
from ezee.events.collector import ACCEPTED_ONE, Collector, Outcome, Sender, Sites, plain_address
from ezee.events.payload import BODY_LIMIT, Judged, Payload, read_body, read_query
from ezee.limits import Allowance, Buckets, line_of
from ezee.vitals import Vitals
from ezee.web.auth import Authenticator, Credentials, check_scope
from ezee.web.errors import Answer, answer_json, log_failure
from ezee.web.protocol import WHOLE, Whole
from ezee.web.senders import Headers, sender_of

PATH = "/api/public/collect"

_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
_PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_CORS = {"access-control-allow-origin": "*"}
_PREFLIGHT = Answer(
    204,
    {
        **_CORS,
        "access-control-allow-methods": ", ".join(_METHODS),
        "access-control-allow-headers": "Content-Type, Authorization",
        "access-control-max-age": "86400",
    },
    b"",
)
_BODY_TYPES = {b"application/json", b"text/plain"}
_PLAIN = (b"", b"identity")
_ENCODING_SENTENCE = "Send the body as it is, without a content encoding."
_BODY_TYPES_SENTENCE = "Send the body as application/json, or as text/plain that holds JSON."
_encode = msgspec.json.Encoder().encode


class CollectLimit:
    """At most so many events a minute from one address to one tracker; loopback is exempt.

    Where the owner names the visitor, the address is the visitor's. All trackers that do not exist
    are one, or an address would have a bucket for each that it makes up.
    """

    def __init__(
        self, sites: Sites, buckets: Buckets, per_minute: int, vitals: Vitals | None = None
    ) -> None:
        self._limited = (vitals or Vitals()).limited
        self._sites = sites
        self._buckets = buckets
        self._per_minute = per_minute

    def take(self, sender: Sender, payloads: Iterable[Payload]) -> Allowance | None:
        """What the fullest of the buckets says that the events come out of; None: no limit."""
        if self._per_minute == 0 or _is_loopback(sender.address):
            return None
        counts = Counter(self._key(sender, each) for each in payloads)
        allowances = [
            self._buckets.take(key, self._per_minute, count) for key, count in counts.items()
        ]
        least = min(allowances, key=lambda each: (each.allowed, each.remaining), default=None)
        if least is not None and not least.allowed:
            self._limited["collect"] += 1
        return least

    def _key(self, sender: Sender, payload: Payload) -> tuple[str, str]:
        named = payload.client_ip if sender.owner is not None else None
        address = (plain_address(named) if named else "") or sender.address
        site_id = payload.site_id or ""
        return line_of(address), site_id if self._sites.find(site_id) else ""


class CollectHandler:
    """The ASGI application of ``collect``."""

    def __init__(
        self,
        collector: Collector,
        authenticator: Authenticator,
        limit: CollectLimit,
        vitals: Vitals | None = None,
    ) -> None:
        self._collector = collector
        self._authenticator = authenticator
        self._limit = limit
        self._requests = (vitals or Vitals()).requests

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except EzeeError as error:
            answer = _refusal(error)
        except Exception as failure:  # noqa: BLE001 - whatever it was, its sender is told in JSON
            answer = _refusal(log_failure(failure))
        method = scope["method"]
        self._requests[method if method in _METHODS else "other", PATH, answer.status] += 1
        if not _sent_whole(scope, answer):
            await _send(send, answer)

    def answer_whole(self, scope: HTTPScope, whole: Whole) -> bool:
        """Answer a request of the kind that nearly all are: one event, nothing vouched for.

        Returns whether it is one; the others are for ``__call__``.
        """
        headers = Headers(scope["headers"])
        if scope["method"] != "POST" or scope["query_string"] or headers.has(b"authorization"):
            return False
        try:
            return self._take(scope, headers, whole)
        except EzeeError as error:
            self._finish(whole, _refusal(error))
        except Exception as failure:  # noqa: BLE001 - whatever it was, its sender is told in JSON
            self._finish(whole, _refusal(log_failure(failure)))
        return True

    def _take(self, scope: HTTPScope, headers: Headers, whole: Whole) -> bool:
        sender = sender_of(scope, headers, None)
        check_size(headers)
        _check_type(headers)
        body = whole.body()
        if body is None or len(body) > BODY_LIMIT:
            return False
        sent = read_body(body)
        if isinstance(sent, list):
            return False
        allowance = self._limit.take(sender, (sent,))
        if allowance is None or allowance.allowed:
            self._collector.take(sent, sender, partial(self._tell, whole, allowance))
        else:
            self._collector.note_limited((sent,))
            refusal = _refusal(RateLimited(allowance.retry_after))
            self._finish(whole, _with_allowance(refusal, allowance))
        return True

    def _tell(self, whole: Whole, allowance: Allowance | None, told: Outcome | EzeeError) -> None:
        if isinstance(told, EzeeError):
            self._finish(whole, _refusal(told))
        else:
            answer = _accepted(told)
            self._finish(whole, _with_allowance(answer, allowance) if allowance else answer)

    def _finish(self, whole: Whole, answer: Answer) -> None:
        self._requests["POST", PATH, answer.status] += 1
        if not whole.answer(answer.status, _rest_of(answer)):
            whole.answer_in_pieces(partial(_send, answer=answer))

    async def _answer(self, scope: HTTPScope, receive: Receive) -> Answer:
        method = scope["method"]
        if method in _WITHOUT_EVENT:
            return _WITHOUT_EVENT[method]
        if method not in _METHODS:
            raise MethodNotAllowed(_METHODS)
        headers = Headers(scope["headers"])
        principal = await self._principal(scope, headers)
        sender = sender_of(scope, headers, principal)
        sent: Payload | list[Judged]
        if method == "GET":
            if headers.raw(b"content-length") or headers.raw(b"transfer-encoding"):
                check_size(headers)
                await receive_body(scope, receive)
            sent = read_query(_with_referer(scope["query_string"], headers))
        else:
            check_size(headers)
            _check_type(headers)
            sent = read_body(await receive_body(scope, receive))
        payloads = _payloads(sent)
        _check_vouching(payloads, principal)
        allowance = self._limit.take(sender, payloads)
        if allowance is None:
            return await self._collect(scope, sent, sender)
        if allowance.allowed:
            answer = await self._collect(scope, sent, sender)
        else:
            if not _asks_why(scope["query_string"]):
                self._collector.note_limited(payloads)
            answer = _refusal(RateLimited(allowance.retry_after))
        return _with_allowance(answer, allowance)

    async def _principal(self, scope: HTTPScope, headers: Headers) -> Principal | None:
        authorization = headers.text(b"authorization")
        if authorization is None:
            return None
        credentials = Credentials(authorization, scope["scheme"])
        return await self._authenticator.identify_if_any(credentials)

    async def _collect(
        self, scope: HTTPScope, sent: Payload | list[Judged], sender: Sender
    ) -> Answer:
        explained = bool(scope["query_string"]) and _asks_why(scope["query_string"])
        if isinstance(sent, list):
            if explained:
                raise InvalidRequest.field("explain", "is for one event, not for a batch")
            return _accepted(await self._collector.collect_batch(sent, sender))
        if explained:
            return _json(200, await self._collector.explain(sent, sender))
        outcome = await self._collector.collect(sent, sender)
        return PIXEL_ANSWER if scope["method"] == "GET" else _accepted(outcome)


def _payloads(sent: Payload | list[Judged]) -> list[Payload]:
    """The events that could be read."""
    each = sent if isinstance(sent, list) else [sent]
    return [payload for payload in each if isinstance(payload, Payload)]


def _refusal(error: EzeeError) -> Answer:
    answer = answer_json(error)
    return answer._replace(headers={**answer.headers, **_CORS})


def _with_allowance(answer: Answer, allowance: Allowance) -> Answer:
    return answer._replace(headers={**answer.headers, **allowance.headers("address")})


def _check_vouching(payloads: Iterable[Payload], principal: Principal | None) -> None:
    """To name a visitor is to write on the owner's behalf."""
    if principal is None:
        return
    if any(each.client_ip is not None or each.user_agent is not None for each in payloads):
        check_scope(principal, "write")


def _with_referer(query: bytes, headers: Headers) -> bytes:
    """The pixel's page is the one that shows it, unless the query says otherwise."""
    fields = {part.split(b"=", 1)[0] for part in query.split(b"&")}
    referer = headers.raw(b"referer")
    if b"url" in fields or not referer:
        return query
    return query + b"&url=" + quote(referer, safe="").encode()


def _asks_why(query: bytes) -> bool:
    """Whether the query asks how the event would be read: ``explain=1``."""
    return b"explain=1" in query.split(b"&")


def check_size(headers: Headers) -> None:
    """Raise ``PayloadTooLarge`` when the body says that it is."""
    length = headers.raw(b"content-length")
    if length.isdigit() and int(length) > BODY_LIMIT:
        raise PayloadTooLarge


def _check_type(headers: Headers) -> None:
    if headers.raw(b"content-encoding") not in _PLAIN:
        raise UnsupportedMediaType(_ENCODING_SENTENCE)
    content_type = headers.raw(b"content-type").split(b";", 1)[0].strip().lower()
    if content_type not in _BODY_TYPES:
        raise UnsupportedMediaType(_BODY_TYPES_SENTENCE)


async def receive_body(scope: HTTPScope, receive: Receive) -> bytes:
    """A request's body, at most 1 MiB of it.

    Raises:
        InvalidRequest: its sender hung up. PayloadTooLarge: it is larger.
    """
    whole = _whole(scope)
    body = whole.body() if whole is not None else None
    if body is not None and len(body) <= BODY_LIMIT:
        return body
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The request ended before its body did.")
        if message["type"] != "http.request":
            continue
        parts += message["body"]
        if len(parts) > BODY_LIMIT:
            raise PayloadTooLarge
        if not message.get("more_body"):
            return bytes(parts)


def _accepted(outcome: Outcome) -> Answer:
    if outcome is ACCEPTED_ONE:
        return _ACCEPTED_ONE
    return _json(202, outcome)


def _json(status: int, data: object) -> Answer:
    return Answer(status, _JSON_HEADERS, _encode({"data": data}))


_JSON_HEADERS = {"content-type": "application/json", "cache-control": "no-store", **_CORS}
# What nearly every request is told.
_ACCEPTED_ONE = _json(202, ACCEPTED_ONE)

PIXEL_ANSWER = Answer(
    200,
    {
        "content-type": "image/gif",
        "cache-control": "no-store, no-cache, must-revalidate, max-age=0",
        "pragma": "no-cache",
        "expires": "0",
        # A page that is isolated from others shows no other picture.
        "cross-origin-resource-policy": "cross-origin",
        **_CORS,
    },
    _PIXEL,
)
# HEAD asks what the image is; nobody is shown it, so nobody is counted. The server sends no body.
_WITHOUT_EVENT = {"HEAD": PIXEL_ANSWER, "OPTIONS": _PREFLIGHT}


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith("127.")


def _whole(scope: HTTPScope) -> Whole | None:
    extensions: Any = scope.get("extensions")
    return extensions.get(WHOLE) if extensions else None


def _sent_whole(scope: HTTPScope, answer: Answer) -> bool:
    """Whether an answer could be sent in one piece, as nearly every one can."""
    whole = _whole(scope)
    if whole is None or answer.status == 204 or scope["method"] == "HEAD":
        return False
    return whole.answer(answer.status, _rest_of(answer))


def _rest_of(answer: Answer) -> bytes:
    """An answer from its first header line on."""
    return _REST_OF_ONE if answer is _ACCEPTED_ONE else _written(answer)


def _written(answer: Answer) -> bytes:
    lines = "".join([f"{name}: {value}\r\n" for name, value in answer.headers.items()])
    return f"{lines}content-length: {len(answer.body)}\r\n\r\n".encode() + answer.body


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    if answer.body or answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send(
        {
            "type": "http.response.body",
            "body": answer.body,
            "more_body": False,
        }
    )


_REST_OF_ONE = _written(_ACCEPTED_ONE)
