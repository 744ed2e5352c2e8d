"""``/api/v1/me``: whose token this is, and what it may do."""

from __future__ import annotations

import httpx
import pytest

from tests.support.service import Account, Service

pytestmark = pytest.mark.service


def test_it_tells_the_account_its_limits_and_the_token(alice: Account) -> None:
    answer = alice.client.get("/api/v1/me")
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {
            "email": "alice@example.com",
            "plan": "pro",
            "limits": {"requests_per_minute": 600},
            "token": {
                "name": "Tests",
                "prefix": alice.token[:16],
                "scope": "read write",
                "expires_at": None,
            },
        }
    }


def test_a_free_plan_has_60_requests_a_minute(charlie: Account) -> None:
    data = charlie.client.get("/api/v1/me").json()["data"]
    assert (data["plan"], data["limits"]) == ("free", {"requests_per_minute": 60})


def test_it_tells_of_the_token_that_asks(service: Service, alice: Account) -> None:
    made = service.json(
        "token", "new", "--user", alice.email, "--name", "Reader", "--scope", "read",
        "--expires", "2099-01-31T12:00Z",
    )  # fmt: skip
    answer = httpx.get(
        f"{service.url}/api/v1/me", headers={"authorization": f"Bearer {made['token']}"}
    )
    assert answer.json()["data"]["token"] == {
        "name": "Reader",
        "prefix": made["token"][:16],
        "scope": "read",
        "expires_at": "2099-01-31T12:00:00.000Z",
    }


def test_it_never_tells_the_token_itself(alice: Account) -> None:
    assert alice.token[16:] not in alice.client.get("/api/v1/me").text


def test_a_token_that_may_only_write_may_not_ask(service: Service, alice: Account) -> None:
    made = service.json(
        "token", "new", "--user", alice.email, "--name", "Writer", "--scope", "write"
    )
    answer = httpx.get(
        f"{service.url}/api/v1/me", headers={"authorization": f"Bearer {made['token']}"}
    )
    assert (answer.status_code, answer.json()) == (
        403,
        {"error": "forbidden", "message": "This token's scope does not include read."},
    )
