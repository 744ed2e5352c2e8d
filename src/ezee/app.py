"""The composition root: every part of a running service, put together in one place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import anyio.to_thread
import structlog
from anyio import CapacityLimiter
from litestar import Litestar, Request, Router, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ezee import __version__
from ezee.accounts.database import Database
from ezee.accounts.directory import SiteDirectory
from ezee.accounts.service_key import limits_key, read_service_key
from ezee.accounts.tokens import LastUsed
from ezee.clock import Clock
from ezee.erasing import erase_due
from ezee.errors import EzeeError, NotFound, SetupError, Unavailable
from ezee.events.bots import declared
from ezee.events.collector import Collector
from ezee.events.committer import GroupCommit
from ezee.events.places import open_places
from ezee.events.steps import agent, source
from ezee.events.surroundings import surroundings_of
from ezee.exports.scratch import clear_left
from ezee.following import Follower
from ezee.limits import Buckets
from ezee.mail import read_mail_server
from ezee.retention import expire_due
from ezee.room import Room
from ezee.settings import SCRIPT_NAME, Settings
from ezee.shared_limits import open_quotas
from ezee.store.base import EventStore
from ezee.store.noted import noted
from ezee.store.salts import Salts
from ezee.upgrades.snapshots import forget_old
from ezee.vitals import Vitals
from ezee.web import api, html
from ezee.web.api.bodies import take_body
from ezee.web.api.documentation import complete
from ezee.web.auth import Authenticator
from ezee.web.collect import PATH as COLLECT
from ezee.web.collect import CollectHandler, CollectLimit
from ezee.web.compat.routes import OtherTrackers
from ezee.web.counters.routes import CounterRoutes
from ezee.web.errors import log_failure
from ezee.web.failures import answer_failure
from ezee.web.heads import answer_heads
from ezee.web.health import HealthRoutes
from ezee.web.metrics import MetricsRoutes
from ezee.web.noting import NotedQuotas, count_answer, counting
from ezee.web.pending import Pending
from ezee.web.protocol import Whole
from ezee.web.script.serving import script_routes
from ezee.web.script.versions import keep_scripts
from ezee.web.services import Services, services_of
from ezee.web.sharing import Sharing

Routes = CounterRoutes | OtherTrackers | HealthRoutes | MetricsRoutes

_REPORTS_AT_ONCE = 4
_FOLLOW_EVERY = 0.25
# Little is due but at midnight, and where a rule was changed.
_EXPIRE_EVERY = 1800.0
# What a removal could not carry out by itself.
_ERASE_EVERY = 300.0
_log = structlog.get_logger("ezee.app")


def build(
    settings: Settings,
    clock: Clock,
    database: Database,
    store: EventStore,
    salts: Salts,
    *,
    vitals: Vitals | None = None,
) -> Application:
    """The ASGI application of a service on an open database and store.

    The caller opened those and closes them, after the application's shutdown; what is noted in
    ``vitals`` may be read by others.
    """
    vitals = vitals or Vitals()
    store = noted(store, vitals)
    last_used = LastUsed(database)
    services = assemble(settings, clock, database, store, salts, last_used=last_used, vitals=vitals)
    limit = CollectLimit(services.directory, Buckets(clock), settings.collect_limit, vitals)
    collector = Collector(
        services.directory, surroundings_of(settings, salts), store, services.commit, clock
    )
    application = _framework(services, last_used, vitals)
    framework = answer_heads(application)
    collect = CollectHandler(collector, services.authenticator, limit, vitals)
    others = OtherTrackers(services, collector, limit)
    health, metrics = HealthRoutes(database, store, vitals), MetricsRoutes(settings, store, vitals)
    routes: list[Routes] = [CounterRoutes(services, collector), others, health, metrics]
    alias = _alias_of_collect(settings, application, routes)
    return Application(collect, routes, framework, vitals, alias)


def _alias_of_collect(settings: Settings, application: Litestar, routes: Sequence[Routes]) -> str:
    """The path that the script of another name sends its events to.

    Raises:
        SetupError: something else is there.
    """
    path = COLLECT if settings.script_name == SCRIPT_NAME else f"/{settings.script_name}"
    taken = {f"/{route.path.split('/')[1]}" for route in application.routes}
    if path in taken or any(each.find(path) for each in routes):
        raise SetupError(f"script_name: something else answers at {path}. Choose another name.")
    return path


def assemble(
    settings: Settings,
    clock: Clock,
    database: Database,
    store: EventStore,
    salts: Salts,
    *,
    last_used: LastUsed,
    vitals: Vitals | None = None,
) -> Services:
    """What the routes work with. Its directory is to be closed, and ``last_used`` written."""
    vitals = vitals or Vitals()
    readers = CapacityLimiter(_REPORTS_AT_ONCE)
    key = read_service_key(settings.data)
    shared = open_quotas(settings.limits, limits_key(key), settings.nodes, clock)
    quotas = NotedQuotas(shared, vitals)
    tokens = quotas.of("token")
    commit = GroupCommit(store, salts, vitals)
    vitals.gauges["waiting_events"] = lambda: commit.queued
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        directory=SiteDirectory(database, key, clock),
        store=store,
        salts=salts,
        commit=commit,
        authenticator=Authenticator(database, last_used, clock, tokens, https=settings.https),
        quotas=quotas,
        public_stats=quotas.of("public stats"),
        sign_in_tries=quotas.of("sign-in"),
        pending=Pending(database, clock),
        mail=read_mail_server(settings.smtp, settings.mail_from),
        readers=readers,
        reports=Sharing(readers),
    )


class Application:
    """Where a request goes: ``collect``, counters and other trackers go by the framework, as that
    is where the traffic is.

    ``alias`` is where ``collect`` answers too.
    """

    def __init__(
        self,
        collect: CollectHandler,
        routes: Sequence[Routes],
        framework: ASGIApp,
        vitals: Vitals,
        alias: str,
    ) -> None:
        self._collect = collect
        self._collects = {COLLECT, alias}
        self._routes = routes
        self._framework = framework
        self._vitals = vitals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == ScopeType.HTTP:
            path = scope["path"]
            if path in self._collects:
                await self._collect(scope, receive, send)
                return
            found = (each.find(path) for each in self._routes)
            handler = next(filter(None, found), None)
            if handler is not None:
                await handler(scope, receive, counting(self._vitals, scope, send))
                return
        await self._framework(scope, receive, send)

    def answer_whole(self, scope: HTTPScope, whole: Whole) -> bool:
        """See ``Prompt``."""
        return scope["path"] in self._collects and self._collect.answer_whole(scope, whole)


def _framework(services: Services, last_used: LastUsed, vitals: Vitals) -> Litestar:
    return Litestar(
        route_handlers=[
            *api.ROUTES,
            *html.ROUTES,
            openapi,
            script_routes(keep_scripts(services.settings.data), services.settings.script_name),
        ],
        exception_handlers={Exception: answer_failure},
        before_request=take_body,
        before_send=[_add_headers, partial(count_answer, vitals)],
        lifespan=[partial(_run, services, last_used)],
        request_max_body_size=1 << 20,
        openapi_config=OpenAPIConfig(
            title="ezee",
            version=__version__,
            description="Cookie-free web analytics: collect, stats, trackers.",
            use_handler_docstrings=True,
            # The document is completed and served below; the framework's own pages, which it
            # cannot be told to leave out, are not there.
            openapi_router=Router(
                "/openapi", route_handlers=[], include_in_schema=False, guards=[_nothing_here]
            ),
            render_plugins=[JsonRenderPlugin()],
        ),
        logging_config=None,
        state=State({"services": services}),
    )


async def _nothing_here(_: ASGIConnection[Any, Any, Any, Any], __: BaseRouteHandler) -> None:
    raise NotFound


@get("/openapi.json", include_in_schema=False)
async def openapi(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The OpenAPI document of this service."""
    base_url = services_of(request).settings.base_url
    return complete(request.app.openapi_schema.to_schema(), base_url)


async def _add_headers(message: Message, scope: Scope) -> None:
    """What many answers carry: the rate limit's fields, and CORS on the public part."""
    if message["type"] != "http.response.start":
        return
    headers: dict[str, str] = dict(scope.get("state", {}).get("rate_limit", {}))
    if scope["path"].startswith("/api/public/"):
        headers["access-control-allow-origin"] = "*"
        if scope.get("method") == "OPTIONS":
            headers["access-control-allow-methods"] = "GET, HEAD, OPTIONS"
            headers["access-control-allow-headers"] = "Authorization, If-None-Match"
            headers["access-control-max-age"] = "86400"
        else:
            headers["access-control-expose-headers"] = (
                "ETag, RateLimit, RateLimit-Policy, Retry-After"
            )
    headers["x-content-type-options"] = "nosniff"
    message["headers"] = [
        *message["headers"],
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]


@asynccontextmanager
async def _run(services: Services, last_used: LastUsed, _: Litestar) -> AsyncIterator[None]:
    """Before the first request, beside all of them, and after the last."""
    try:
        await anyio.to_thread.run_sync(_prepare, services)
    except Exception as failure:
        log_failure(failure)
        raise
    chores = [
        asyncio.create_task(_every(seconds, chore))
        for seconds, chore in _chores(services, last_used)
    ]
    chores.append(asyncio.create_task(_enter_drops(services.commit)))
    try:
        yield
    finally:
        for task in chores:
            task.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        await services.commit.close()
        await services.quotas.close()
        await anyio.to_thread.run_sync(last_used.write)
        services.directory.close()


def _prepare(services: Services) -> None:
    declared.warm_up()
    agent.warm_up()
    source.warm_up()
    clear_left()
    # Where there is no room for it, it is tried again.
    with suppress(Unavailable):
        erase_due(services.database, services.store, services.salts)


def _chores(services: Services, last_used: LastUsed) -> list[tuple[float, Callable[[], Any]]]:
    """The periodic work, and how many seconds apart."""
    follower = Follower(
        services.settings,
        services.database,
        services.salts,
        services.directory,
        services.clock,
    )
    return [
        (_FOLLOW_EVERY, follower.look),
        (10, Room(services.settings.data).look),
        (1, open_places(services.settings.places_database).refresh),
        (5, last_used.write),
        (60, lambda: services.salts.destroy_expired(services.clock.now())),
        (60, lambda: services.salts.prepare(services.clock.now())),
        (3600, lambda: forget_old(services.settings.data, services.clock.now())),
        (_EXPIRE_EVERY, lambda: _expire(services)),
        (_ERASE_EVERY, lambda: _erase(services)),
    ]


def _erase(services: Services) -> None:
    # A removal that is under way waits for events in line, and erases by itself.
    before = services.clock.now() - round(_ERASE_EVERY * 1000)
    erase_due(services.database, services.store, services.salts, before)


def _expire(services: Services) -> None:
    removed = expire_due(
        services.database,
        services.store,
        services.clock.now(),
        moved=services.directory.refresh,
    )
    if removed:
        _log.info("events expired", events=removed)


async def _enter_drops(commit: GroupCommit) -> None:
    while True:
        await asyncio.sleep(1)
        await commit.enter()


async def _every(seconds: float, chore: Callable[[], Any]) -> None:
    while True:
        try:
            await anyio.to_thread.run_sync(chore)
        except EzeeError as error:
            _log.warning("periodic work failed, will be tried again", code=error.code)
        except Exception as failure:  # noqa: BLE001 - the next round must come whatever this one did
            log_failure(failure)
        await asyncio.sleep(seconds)
