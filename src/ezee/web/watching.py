"""Watching who is here: streams of events, for programs and for pages.

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
from typing import Any, NamedTuple, Protocol

import anyio.to_thread
import msgspec
from anyio import CapacityLimiter
from litestar import Request
from litestar.types import Message, Receive, Scope, Send

from ezee.errors import EzeeError, Unavailable
from ezee.model.site import ReadableSite, SiteConfig
from ezee.stats.live import report_live
from ezee.web.crowd import Crowd
from ezee.web.errors import log_failure
from ezee.web.services import Services, services_of

AnyRequest = Request[Any, Any, Any]

MOST_STREAMS = 4_000
MOST_STREAMS_OF_ONE = 50
# Seconds between two questions to the store about one tracker.
_PAUSE = 2
# Seconds after which a stream says that it is still there, and who watches is looked at again.
BEAT = 15
# Most of a question's time is waiting for visits to be derived, which costs nothing.
_QUESTIONS_AT_ONCE = 16

_EVENT_STREAM = "text/event-stream"
_STILL_HERE = b":\n\n"
# The store cannot answer for now; what was told last is from before.
_AWAY = b"event: away\ndata: {}\n\n"


def wants_stream(request: AnyRequest) -> bool:
    """Whether events are asked for."""
    accepted = ",".join(request.headers.getall("accept", [])).split(",")
    return any(each.partition(";")[0].strip().lower() == _EVENT_STREAM for each in accepted)


def tell(services: Services, site: ReadableSite) -> bytes:
    """Who is here, as JSON. Blocks."""
    return msgspec.json.encode({"data": report_live(services.store, site, services.clock.now())})


class Watched(Protocol):
    """A tracker as somebody watches it."""

    async def open(self) -> ReadableSite:
        """The tracker, at first; raises what the answer then is."""

    async def check(self, site: SiteConfig | None) -> None:
        """Raise an ``EzeeError`` when it may not be watched any more: ends the stream.

        ``site`` is as it is now, None once it is gone. It is asked at every event and beat.
        """


class Sight(NamedTuple):
    """A tracker, None once it is gone, and the event that tells of its visitors."""

    site: SiteConfig | None
    event: bytes


class Feed:
    """What is newest of one tracker, kept so while anybody watches."""

    def __init__(self, look: Callable[[], Awaitable[Sight]]) -> None:
        self._look = look
        self._looked = asyncio.Event()
        self.watchers: set[asyncio.Event] = set()
        self.sight: Sight | None = None
        self.away = False
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
        before = self.sight, self.away
        try:
            self.sight = await self._look()
            self.away = False
        except EzeeError:
            # What was seen last stays, and the next look may succeed.
            self.away = True
        except Exception as failure:  # noqa: BLE001 - who watches must not wait for ever
            log_failure(failure)
            self.away = True
        finally:
            self._looked.set()
        if (self.sight, self.away) != before:
            self._wake()

    def _wake(self) -> None:
        for watcher in self.watchers:
            watcher.set()


class Feeds:
    """The feeds of one service, and who watches them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._questions = CapacityLimiter(_QUESTIONS_AT_ONCE)
        self._running: dict[str, tuple[Feed, asyncio.Task[None]]] = {}
        self.crowd = Crowd(
            MOST_STREAMS, MOST_STREAMS_OF_ONE, exempt=services.settings.trusted_proxies
        )

    @contextmanager
    def watch(self, site: ReadableSite, watcher: asyncio.Event) -> Iterator[Feed]:
        """The feed of a tracker; it sets ``watcher`` whenever there is something new."""
        if site.site_id not in self._running:
            feed = Feed(partial(self._look, site))
            self._running[site.site_id] = feed, asyncio.create_task(self._run(site.site_id, feed))
        feed, _ = self._running[site.site_id]
        feed.watchers.add(watcher)
        try:
            yield feed
        finally:
            feed.watchers.discard(watcher)

    async def _run(self, site_id: str, feed: Feed) -> None:
        try:
            await feed.run()
        finally:
            del self._running[site_id]

    async def _look(self, site: ReadableSite) -> Sight:
        return await anyio.to_thread.run_sync(self._sight, site, limiter=self._questions)

    def _sight(self, site: ReadableSite) -> Sight:
        found = self._services.directory.find(site.site_id)
        if found is None:
            return Sight(None, b"")
        return Sight(found, b"data: %b\n\n" % tell(self._services, site))


class Watcher:
    """The stream of one client, as an ASGI application.

    ``tells_age``: an event ``away`` says that the store cannot answer, and the next one of the
    others that it can.
    """

    def __init__(self, request: AnyRequest, watched: Watched, *, tells_age: bool = False) -> None:
        self._request = request
        self._watched = watched
        self._tells_age = tells_age
        self._feeds = _feeds_of(request)
        self._news = asyncio.Event()

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Stream until the client hangs up, may no longer read, or the service stops."""
        address = self._request.client.host if self._request.client else ""
        self._feeds.crowd.enter(address)
        try:
            site = await self._watched.open()
            with self._feeds.watch(site, self._news) as feed:
                await feed.first()
                await self._stream(feed, receive, send)
        finally:
            self._feeds.crowd.leave(address)

    async def _stream(self, feed: Feed, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_hung_up(receive))
        gone.add_done_callback(lambda _: self._news.set())
        try:
            await send(_start())
            sent = b""
            while not (gone.done() or feed.over) and await self._may_read(feed.sight):
                self._news.clear()
                event = self._event(feed)
                await send(_piece(_STILL_HERE if event == sent else event))
                sent = event
                await self._wait()
            await send(_piece(b"", more=False))
        finally:
            gone.cancel()

    def _event(self, feed: Feed) -> bytes:
        if feed.away and self._tells_age:
            return _AWAY
        return feed.sight.event if feed.sight else b""

    async def _may_read(self, sight: Sight | None) -> bool:
        """Whether it may be read now: settings change, and people sign out."""
        try:
            await self._watched.check(sight.site if sight else None)
        except EzeeError:
            return False
        return True

    async def _wait(self) -> None:
        """Until there is something new, or it is time to say that there is not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT):
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


def _feeds_of(request: AnyRequest) -> Feeds:
    state = request.app.state
    if "live" not in state:
        state["live"] = Feeds(services_of(request))
    feeds: Feeds = state["live"]
    return feeds


def _is_stopping() -> bool:
    """Whether the server was told to stop: it waits for every answer, and a stream has no end.

    It tells no application of that; what knows is the server whose method handles the signal.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
