"""CountAPI over HTTP: ``/hit/<namespace>/<key>`` and the rest, as its users call them."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import msgspec
from litestar.types import HTTPScope, Receive, Send

from ezee.clock import Clock
from ezee.counters.asked import parameters
from ezee.counters.countapi import Asker, CountApi, Key, Reply, read_key, reserved
from ezee.errors import EzeeError, InvalidRequest, MethodNotAllowed, RateLimited
from ezee.events.collector import plain_address
from ezee.limits import Buckets, line_of
from ezee.web.auth import Authenticator, Credentials
from ezee.web.counters.answers import NEVER_KEPT, send_answer
from ezee.web.errors import STATUS, Answer, log_failure
from ezee.web.senders import Headers

ENDPOINTS = ("hit", "get", "set", "update", "create", "info")
REQUESTS = 600
"""Requests of one address a minute."""
NEW = 30
"""New keys of one address a minute."""
_OF_USERS = "ezi_sk_"
_METHODS = ("GET", "POST", "OPTIONS")
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,63}", re.ASCII)
_PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type",
    "access-control-expose-headers": "X-Path",
    "x-content-type-options": "nosniff",
}


class CountApiHandler:
    """The ASGI application of CountAPI's endpoints."""

    def __init__(self, api: CountApi, authenticator: Authenticator, clock: Clock) -> None:
        self._api = api
        self._authenticator = authenticator
        self._requests = Buckets(clock)
        self._new = Buckets(clock)

    async def __call__(self, scope: HTTPScope, _: Receive, send: Send) -> None:
        """Answer one request."""
        given = parameters(scope["query_string"])
        if scope["method"] == "OPTIONS":
            await send_answer(send, Answer(204, _CORS, b""))
            return
        try:
            reply = await self._reply(scope, given)
        except EzeeError as error:
            reply = Reply(STATUS.get(error.code, 500), {"error": error.message})
        except Exception as failure:  # noqa: BLE001 - whatever it was, it is told in JSON
            log_failure(failure)
            reply = Reply(500, {"error": EzeeError.default})
        await send_answer(send, _dressed(reply, given), head=scope["method"] == "HEAD")

    async def _reply(self, scope: HTTPScope, given: Mapping[str, str]) -> Reply:
        if scope["method"] not in {*_METHODS, "HEAD"}:
            raise MethodNotAllowed(_METHODS)
        line = _line(scope)
        _check(self._requests, line, REQUESTS)
        headers = Headers(scope["headers"])
        endpoint, key = _endpoint(scope, headers, given)
        if endpoint == "hit" and scope["method"] == "HEAD":
            endpoint = "get"
        if endpoint == "create" or (endpoint == "hit" and await self._api.is_new(key)):
            _check(self._new, line, NEW)
        reply = await self._do(endpoint, key, given, await self._asker(scope, headers, given))
        return reply._replace(path=key.name)

    async def _do(self, endpoint: str, key: Key, given: Mapping[str, str], asker: Asker) -> Reply:
        match endpoint:
            case "hit":
                return await self._api.hit(key)
            case "set":
                return await self._api.set(key, given, asker)
            case "update":
                return await self._api.update(key, given, asker)
            case "create":
                return await self._api.create(key, given, asker)
            case "info":
                return await self._api.info(key)
            case _:
                return await self._api.get(key)

    async def _asker(self, scope: HTTPScope, headers: Headers, given: Mapping[str, str]) -> Asker:
        """Who asks: by an owner's token, or by a key's secret, in the header or the query."""
        authorization = headers.text(b"authorization")
        _, _, bearer = (authorization or "").partition(" ")
        if bearer.strip().startswith(_OF_USERS):
            credentials = Credentials(authorization, scope["scheme"])
            principal = await self._authenticator.identify(credentials)
            self._authenticator.admit(principal, credentials)
            return Asker(user=principal.user_id if principal.may("write") else None)
        return Asker(secret=given.get("secret") or bearer.strip())


def _endpoint(scope: HTTPScope, headers: Headers, given: Mapping[str, str]) -> tuple[str, Key]:
    """``/hit/example.com/visits`` or ``/hit/visits``; a slash at the end means nothing."""
    _, endpoint, *parts = scope["raw_path"].decode("latin-1").rstrip("/").split("/")
    names = [_known(unquote(part), headers) for part in parts]
    if endpoint == "create":
        names = names or [given.get("key", "")]
        namespace = names[0] if len(names) > 1 else given.get("namespace")
        return endpoint, read_key(namespace, names[-1] or None)
    if len(names) not in {1, 2}:
        raise InvalidRequest(f"The address is /{endpoint}/, a namespace, / and a key.")
    return endpoint, read_key(names[0] if len(names) > 1 else None, names[-1] or "-")


def _known(text: str, headers: Headers) -> str:
    """``:HOST:`` and ``:PATHNAME:`` are those of the page that asks."""
    if text not in {":HOST:", ":PATHNAME:"}:
        return text
    referer = headers.text(b"referer") or headers.text(b"origin") or ""
    try:
        page = urlsplit(referer)
        host = page.hostname or ""
    except ValueError:
        return "..."
    return reserved(host if text == ":HOST:" else unquote(page.path))


def _dressed(reply: Reply, given: Mapping[str, str]) -> Answer:
    """As JSON, as a script that calls a function (JSONP), or as a pixel; neither of those fails."""
    headers = {**NEVER_KEPT, **_CORS, **({"x-path": reply.path} if reply.path else {})}
    if "img" in given:
        return Answer(200, {**headers, "content-type": "image/gif"}, _PIXEL)
    callback = given.get("callback")
    if callback is not None and _CALLBACK.fullmatch(callback):
        told = msgspec.json.encode({"code": reply.status, **reply.content}).decode()
        # The comment keeps a callback's name from being the first bytes of something else.
        script = f"/**/{callback}({told});".encode()
        return Answer(200, {**headers, "content-type": "text/javascript; charset=utf-8"}, script)
    headers["content-type"] = "application/json"
    return Answer(reply.status, headers, msgspec.json.encode(reply.content))


def _line(scope: HTTPScope) -> str:
    client = scope.get("client")
    return line_of(plain_address(client[0])) if client else ""


def _check(buckets: Buckets, line: str, per_minute: int) -> None:
    """Take one request of an address's; this very machine has no limit, as for ``collect``."""
    if line == "::1" or line.startswith("127."):
        return
    allowance = buckets.take(line, per_minute)
    if not allowance.allowed:
        raise RateLimited(allowance.retry_after)
