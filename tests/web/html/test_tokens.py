"""The Tokens tab: made and shown once, regenerated, revoked; nobody else's."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service

pytestmark = pytest.mark.service

_PLAIN = re.compile(r"ezi_sk_[0-9a-f]{64}")


def make(visitor: Visitor, name: str, **fields: str) -> tuple[str, str]:
    """A new token's text, and its id."""
    page = visitor.send("/tokens/new", {"name": name, "scope": "read", "days": "", **fields})
    assert page.status_code in {200, 201}, page.text
    (plain,) = set(_PLAIN.findall(page.text))
    after = page.text.split(plain[:16])[-1]
    found = re.search(r"/tokens/([0-9a-f-]{36})/regenerate", after)
    assert found is not None
    return plain, found[1]


def status(service: Service, plain: str) -> int:
    headers = {"authorization": f"Bearer {plain}"}
    return httpx.get(f"{service.url}/api/v1/trackers", headers=headers).status_code


def test_a_token_is_shown_once_and_works(service: Service, at_alices: Visitor) -> None:
    plain, _ = make(at_alices, "Shown once")
    assert status(service, plain) == 200
    page = at_alices.get("/tokens").text
    assert plain not in page
    assert plain[:16] in page
    assert "Shown once" in page


def test_a_regenerated_token_replaces_the_old_one_at_once(
    service: Service, at_alices: Visitor
) -> None:
    plain, token_id = make(at_alices, "Replaced")
    path = f"/tokens/{token_id}/regenerate"
    assert "Regenerate “Replaced”?" in at_alices.get(path).text
    page = at_alices.send(path).text
    (fresh,) = set(_PLAIN.findall(page))
    assert "Replaced" in page
    assert [status(service, plain), status(service, fresh)] == [401, 200]


def test_a_revoked_token_is_refused_from_the_next_request_on(
    service: Service, at_alices: Visitor
) -> None:
    plain, token_id = make(at_alices, "Revoked")
    path = f"/tokens/{token_id}/revoke"
    assert "This cannot be undone" in at_alices.get(path).text
    assert status(service, plain) == 200
    page = at_alices.send(path)
    assert page.url.path == "/tokens"
    assert plain[:16] not in page.text
    assert status(service, plain) == 401
    assert at_alices.get(path).status_code == 404


def test_a_name_is_text_and_stays_what_it_is(at_alices: Visitor) -> None:
    name = '<script>alert("1")</script> & ünïcode'
    make(at_alices, name)
    page = at_alices.get("/tokens").text
    assert "<script>alert" not in page
    assert name in unescape(page)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "scope": "read"},
        {"name": "x" * 201, "scope": "read"},
        {"name": "a\x00b", "scope": "read"},
        {"name": "x"},
        {"name": "x", "scope": "admin"},
        {"name": "x", "scope": "read", "days": "7"},
        {"name": "x", "scope": "read", "days": "é"},
    ],
)
def test_what_is_wrong_is_said_beside_it(at_alices: Visitor, fields: dict[str, str]) -> None:
    page = at_alices.send("/tokens/new", fields)
    assert page.status_code == 400
    assert 'class="wrong"' in page.text
    assert not _PLAIN.search(page.text)


def test_an_expiry_is_shown(at_alices: Visitor, service: Service) -> None:
    plain, _ = make(at_alices, "For a month", days="30")
    headers = {"authorization": f"Bearer {plain}"}
    me = httpx.get(f"{service.url}/api/v1/me", headers=headers).json()["data"]
    assert me["token"]["expires_at"] is not None
    assert me["token"]["scope"] == "read"


def test_nobody_elses_token_is_there(service: Service, at_alices: Visitor, bob: Account) -> None:
    _, token_id = make(at_alices, "Alice's own")
    with Visitor(service.url) as visitor:
        visitor.sign_in(bob.email)
        assert "Alice’s own" not in unescape(visitor.get("/tokens").text)
        for deed in ("regenerate", "revoke"):
            assert visitor.get(f"/tokens/{token_id}/{deed}").status_code == 404
            answer = visitor.send(f"/tokens/{token_id}/{deed}", on="/tokens")
            assert answer.status_code == 404
    assert at_alices.get(f"/tokens/{token_id}/revoke").status_code == 200
