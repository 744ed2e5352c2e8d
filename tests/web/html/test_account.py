"""The account: profile, password, second step, sessions, export, and its end."""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape

import pyotp
import pytest

from tests.support.pages import Visitor
from tests.support.service import BROWSER, PASSWORD, Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

_NUMBERS = itertools.count(1)
NEW = "another horse battery"


@pytest.fixture
def dora(service: Service) -> Account:
    """Somebody whose account may change and go."""
    return service.account(f"dora{next(_NUMBERS)}@example.com")


@pytest.fixture
def at_doras(service: Service, dora: Account) -> Iterator[Visitor]:
    with Visitor(service.url) as visitor:
        visitor.sign_in(dora.email)
        yield visitor


def test_name_and_language_are_saved(at_doras: Visitor) -> None:
    fields = {"name": "Dora <b>", "language": "de"}
    page = at_doras.send("/account/profile", fields, on="/account")
    assert '<html lang="de">' in page.text
    assert "Gespeichert." in page.text
    assert 'value="Dora &lt;b&gt;"' in page.text
    fields = {"name": "x" * 101, "language": "xx"}
    assert at_doras.send("/account/profile", fields, on="/account").status_code == 400


def test_a_new_password_signs_every_other_browser_out(
    service: Service, dora: Account, at_doras: Visitor
) -> None:
    with Visitor(service.url) as other:
        other.sign_in(dora.email)
        fields = {"old_password": PASSWORD, "password": NEW}
        page = at_doras.send("/account/password", fields, on="/account")
        assert "The password is changed." in page.text
        assert other.get("/").url.path == "/sign-in"
        assert other.sign_in(dora.email).status_code == 400
        assert other.sign_in(dora.email, NEW).url.path == "/"


@pytest.mark.parametrize(
    ("old", "new", "field"), [("wrong", NEW, "old_password"), (PASSWORD, "short", "password")]
)
def test_a_password_is_not_changed_by_a_wrong_form(
    dora: Account, at_doras: Visitor, old: str, new: str, field: str
) -> None:
    fields = {"old_password": old, "password": new}
    page = at_doras.send("/account/password", fields, on="/account")
    assert page.status_code == 400
    assert f'id="wrong-{field}"' in page.text
    assert at_doras.get("/").url.path == "/"


def test_a_session_is_ended_by_its_owner_alone(
    service: Service, dora: Account, at_doras: Visitor, at_alices: Visitor
) -> None:
    with Visitor(service.url) as other:
        other.sign_in(dora.email)
        page = at_doras.get("/account").text
        assert page.count("Chrome · Windows") == 2
        (path,) = re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)', page)
        assert at_alices.send(path, on="/account").status_code == 404
        assert other.get("/").url.path == "/"
        at_doras.send(path, on="/account")
        assert other.get("/").url.path == "/sign-in"
        other.sign_in(dora.email)
        at_doras.send("/account/sessions/end-others", on="/account")
        assert other.get("/").url.path == "/sign-in"
    assert at_doras.get("/account").text.count("Chrome · Windows") == 1


def test_the_second_step_is_set_up_used_and_turned_off(
    service: Service, dora: Account, at_doras: Visitor
) -> None:
    page = at_doras.get("/account/second-step").text
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page)
    nonce = re.search(r'name="nonce" value="([0-9a-f]{32})"', page)
    assert secret is not None
    assert nonce is not None
    assert "data:image/svg+xml" in page
    wrong = {"nonce": nonce[1], "code": "000000"}
    assert at_doras.send("/account/second-step", wrong).status_code in {400, 201, 200}
    fields = {"nonce": nonce[1], "code": pyotp.TOTP(secret[1]).now()}
    page = at_doras.send("/account/second-step", fields).text
    codes = re.findall(r"^(?:<textarea[^>]*>)?([a-z2-9]{5}-[a-z2-9]{5})", page, re.MULTILINE)
    assert len(codes) == 10
    assert codes[0] not in at_doras.get("/account").text
    with Visitor(service.url) as other:
        assert other.sign_in(dora.email).url.path == "/sign-in/code"
        assert other.get("/").url.path == "/sign-in"
        # The code that turned it on is used up.
        assert other.send("/sign-in/code", {"code": fields["code"]}).status_code == 400
        assert other.send("/sign-in/code", {"code": codes[0]}).url.path == "/"
    off = {"second_password": PASSWORD}
    at_doras.send("/account/second-step/off", off, on="/account")
    with Visitor(service.url) as other:
        assert other.sign_in(dora.email).url.path == "/"


def test_the_second_step_cannot_be_jumped_to(anybody: Visitor) -> None:
    assert anybody.get("/sign-in/code").url.path == "/sign-in"
    page = anybody.send("/sign-in/code", {"code": "123456"}, on="/sign-in")
    assert page.url.path == "/sign-in"


def test_plan_and_use_are_shown(service: Service, dora: Account, at_doras: Visitor) -> None:
    tracker = new_tracker(dora)
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    page = at_doras.get("/account").text
    assert "600 a minute for each token" in page
    assert re.search(r"<dt>Hits that are stored</dt><dd>1</dd>", page)


def test_everything_can_be_downloaded_but_secrets(
    service: Service, dora: Account, at_doras: Visitor
) -> None:
    tracker = new_tracker(dora)
    service.collect({"site_id": tracker["site_id"], "url": "/there"}).raise_for_status()
    agent = "Googlebot/2.1 (+http://www.google.com/bot.html)"
    service.collect({"site_id": tracker["site_id"], "url": "/"}, user_agent=agent)
    of_tracker = f"/api/v1/trackers/{tracker['id']}"
    dora.client.put(f"{of_tracker}/old-counters/5071", json={"start": 12}).raise_for_status()
    note = {"day": "2026-10-25", "text": "Launch"}
    dora.client.post(f"{of_tracker}/annotations", json=note).raise_for_status()
    answer = at_doras.get("/account/export")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        account = json.loads(archive.read("account.json"))
        (event,) = archive.read(f"events/{tracker['site_id']}.ndjson").splitlines()
        numbers = f"numbers/{tracker['site_id']}"
        (day,) = archive.read(f"{numbers}/days.ndjson").splitlines()
        assert (json.loads(day)["pageviews"], "bounce_rate" in json.loads(day)) == (1, True)
        (bots,) = archive.read(f"{numbers}/not-counted.ndjson").splitlines()
        assert json.loads(bots)["rule"] == "Googlebot"
        assert len(archive.namelist()) == 4
    assert json.loads(event)["path"] == "/there"
    assert account["user"]["email"] == dora.email
    assert [each["site_id"] for each in account["trackers"]] == [tracker["site_id"]]
    assert [each["prefix"] for each in account["tokens"]] == [dora.token[:16]]
    assert len(account["sessions"]) == 1
    (told,) = account["trackers"]
    assert [(each["number"], each["start"]) for each in told["old_counters"]] == [(5071, 12)]
    assert [(each["day"], each["text"]) for each in told["annotations"]] == [
        ("2026-10-25", "Launch")
    ]
    assert account["passkeys"] == []
    text = json.dumps(account)
    for secret in ("$argon2id$", "digest", "nonce", dora.token, BROWSER):
        assert secret not in text


def test_the_account_is_deleted_with_all_of_it_and_a_receipt_is_given(
    service: Service, dora: Account, at_doras: Visitor
) -> None:
    tracker = new_tracker(dora)
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    assert "1 tracker" in unescape(at_doras.get("/account/delete").text)
    for fields in (
        {"email": "other@example.com", "password": PASSWORD},
        {"email": dora.email, "password": "wrong"},
    ):
        assert at_doras.send("/account/delete", fields).status_code == 400
    page = at_doras.send("/account/delete", {"email": dora.email, "password": PASSWORD})
    assert "The account is deleted" in page.text
    assert tracker["site_id"] in page.text
    assert at_doras.get("/").url.path == "/sign-in"
    assert dora.client.get("/api/v1/me").status_code == 401
    assert service.collect({"site_id": tracker["site_id"], "url": "/"}).status_code == 404
    assert at_doras.sign_in(dora.email).status_code == 400
