"""Buckets in a real Redis: the same answers as a node's own, one sum, and what is left without."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis as Client

from ezee.errors import SetupError
from ezee.limits import Allowance, Buckets
from ezee.shared_limits import SharedQuotas, open_quotas
from tests.support.clock import FakeClock
from tests.support.nodes import account_server, limits_server, two_nodes
from tests.support.polling import until
from tests.support.postgres import Server
from tests.support.redis import Server as Redis
from tests.support.service import Service

__all__ = ["account_server", "limits_server"]

KEY = b"k" * 32
FREE = 60
NODES = 3


def with_quotas(
    redis: Redis | str, work: Callable[[SharedQuotas], Awaitable[None]], clock: FakeClock
) -> None:
    async def run() -> None:
        url = redis if isinstance(redis, str) else redis.url
        quotas = SharedQuotas(url, KEY, NODES, clock)
        try:
            await work(quotas)
        finally:
            await quotas.close()

    asyncio.run(run())


def test_redis_answers_as_a_nodes_own_buckets_do(limits_server: Redis) -> None:
    """But for the time that passes meanwhile: what comes back in it is told apart."""

    async def work(quotas: SharedQuotas) -> None:
        shared, own = quotas.of("token"), Buckets(FakeClock())
        for per_minute, count in ((FREE, 1), (600, 1), (7, 3), (60, 60), (60, 180), (1, 1)):
            began = time.monotonic()
            for _ in range(3):
                said = await shared.take((per_minute, count), per_minute, count)
                expected = own.take((per_minute, count), per_minute, count)
                back = (time.monotonic() - began) * per_minute / 60 + 1
                assert said.limit == expected.limit
                assert said.allowed == expected.allowed
                assert 0 <= said.remaining - expected.remaining <= back
                assert 0 <= expected.retry_after - said.retry_after <= back * 60 / per_minute
                assert 0 <= expected.reset - said.reset <= back * 60 / per_minute

    with_quotas(limits_server, work, FakeClock())


def test_a_wait_is_told_to_the_second_and_is_enough(limits_server: Redis) -> None:
    async def work(quotas: SharedQuotas) -> None:
        quota = quotas.of("token")
        assert (await quota.take("alice", FREE, FREE)).allowed
        refused = await quota.take("alice", FREE)
        assert refused.retry_after == 1
        await asyncio.sleep(refused.retry_after)
        assert (await quota.take("alice", FREE)).allowed

    with_quotas(limits_server, work, FakeClock())


def test_many_at_once_take_no_more_than_there_is(limits_server: Redis) -> None:
    async def work(quotas: SharedQuotas) -> None:
        began = time.monotonic()
        quota = quotas.of("token")
        said = await asyncio.gather(*(quota.take("alice", FREE) for _ in range(300)))
        passed = sum(each.allowed for each in said)
        back = time.monotonic() - began + 1
        # Where Redis has so little of the machine that it seems away, the node's own part is added.
        assert FREE <= passed <= FREE + FREE // NODES + back

    with_quotas(limits_server, work, FakeClock())


def test_kinds_and_keys_have_buckets_of_their_own(limits_server: Redis) -> None:
    async def work(quotas: SharedQuotas) -> None:
        await quotas.of("token").take("alice", FREE, FREE)
        assert (await quotas.of("token").take("bob", FREE)).remaining == FREE - 1
        assert (await quotas.of("sign-in").take("alice", FREE)).remaining == FREE - 1

    with_quotas(limits_server, work, FakeClock())


def test_redis_learns_no_key_and_forgets_full_buckets(limits_server: Redis) -> None:
    async def work(quotas: SharedQuotas) -> None:
        await quotas.of("public stats").take("198.51.100.23", FREE, 2)
        # A text that is no UTF-8.
        await quotas.of("sign-in").take(("account", "\ud800"), FREE)

    with_quotas(limits_server, work, FakeClock())
    client = Client.from_url(limits_server.url, decode_responses=True)
    names = [str(name) for name in client.scan_iter()]
    assert len(names) == 2
    for name in names:
        assert re.fullmatch(r"ezee:limit:[0-9a-f]{32}", name)
        assert client.pttl(name) <= 2000
    until(lambda: not list(client.scan_iter()))
    client.close()


def test_without_redis_a_node_lets_pass_its_part(limits_server: Redis) -> None:
    clock = FakeClock()

    async def work(quotas: SharedQuotas) -> None:
        quota = quotas.of("token")
        assert (await quota.take("alice", FREE)).limit == FREE
        limits_server.kill()
        said = [await quota.take("alice", FREE) for _ in range(30)]
        # It had used one of its own 20 before.
        assert [each.allowed for each in said] == [True] * 19 + [False] * 11
        assert quotas.away
        assert said[-1] == Allowance(limit=20, remaining=0, reset=60, retry_after=3)
        assert (await quota.take("carol", 1)).limit == 1

        limits_server.start()
        assert (await quota.take("bob", FREE)).limit == 20, "it is not asked again at once"
        clock.advance(1)
        assert (await quota.take("bob", FREE)).limit == FREE
        assert not quotas.away

    with_quotas(limits_server, work, clock)


def test_who_has_used_a_minute_up_gets_no_other_when_redis_goes(limits_server: Redis) -> None:
    async def work(quotas: SharedQuotas) -> None:
        quota = quotas.of("token")
        for _ in range(FREE):
            await quota.take("alice", FREE)
        limits_server.kill()
        assert not (await quota.take("alice", FREE)).allowed

    with_quotas(limits_server, work, FakeClock())


def test_a_restart_of_redis_between_requests_is_not_noticed(limits_server: Redis) -> None:
    async def work(quotas: SharedQuotas) -> None:
        quota = quotas.of("token")
        await asyncio.gather(*(quota.take("alice", FREE) for _ in range(8)))
        limits_server.kill()
        limits_server.start()
        said = await asyncio.gather(*(quota.take("bob", FREE) for _ in range(8)))
        assert {each.limit for each in said} == {FREE}

    with_quotas(limits_server, work, FakeClock())


def test_a_redis_that_never_answers_holds_nobody_up() -> None:
    """Whoever asks first waits half a second at most; those after it do not."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:

        async def work(quotas: SharedQuotas) -> None:
            quota = quotas.of("token")
            async with asyncio.timeout(60):
                said = [await quota.take("alice", FREE) for _ in range(1000)]
            assert sum(each.allowed for each in said) == 20

        with_quotas(f"redis://127.0.0.1:{deaf.getsockname()[1]}", work, FakeClock())


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://h:port"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(SetupError, match="such as redis://redis"):
        open_quotas(url, KEY, 2, FakeClock())


@pytest.fixture
def nodes(tmp_path: Path, account_server: Server, limits_server: Redis) -> Iterator[list[Service]]:
    addresses = account_server.new_database("limits")
    options = ("--limits", limits_server.url, "--nodes", "2", "--public-stats-limit", "0")
    with two_nodes(tmp_path, addresses, *options) as nodes:
        yield nodes


@pytest.mark.service
def test_two_nodes_let_pass_what_one_would(nodes: list[Service], limits_server: Redis) -> None:
    account = nodes[0].account("alice@example.com", plan="free")
    headers = {"authorization": f"Bearer {account.token}"}
    urls = [f"{node.url}/api/v1/me" for node in nodes]

    began = time.monotonic()
    answers = [httpx.get(urls[n % 2], headers=headers, timeout=30) for n in range(100)]
    spent = time.monotonic() - began
    passed = [answer for answer in answers if answer.status_code == 200]
    assert answers[:FREE] == passed[:FREE]
    assert FREE <= len(passed) <= FREE + spent + 1
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"token";q=60;w=60'}
    refused = answers[-1]
    if refused.status_code == 429:
        time.sleep(int(refused.headers["retry-after"]))
    assert httpx.get(urls[0], headers=headers, timeout=30).status_code == 200

    limits_server.kill()
    during = [httpx.get(url, headers=headers, timeout=30) for url in urls]
    assert {answer.headers["ratelimit-policy"] for answer in during} == {'"token";q=30;w=60'}
    limits_server.start()
    for url in urls:
        until(lambda url=url: _policy(url, headers) == '"token";q=60;w=60')  # type: ignore[misc]


def _policy(url: str, headers: dict[str, str]) -> str:
    return httpx.get(url, headers=headers, timeout=30).headers["ratelimit-policy"]
