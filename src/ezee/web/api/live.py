"""Who is here now: asked once, or watched.

However many watch a tracker, one feed asks the store for all of them and wakes them when the
answer has changed. Each sends what is newest whenever its client takes it: nothing queues up for
one that is slow, and one that has hung up leaves.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, NamedTuple

import anyio.to_thread
import msgspec
from anyio import CapacityLimiter
from litestar import Request, Response, get
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ezee.accounts.policy import readable_by_public
from ezee.errors import EzeeError, Unavailable
from ezee.model.site import ReadableSite, SiteConfig
from ezee.stats.live import report_live
from ezee.stats.reader import Reader
from ezee.web.api.documentation import errors
from ezee.web.api.guards import credentials_of, public, visitor_of
from ezee.web.crowd import Crowd
from ezee.web.errors import log_failure
from ezee.web.services import Services, services_of

AnyRequest = Request[Any, Any, Any]

MOST_STREAMS = 4_000
MOST_STREAMS_OF_ONE = 50
# Seconds between two questions to the store about one tracker.
_PAUSE = 2
# Seconds after which a stream says that it is still there, and a token is looked at again.
_BEAT = 15
# Most of a question's time is waiting for visits to be derived, which costs nothing.
_QUESTIONS_AT_ONCE = 16

_EVENT_STREAM = "text/event-stream"
_STILL_HERE = b":\n\n"


@get(
    "/api/public/live",
    guards=[public],
    responses=errors(400, 401, 403, 404, 429, 503),
)
async def live(request: AnyRequest) -> ASGIApp:
    """The visitors of the last five minutes, their pages and sources; a stream where asked for."""
    if _wants_stream(request):
        return _Watcher(request, _feeds_of(request))
    services, site_id = services_of(request), _site_id(request)
    answer = await anyio.to_thread.run_sync(
        _ask, services, site_id, visitor_of(request), limiter=services.readers
    )
    headers = {"vary": "accept, authorization", "cache-control": "no-cache"}
    response = Response(answer, headers=headers, media_type="application/json")
    return response.to_asgi_response(None, request)


def _wants_stream(request: AnyRequest) -> bool:
    accepted = ",".join(request.headers.getall("accept", [])).split(",")
    return any(each.partition(";")[0].strip().lower() == _EVENT_STREAM for each in accepted)


def _site_id(request: AnyRequest) -> str:
    reader = Reader(list(request.query_params.multi_items()), ("site_id",))
    site_ids = reader.all("site_id")
    if len(site_ids) != 1:
        reader.wrong("site_id", "is required, once")
    reader.finish()
    return site_ids[0]


def _ask(services: Services, site_id: str, viewer: str | None) -> bytes:
    return _answer(services, _readable(services, site_id, viewer))


def _readable(services: Services, site_id: str, viewer: str | None) -> ReadableSite:
    return readable_by_public(services.directory.find(site_id), viewer)


def _answer(services: Services, site: ReadableSite) -> bytes:
    return msgspec.json.encode({"data": report_live(services.store, site, services.clock.now())})


class _Sight(NamedTuple):
    """A tracker, None once it is gone, and the event that tells of its visitors."""

    site: SiteConfig | None
    event: bytes


class _Feed:
    """What is newest of one tracker, kept so while anybody watches."""

    def __init__(self, look: Callable[[], Awaitable[_Sight]]) -> None:
        self._look = look
        self._looked = asyncio.Event()
        self.watchers: set[asyncio.Event] = set()
        self.sight: _Sight | None = None
        self.over = False

    async def first(self) -> None:
        """Return when there is something to be seen.

        Raises:
            Unavailable: the store cannot answer for now.
        """
        await self._looked.wait()
        if self.sight is None:
            raise Unavailable

    async def run(self) -> None:
        """Look again and again until nobody watches or the service stops."""
        while self.watchers and not self.over:
            await self._refresh()
            await asyncio.sleep(_PAUSE)
            self.over = _is_stopping()
        self._wake()

    async def _refresh(self) -> None:
        try:
            sight = await self._look()
        except EzeeError:
            # What was seen last stays, and the next look may succeed.
            return
        except Exception as failure:  # noqa: BLE001 - who watches must not wait for ever
            log_failure(failure)
            return
        finally:
            self._looked.set()
        if sight != self.sight:
            self.sight = sight
            self._wake()

    def _wake(self) -> None:
        for watcher in self.watchers:
            watcher.set()


class _Feeds:
    """The feeds of one service, and who watches them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._questions = CapacityLimiter(_QUESTIONS_AT_ONCE)
        self._running: dict[str, tuple[_Feed, asyncio.Task[None]]] = {}
        self.crowd = Crowd(
            MOST_STREAMS, MOST_STREAMS_OF_ONE, exempt=services.settings.trusted_proxies
        )

    @contextmanager
    def watch(self, site: ReadableSite, watcher: asyncio.Event) -> Iterator[_Feed]:
        """The feed of a tracker; it sets ``watcher`` whenever there is something new."""
        if site.site_id not in self._running:
            feed = _Feed(partial(self._look, site))
            self._running[site.site_id] = feed, asyncio.create_task(self._run(site.site_id, feed))
        feed, _ = self._running[site.site_id]
        feed.watchers.add(watcher)
        try:
            yield feed
        finally:
            feed.watchers.discard(watcher)

    async def _run(self, site_id: str, feed: _Feed) -> None:
        try:
            await feed.run()
        finally:
            del self._running[site_id]

    async def _look(self, site: ReadableSite) -> _Sight:
        return await anyio.to_thread.run_sync(self._sight, site, limiter=self._questions)

    def _sight(self, site: ReadableSite) -> _Sight:
        found = self._services.directory.find(site.site_id)
        if found is None:
            return _Sight(None, b"")
        return _Sight(found, b"data: %b\n\n" % _answer(self._services, site))


class _Watcher:
    """The stream of one client, as an ASGI application."""

    def __init__(self, request: AnyRequest, feeds: _Feeds) -> None:
        self._request = request
        self._services = services_of(request)
        self._feeds = feeds
        self._viewer = visitor_of(request)
        self._identified_at = self._services.clock.elapsed()
        self._news = asyncio.Event()

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Stream until the client hangs up, may no longer read, or the service stops."""
        address = self._request.client.host if self._request.client else ""
        self._feeds.crowd.enter(address)
        try:
            site = await anyio.to_thread.run_sync(
                _readable, self._services, _site_id(self._request), self._viewer
            )
            with self._feeds.watch(site, self._news) as feed:
                await feed.first()
                await self._stream(feed, receive, send)
        finally:
            self._feeds.crowd.leave(address)

    async def _stream(self, feed: _Feed, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_hung_up(receive))
        gone.add_done_callback(lambda _: self._news.set())
        try:
            await send(_start())
            sent = b""
            while not (gone.done() or feed.over) and await self._may_read(feed.sight):
                self._news.clear()
                event = feed.sight.event if feed.sight else b""
                await send(_piece(_STILL_HERE if event == sent else event))
                sent = event
                await self._wait()
            await send(_piece(b"", more=False))
        finally:
            gone.cancel()

    async def _may_read(self, sight: _Sight | None) -> bool:
        """Whether the tracker may be read now: its settings change, and tokens are revoked."""
        try:
            await self._identify_again()
            readable_by_public(sight.site if sight else None, self._viewer)
        except EzeeError:
            return False
        return True

    async def _identify_again(self) -> None:
        now = self._services.clock.elapsed()
        if self._viewer is not None and now - self._identified_at >= _BEAT:
            await self._services.authenticator.identify(credentials_of(self._request))
            self._identified_at = now

    async def _wait(self) -> None:
        """Until there is something new, or it is time to say that there is not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_BEAT):
                await self._news.wait()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _start() -> Message:
    # A new one each time: others add headers to it.
    return {
        "type": "http.response.start",
        "status": 200,
        "headers": [
            (b"content-type", _EVENT_STREAM.encode()),
            (b"cache-control", b"no-store"),
            # nginx would gather what is meant to arrive at once.
            (b"x-accel-buffering", b"no"),
        ],
    }


def _piece(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


def _feeds_of(request: AnyRequest) -> _Feeds:
    state = request.app.state
    if "live" not in state:
        state["live"] = _Feeds(services_of(request))
    feeds: _Feeds = state["live"]
    return feeds


def _is_stopping() -> bool:
    """Whether the server was told to stop: it waits for every answer, and a stream has no end.

    It tells no application of that; what knows is the server whose method handles the signal.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
