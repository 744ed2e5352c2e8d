"""Rate limits: a minute's worth that refills evenly, told exactly, in bounded memory."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Hashable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.errors import RateLimited
from ezee.limits import Allowance, Buckets
from tests.support.clock import FakeClock
from tests.support.service import Account, Service

FREE, PRO = 60, 600


def _drain(buckets: Buckets, per_minute: int, key: Hashable = "token") -> Allowance:
    """Take all there is; returns the first refusal."""
    for left in reversed(range(per_minute)):
        allowance = buckets.take(key, per_minute)
        assert (allowance.allowed, allowance.remaining) == (True, left)
    return buckets.take(key, per_minute)


@pytest.mark.parametrize("per_minute", [FREE, PRO])
def test_a_minutes_worth_passes_at_once_and_no_more(per_minute: int) -> None:
    refused = _drain(Buckets(FakeClock()), per_minute)
    assert not refused.allowed
    assert (refused.limit, refused.remaining) == (per_minute, 0)
    assert (refused.retry_after, refused.reset) == (1, 60)


@pytest.mark.parametrize(("per_minute", "each_second"), [(FREE, 1), (PRO, 10)])
def test_a_sixtieth_comes_back_each_second(per_minute: int, each_second: int) -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    _drain(buckets, per_minute)
    for _ in range(130):
        clock.advance(1)
        passed = [buckets.take("token", per_minute).allowed for _ in range(each_second + 1)]
        assert passed == [True] * each_second + [False]


@pytest.mark.parametrize("per_minute", [FREE, PRO])
def test_a_bucket_never_holds_more_than_a_minutes_worth(per_minute: int) -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    _drain(buckets, per_minute)
    clock.advance(60)
    _drain(buckets, per_minute)
    clock.advance(86_400)
    assert not _drain(buckets, per_minute).allowed


@given(
    per_minute=st.integers(1, 2000),
    steps=st.lists(
        st.tuples(st.floats(0, 90, allow_nan=False), st.integers(1, 700)), min_size=1, max_size=40
    ),
)
def test_retry_after_is_exact(per_minute: int, steps: list[tuple[float, int]]) -> None:
    """After that many seconds the request passes; one second earlier it does not."""
    for late in (0, 1):
        clock = FakeClock()
        buckets = Buckets(clock)
        for seconds, count in steps:
            clock.advance(seconds)
            allowance = buckets.take("token", per_minute, count)
            if allowance.allowed:
                continue
            clock.advance(allowance.retry_after - late)
            assert buckets.take("token", per_minute, count).allowed == (not late)


@given(per_minute=st.integers(1, 2000), taken=st.integers(1, 2000))
def test_the_bucket_is_full_again_when_it_says(per_minute: int, taken: int) -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for _ in range(taken):
        allowance = buckets.take("token", per_minute)
    clock.advance(allowance.reset)
    assert buckets.take("token", per_minute).remaining == per_minute - 1


def test_a_refused_request_costs_nothing() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    _drain(buckets, FREE)
    for _ in range(100):
        assert buckets.take("token", FREE).retry_after == 1
    clock.advance(1)
    assert buckets.take("token", FREE).allowed


def test_keys_do_not_share_a_bucket() -> None:
    buckets = Buckets(FakeClock())
    _drain(buckets, FREE, "one")
    assert buckets.take("other", FREE).remaining == FREE - 1


def test_a_batch_larger_than_the_bucket_passes_when_it_is_full_and_is_owed() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    assert buckets.take("token", FREE, 180).allowed
    refused = buckets.take("token", FREE)
    assert refused.retry_after == 121
    clock.advance(120)
    assert not buckets.take("token", FREE).allowed
    clock.advance(1)
    assert buckets.take("token", FREE).allowed


def test_the_fields_are_those_of_the_ietf_draft() -> None:
    allowance = Buckets(FakeClock()).take("token", PRO)
    assert allowance.headers("token") == {
        "ratelimit-policy": '"token";q=600;w=60',
        "ratelimit": '"token";r=599;t=1',
    }


def test_only_a_refusal_is_an_error() -> None:
    buckets = Buckets(FakeClock())
    buckets.take("token", 1).enforce()
    with pytest.raises(RateLimited, match="Try again in 60 seconds") as refused:
        buckets.take("token", 1).enforce()
    assert refused.value.retry_after == 60


@pytest.mark.service
def test_a_free_token_gets_60_requests_and_then_429(service: Service) -> None:
    account = service.account("sixty-one@example.com", plan="free")
    started = time.monotonic()
    # On a busy machine a few more come back while they are sent: 20 more than 61 are enough.
    answers = [account.client.get("/api/v1/me") for _ in range(81)]
    spent = time.monotonic() - started
    refused = [answer for answer in answers if answer.status_code == 429]
    # What comes back while they are sent is a request for each second.
    assert 60 <= len(answers) - len(refused) <= 60 + math.ceil(spent)
    assert [answer.status_code for answer in answers[:60]] == [200] * 60

    for answer in answers:
        assert answer.headers["ratelimit-policy"] == '"token";q=60;w=60'
        assert re.fullmatch(r'"token";r=\d+;t=\d+', answer.headers["ratelimit"])
    assert answers[0].headers["ratelimit"] == '"token";r=59;t=1'
    _assert_refusal(refused[-1], "token")
    _other_tokens_are_not_slowed(service, account)

    time.sleep(int(refused[-1].headers["retry-after"]))
    assert account.client.get("/api/v1/me").status_code == 200


@pytest.mark.service
def test_a_plan_holds_from_the_next_request_on(service: Service) -> None:
    account = service.account("upgraded@example.com", plan="free")
    assert account.client.get("/api/v1/me").json()["data"]["limits"] == {"requests_per_minute": 60}
    service.command("user", "set-plan", account.email, "pro")
    answer = account.client.get("/api/v1/me")
    assert answer.headers["ratelimit-policy"] == '"token";q=600;w=60'
    assert answer.json()["data"]["limits"] == {"requests_per_minute": 600}


@pytest.mark.service
def test_public_stats_have_a_limit_by_address(service: Service) -> None:
    limited = Service(service.data.parent / "limited", "--public-stats-limit", "3").start()
    try:
        limited.account("owner@example.com")
        site_id = limited.tracker("owner@example.com")["site_id"]
        url = f"{limited.url}/api/public/stats?site_id={site_id}"
        answers = [httpx.get(url) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"address";q=3;w=60'}
        _assert_refusal(answers[-1], "address")
        assert int(answers[-1].headers["retry-after"]) in range(10, 21)
    finally:
        limited.stop()


def _assert_refusal(answer: httpx.Response, policy: str) -> None:
    assert answer.status_code == 429
    seconds = answer.headers["retry-after"]
    assert re.fullmatch(r"[1-9]\d*", seconds)
    assert answer.headers["ratelimit"].startswith(f'"{policy}";r=0;t=')
    noun = "second" if seconds == "1" else "seconds"
    assert answer.json() == {
        "error": "rate_limited",
        "message": f"Too many requests. Try again in {seconds} {noun}.",
    }


def _other_tokens_are_not_slowed(service: Service, account: Account) -> None:
    other = service.json("token", "new", "--user", account.email, "--name", "Another")["token"]
    answer = httpx.get(f"{service.url}/api/v1/me", headers={"authorization": f"Bearer {other}"})
    assert answer.headers["ratelimit"] == '"token";r=59;t=1'
