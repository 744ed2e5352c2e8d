"""Signing in: sessions, forms that come from elsewhere, and what strangers may learn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.pages import Visitor, without_tokens
from tests.support.service import PASSWORD, Account, Service

pytestmark = pytest.mark.service

WRONG = "Address or password is wrong."


def test_one_signs_in_and_out(service: Service, anybody: Visitor, alice: Account) -> None:
    assert anybody.get("/").url.path == "/sign-in"
    page = anybody.sign_in(alice.email)
    assert (page.status_code, page.url.path) == (200, "/")
    assert f"Signed in as {alice.email}" in page.text
    assert anybody.send("/sign-out", on="/").url.path == "/sign-in"
    assert anybody.get("/").url.path == "/sign-in"


def test_one_comes_back_to_the_page_that_was_asked_for(anybody: Visitor, alice: Account) -> None:
    asked = anybody.get("/?a=b%20c")
    assert asked.url.path == "/sign-in"
    fields = {"email": alice.email, "password": PASSWORD, "next": asked.url.params["next"]}
    page = anybody.send("/sign-in", fields)
    assert (page.url.path, page.url.query) == ("/", b"a=b%20c")


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\r\nx: y", "é"]
)
def test_no_link_leads_from_the_sign_in_to_another_site(
    anybody: Visitor, alice: Account, target: str
) -> None:
    fields = {"email": alice.email, "password": PASSWORD, "next": target}
    page = anybody.send("/sign-in", fields)
    assert str(page.url) == f"{anybody.url}/"


def test_a_stranger_does_not_learn_which_addresses_there_are(
    anybody: Visitor, alice: Account
) -> None:
    pages = [anybody.sign_in(email, "wrong password") for email in (alice.email, "no@example.com")]
    assert [page.status_code for page in pages] == [400, 400]
    assert all(WRONG in page.text for page in pages)
    first, second = (
        without_tokens(page.text).replace(alice.email, "").replace("no@example.com", "")
        for page in pages
    )
    assert first == second


def test_the_session_cookie_is_for_us_alone(anybody: Visitor, alice: Account) -> None:
    anybody.client.follow_redirects = False
    answer = anybody.sign_in(alice.email)
    cookies = answer.headers.get_list("set-cookie")
    (session,) = (cookie for cookie in cookies if cookie.startswith("ezee_session="))
    assert "HttpOnly" in session
    assert "samesite=lax" in session.lower()
    assert "Path=/" in session


def test_a_session_is_new_at_each_sign_in(anybody: Visitor, alice: Account) -> None:
    seen = set()
    for _ in range(2):
        anybody.sign_in(alice.email)
        seen.add(anybody.client.cookies["ezee_session"])
        old = anybody.client.cookies["ezee_session"]
        anybody.send("/sign-out", on="/")
        anybody.client.cookies.set("ezee_session", old)
        assert anybody.get("/").url.path == "/sign-in"
        anybody.client.cookies.clear()
    assert len(seen) == 2


def test_a_form_without_its_token_changes_nothing(at_alices: Visitor) -> None:
    for fields in ({}, {"form_token": "0" * 32}, {"form_token": "é"}):
        answer = at_alices.client.post("/sign-out", data=fields)
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.text
    assert at_alices.get("/").url.path == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_changes_nothing(
    at_alices: Visitor, headers: dict[str, str]
) -> None:
    fields = {"form_token": at_alices.token("/")}
    answer = at_alices.client.post("/sign-out", data=fields, headers=headers)
    assert answer.status_code == 403
    assert at_alices.get("/").url.path == "/"


def test_whoever_tries_too_often_has_to_wait(tmp_path: Path) -> None:
    limited = Service(tmp_path / "data", "--sign-in-limit", "3").start()
    try:
        with Visitor(limited.url) as visitor:
            answers = [visitor.sign_in("tried@example.com", "wrong") for _ in range(4)]
            others = visitor.sign_in("other@example.com", "wrong")
    finally:
        limited.stop()
    assert [answer.status_code for answer in answers] == [400] * 3 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert others.status_code == 400


@pytest.mark.parametrize(
    "body", [b"%ff=%fe", b"email=%00&password=%00", b"&&=", b"a" * 300_000, b"email=\xff"]
)
def test_odd_forms_are_no_fault_of_ours(anybody: Visitor, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for path in ("/sign-in", "/look", "/language", "/sign-out"):
        assert anybody.client.post(path, content=body, headers=headers).status_code < 500
