"""``/metrics``: what ``vitals`` counts, as Prometheus reads it.

It is answered where a setting says so: to addresses that are named, or to who brings a token.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

import anyio.to_thread
from litestar.types import HTTPScope, Receive, Send
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ezee import __version__
from ezee.errors import EzeeError, Forbidden, MethodNotAllowed, Unauthorized
from ezee.room import free_bytes
from ezee.settings import Settings
from ezee.store.base import EventStore
from ezee.store.looks import Condition, Row
from ezee.vitals import Histogram, Vitals
from ezee.web.counters.answers import send_answer
from ezee.web.errors import Answer, answer_json
from ezee.web.probing import Probe
from ezee.web.senders import Headers

PATH = "/metrics"

_METHODS = ("GET", "HEAD")
_PATIENCE = 3.0
_WRONG_TOKEN = "Metrics are for who brings the token that the service was given for them."  # noqa: S105
_WRONG_ADDRESS = "Metrics are not for this address."


class MetricsRoutes:
    """Finds the handler of a path; of none while no setting says who may ask."""

    def __init__(self, settings: Settings, store: EventStore, vitals: Vitals) -> None:
        self._is_on = bool(settings.metrics_from or settings.metrics_token)
        self._networks = [ipaddress.ip_network(each) for each in settings.metrics_from]
        self._token = _digest(settings.metrics_token) if settings.metrics_token else b""
        self._condition = Probe(lambda: store.look(Condition()), _PATIENCE)
        self._settings = settings
        self._vitals = vitals

    def find(self, path: str) -> Callable[[HTTPScope, Receive, Send], Awaitable[None]] | None:
        """The handler of that path, None when it is another's."""
        return self._answer if path == PATH and self._is_on else None

    async def _answer(self, scope: HTTPScope, _: Receive, send: Send) -> None:
        headers = Headers(scope["headers"])
        try:
            if scope["method"] not in _METHODS:
                raise MethodNotAllowed(_METHODS)
            self._check(scope, headers)
            answer = await self._metrics(headers.text(b"accept") or "")
        except EzeeError as error:
            answer = answer_json(error)
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    def _check(self, scope: HTTPScope, headers: Headers) -> None:
        client = scope.get("client")
        if client and self._is_trusted(client[0]):
            return
        if not self._token:
            raise Forbidden(_WRONG_ADDRESS)
        scheme, _, token = (headers.text(b"authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(_digest(token), self._token):
            raise Unauthorized(_WRONG_TOKEN)

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in network for network in self._networks)

    async def _metrics(self, accept: str) -> Answer:
        rows = await self._condition.ask()
        reading = _Reading(self._vitals, rows[0] if rows else None, self._settings)
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(reading)
        encode, content_type = choose_encoder(accept)
        body = await anyio.to_thread.run_sync(encode, registry)
        return Answer(200, {"content-type": content_type, "cache-control": "no-store"}, body)


class _Reading(Collector):
    """All there is to tell at one moment; ``condition`` is None while the store does not answer."""

    def __init__(self, vitals: Vitals, condition: Row | None, settings: Settings) -> None:
        self._vitals = vitals
        self._condition = condition
        self._settings = settings

    def collect(self) -> Iterator[Metric]:
        """Every family. Names and labels are documented in ``docs/monitoring.md``."""
        yield InfoMetricFamily("ezee", "The version that runs.", {"version": __version__})
        yield from self._counters()
        yield from self._histograms()
        yield from self._gauges()
        yield from self._store()

    def _counters(self) -> Iterator[Metric]:
        vitals = self._vitals
        yield _counter(
            "ezee_events", "Events, by verdict and reason.", ("verdict", "reason"), vitals.events
        )
        yield _counter(
            "ezee_http_requests",
            "Requests, by method, route and status.",
            ("method", "route", "status"),
            {
                (*route, str(status)): number
                for (*route, status), number in dict(vitals.requests).items()
            },
        )
        yield _counter(
            "ezee_limits_hit",
            "How often somebody was turned away by a limit.",
            ("limit",),
            {(name,): number for name, number in dict(vitals.limited).items()},
        )
        yield _counter(
            "ezee_commit_failures", "Commits that failed.", (), {(): vitals.commit_failures}
        )

    def _histograms(self) -> Iterator[Metric]:
        vitals = self._vitals
        yield _histogram("ezee_commit_seconds", "How long commits take.", vitals.commit_seconds)
        yield _histogram("ezee_commit_events", "How many events they have.", vitals.commit_events)
        asked = HistogramMetricFamily(
            "ezee_store_seconds", "How long the store takes to answer.", labels=("kind",)
        )
        for kind, histogram in vitals.asked_seconds.items():
            asked.add_metric((kind,), *_buckets(histogram))
        yield asked

    def _gauges(self) -> Iterator[Metric]:
        for name, read in self._vitals.gauges.items():
            yield GaugeMetricFamily(f"ezee_{name}", _GAUGES.get(name, name), read())
        yield GaugeMetricFamily(
            "ezee_stopping", "1 once a stop was asked for.", int(self._vitals.stopping)
        )
        free = free_bytes(self._settings.data)
        yield GaugeMetricFamily(
            "ezee_data_free_bytes", "What is free on the data folder's disk.", free
        )

    def _store(self) -> Iterator[Metric]:
        # A spool answers for a store that is away, and knows nothing of its schema.
        is_up = self._condition is not None and bool(self._condition[0])
        yield GaugeMetricFamily("ezee_store_up", "1 while the store answers.", int(is_up))
        if self._condition is None:
            return
        for (name, text), value in zip(_CONDITION, self._condition, strict=True):
            yield GaugeMetricFamily(f"ezee_{name}", text, float(value))


_GAUGES = {
    "waiting_events": "Events that wait for the next commit.",
    "connections": "Clients that are connected.",
}
# In the order of a ``Condition``'s row.
_CONDITION = (
    ("store_schema", "The version of the store's schema."),
    ("store_schema_newest", "The newest version that the store knows."),
    ("rollup_waiting_events", "Events that wait to be rolled up."),
    ("rollup_waiting_days", "Local days that wait to be rolled up."),
    ("store_resident_bytes", "Memory of the store's process."),
    ("store_file_bytes", "Size of the event file."),
    ("store_log_bytes", "Size of the event file's log."),
    ("spool_batches", "Batches of events that wait on this disk for a store that is away."),
    ("spool_bytes", "Bytes of events that wait on this disk for a store that is away."),
)


def _counter(name: str, text: str, labels: tuple[str, ...], counts: Mapping[Any, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    # At once: others add to it meanwhile.
    for values, number in sorted(dict(counts).items()):
        family.add_metric(values, number)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    family = HistogramMetricFamily(name, text)
    family.add_metric((), *_buckets(histogram))
    return family


def _buckets(histogram: Histogram) -> tuple[list[tuple[str, float]], float]:
    """The counts as Prometheus wants them, each with those before it, and the sum."""
    counts, total, so_far = [*histogram.counts], histogram.sum, 0
    buckets: list[tuple[str, float]] = []
    for bound, count in zip((*_texts(histogram.bounds), "+Inf"), counts, strict=True):
        so_far += count
        buckets.append((bound, so_far))
    return buckets, total


def _texts(bounds: Iterable[float]) -> tuple[str, ...]:
    return tuple(str(float(bound)) for bound in bounds)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
