"""Token buckets that several nodes share: in Redis, or each node's own while it is away.

A request is one script there, which reads, decides and writes in one go by the server's own clock,
so nodes whose clocks differ agree all the same. What stands in Redis is a hash that is keyed with
the service's key, and a number that expires when the bucket is full again: no address, no token.

Where Redis does not answer, within half a second, requests are counted by the node itself, against
that node's part of the limit: the limit divided by the number of nodes, so that all of them
together let pass no more. Redis is asked again every second.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from ezee.clock import Clock
from ezee.errors import SetupError
from ezee.limits import NOTHING, Allowance, Buckets

if TYPE_CHECKING:
    from redis.asyncio import Redis

# In seconds: how long one attempt may take, all of a request's attempts, and the rest after one
# that came to nothing.
_ATTEMPT = 0.25
_PATIENCE = 0.5
_REST = 1.0
_CONNECTIONS = 32

# The same as in ``Buckets.take``, in microseconds.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local per_minute, count, nothing = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local each = 60000000 / per_minute
local owed = math.max(0, tonumber(redis.call('GET', KEYS[1]) or now) - now)
local wait = math.max(0, owed - (60000000 - math.min(count, per_minute) * each))
if wait <= nothing then
    owed = owed + count * each
    wait = 0
    if owed > 0 then
        local full_at = string.format('%.2f', now + owed)
        redis.call('SET', KEYS[1], full_at, 'PX', math.ceil(owed / 1000))
    end
end
return {string.format('%.2f', owed), string.format('%.2f', wait)}
"""
_SECOND = 1_000_000

_log = structlog.get_logger("ezee.limits")


class Quota(Protocol):
    """One bucket for each key, for one kind of request."""

    async def take(self, key: Hashable, per_minute: int, count: int = 1) -> Allowance:
        """Take ``count`` requests out of the key's bucket if they are there."""
        ...


class Quotas(Protocol):
    """Where the buckets of a service are."""

    def of(self, kind: str) -> Quota:
        """The buckets of a kind of request."""
        ...

    async def close(self) -> None:
        """Let go of whatever was opened for them."""
        ...


class OwnQuotas:
    """Buckets in the memory of a service that is alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def of(self, kind: str) -> Quota:  # noqa: ARG002 - each has buckets of its own anyway
        """See ``Quotas.of``."""
        return _OwnQuota(Buckets(self._clock))

    async def close(self) -> None:
        """See ``Quotas.close``."""


class SharedQuotas:
    """Buckets in Redis, shared by ``nodes`` services.

    ``key`` is what their names are hashed with, the same on every node.

    Raises:
        SetupError: the address cannot be meant, or the client library is not installed.
    """

    def __init__(self, url: str, key: bytes, nodes: int, clock: Clock) -> None:
        self._redis = _client(url)
        self._script = self._redis.register_script(_TAKE)
        self._key = key
        self._nodes = nodes
        self._clock = clock
        self._ask_at = 0.0
        self.away = False

    def of(self, kind: str) -> Quota:
        """See ``Quotas.of``."""
        return _SharedQuota(self, kind, Buckets(self._clock), self._nodes)

    async def close(self) -> None:
        """See ``Quotas.close``."""
        await self._redis.aclose()

    async def ask(self, kind: str, key: Hashable, per_minute: int, count: int) -> Allowance | None:
        """What the shared bucket says; None while Redis is away."""
        now = self._clock.elapsed()
        if self.away:
            if now < self._ask_at:
                return None
            # One request finds out; others do not wait for it.
            self._ask_at = now + _REST
        failure: BaseException
        try:
            async with asyncio.timeout(_PATIENCE):
                owed, wait = await self._script(
                    keys=[self._name(kind, key)],
                    args=[per_minute, count, NOTHING * _SECOND],
                )
        except (_library().RedisError, OSError) as error:
            failure = error
        else:
            self._note(away=False)
            return Allowance.of(per_minute, float(owed) / _SECOND, float(wait) / _SECOND)
        self._ask_at = now + _REST
        self._note(away=True, kind=type(failure).__name__)
        return None

    def _name(self, kind: str, key: Hashable) -> str:
        text = repr((kind, key)).encode(errors="surrogatepass")
        return f"ezee:limit:{hmac.digest(self._key, text, 'sha256')[:16].hex()}"

    def _note(self, *, away: bool, **more: str) -> None:
        if away == self.away:
            return
        self.away = away
        if away:
            _log.warning("Redis is away; limits are this node's own, and stricter", **more)
        else:
            _log.info("Redis answers; limits are shared again")


class _OwnQuota:
    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    async def take(self, key: Hashable, per_minute: int, count: int = 1) -> Allowance:
        return self._buckets.take(key, per_minute, count)


class _SharedQuota:
    def __init__(self, quotas: SharedQuotas, kind: str, own: Buckets, nodes: int) -> None:
        self._quotas = quotas
        self._kind = kind
        self._own = own
        self._nodes = nodes

    async def take(self, key: Hashable, per_minute: int, count: int = 1) -> Allowance:
        shared = await self._quotas.ask(self._kind, key, per_minute, count)
        # The node's own bucket counts along: who has just used up what Redis gave does not find
        # another full one when it goes away.
        if shared is not None and not shared.allowed:
            return shared
        own = self._own.take(key, max(1, per_minute // self._nodes), count)
        return own if shared is None else shared


def open_quotas(url: str, key: bytes, nodes: int, clock: Clock) -> Quotas:
    """The buckets of a service: in the Redis of that address, or its own where there is none.

    Raises what ``SharedQuotas`` does.
    """
    return SharedQuotas(url, key, nodes, clock) if url else OwnQuotas(clock)


def _client(url: str) -> Redis:
    library = _library()
    # Loaded where it is used: a service that is alone needs none of it.
    from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_ATTEMPT,
            socket_timeout=_ATTEMPT,
            socket_connect_timeout=_ATTEMPT,
            # A connection of before a restart of Redis is found dead when it is used.
            retry=Retry(NoBackoff(), 1, supported_errors=(library.ConnectionError,)),
            decode_responses=True,
        )
    except (ValueError, library.RedisError):
        raise SetupError(
            "The Redis for limits is named by an address such as redis://redis.example.com:6379/0."
        ) from None
    return Redis.from_pool(pool)


def _library() -> Any:
    try:
        from redis import exceptions  # noqa: PLC0415
    except ImportError:
        raise SetupError(
            "Limits in Redis need its client library: pip install 'ezee[cluster]'."
        ) from None
    return exceptions
