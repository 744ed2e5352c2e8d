"""Requests and limits, noted for ``/metrics``. Paths are strangers' text: routes alone are kept."""

from __future__ import annotations

from collections.abc import Hashable

from litestar.types import HTTPScope, Message, Scope, Send

from ezee.limits import Allowance
from ezee.shared_limits import Quota, Quotas
from ezee.vitals import Vitals
from ezee.web.compat.routes import DIALECTS

_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
_NO_ROUTE = "none"


class NotedQuotas:
    """Any other ``Quotas``, with an eye on whom they turn away."""

    def __init__(self, quotas: Quotas, vitals: Vitals) -> None:
        self._quotas = quotas
        self._vitals = vitals

    def of(self, kind: str) -> Quota:
        """See ``Quotas.of``."""
        return _NotedQuota(self._quotas.of(kind), kind, self._vitals)

    async def close(self) -> None:
        """See ``Quotas.close``."""
        await self._quotas.close()


class _NotedQuota:
    def __init__(self, quota: Quota, kind: str, vitals: Vitals) -> None:
        self._quota = quota
        self._kind = kind
        self._limited = vitals.limited

    async def take(self, key: Hashable, per_minute: int, count: int = 1) -> Allowance:
        allowance = await self._quota.take(key, per_minute, count)
        # Who takes nothing only asks.
        if count and not allowance.allowed:
            self._limited[self._kind] += 1
        return allowance


def counting(vitals: Vitals, scope: HTTPScope, send: Send) -> Send:
    """``send``, which counts the answer to a request that goes by the framework."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            _count(vitals, scope["method"], _first_part(scope["path"]), message["status"])
        await send(message)

    return sending


async def count_answer(vitals: Vitals, message: Message, scope: Scope) -> None:
    """Count an answer of the framework's, by the template of its route."""
    if message["type"] == "http.response.start":
        route = str(scope.get("path_template") or _NO_ROUTE)
        _count(vitals, str(scope.get("method")), route, message["status"])


def _count(vitals: Vitals, method: str, route: str, status: int) -> None:
    vitals.requests[method if method in _METHODS else "other", route, status] += 1


def _first_part(path: str) -> str:
    """The route of a path that has a handler: there are so many first parts and no more."""
    if path in DIALECTS:
        return path
    first, slash, _ = path.removeprefix("/").partition("/")
    return f"/{first}/{{rest}}" if slash else f"/{first}"
