"""Trackers on pages: added, waited for, set, put away and deleted."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import httpx
import pytest

from tests.support.pages import Visitor
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


def settings(owner: Account, tracker: dict[str, Any]) -> dict[str, Any]:
    answer = owner.client.get(f"/api/v1/trackers/{tracker['id']}")
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_a_tracker_is_added_by_its_domain_alone(service: Service, at_alices: Visitor) -> None:
    domain = f"{uuid.uuid4().hex}.example"
    page = at_alices.send("/trackers/new", {"domain": domain, "name": "", "timezone": "UTC"})
    assert page.url.path.endswith("/install")
    found = re.search(r'data-site="(ezi_[0-9a-f]{12})"', unescape(page.text))
    assert found is not None
    assert f'src="{service.url}/ezee.js"' in unescape(page.text)
    assert "Waiting for the first hit" in page.text
    service.collect({"site_id": found[1], "url": "/"}).raise_for_status()
    part = at_alices.get(f"{page.url.path}/hits").text
    assert "It counts" in part
    assert "hx-get" not in part
    assert "<html" not in part


def test_what_is_wrong_with_a_new_tracker_is_said_beside_it(
    at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    wrong = [
        ({"domain": "no domain", "timezone": "UTC"}, 400, "field-domain"),
        ({"domain": "ok.example", "timezone": "Mars"}, 400, "field-timezone"),
        ({"domain": tracker["domain"], "timezone": "UTC"}, 409, "field-domain"),
    ]
    for fields, status, field in wrong:
        page = at_alices.send("/trackers/new", fields)
        assert page.status_code == status
        assert re.search(rf'id="{field}"[^>]* aria-invalid="true"', page.text)


def test_the_overview_shows_each_tracker_with_its_number(
    service: Service, at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice, name="Seen <b>here</b>")
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    page = at_alices.get("/").text
    assert "Seen &lt;b&gt;here&lt;/b&gt;" in page
    card = page.split(f"/trackers/{tracker['id']}", 1)[1].partition("</article>")[0]
    assert '<span class="big number">1</span>' in card
    assert "<polyline" in card


def test_settings_are_saved_group_by_group(at_alices: Visitor, alice: Account) -> None:
    tracker = new_tracker(alice, public_stats=True)
    path = f"/trackers/{tracker['id']}/settings"
    groups: dict[str, dict[str, str]] = {
        "general": {
            "name": "New name", "domain": tracker["domain"], "timezone": "Europe/Berlin",
            "hostnames": "a.example\r\nb.example\r\n",
        },
        "sharing": {"counter": "yes", "counter_start": "1200"},
        "privacy": {"respect_dnt": "yes", "places": "city"},
        "pages": {
            "page_rules.keep_parameters": "q", "page_rules.groups": "/user/*",
            "page_rules.strip_slash": "yes",
        },
        "exclusions": {"exclusions.networks": "192.0.2.0/24", "exclusions.countries": "de\r\nfr"},
    }  # fmt: skip
    for group, fields in groups.items():
        page = at_alices.send(f"{path}/{group}", fields, on=path)
        assert page.status_code == 200, page.text
        assert "Saved." in page.text
    now = settings(alice, tracker)
    assert now["name"] == "New name"
    assert now["timezone"] == "Europe/Berlin"
    assert now["hostnames"] == ["a.example", "b.example"]
    assert (now["public_stats"], now["respect_gpc"], now["respect_dnt"]) == (False, False, True)
    assert now["places"] == "city"
    assert (now["counter"], now["counter_start"]) == (True, 1200)
    assert now["page_rules"]["groups"] == ["/user/*"]
    assert now["page_rules"]["strip_slash"] is True
    assert now["exclusions"]["networks"] == ["192.0.2.0/24"]
    assert now["exclusions"]["countries"] == ["DE", "FR"]


def test_a_rule_by_which_hits_go_is_saved_once_that_was_seen(
    at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    old = {
        "site_id": tracker["site_id"], "url": "/", "timestamp": "2020-03-10T12:00:00Z",
        "user_agent": BROWSER, "client_ip": "203.0.113.9",
    }  # fmt: skip
    assert alice.client.post("/api/public/collect", json=old).json()["data"]["accepted"] == 1
    path = f"/trackers/{tracker['id']}/settings"
    save = f"{path}/retention"
    # Nothing goes by this one.
    assert "Saved." in at_alices.send(save, {"keep_months": "1200"}, on=path).text
    asked = at_alices.send(save, {"keep_months": "6"}, on=path)
    assert "This removes 1 hit from before" in asked.text
    assert settings(alice, tracker)["keep_months"] == 1200
    # Another number than the one that was seen is asked about again.
    again = at_alices.send(save, {"keep_months": "3", "sure": "6"}, on=path)
    assert "This removes 1 hit from before" in again.text
    assert "Saved." in at_alices.send(save, {"keep_months": "6", "sure": "6"}, on=path).text
    assert settings(alice, tracker)["keep_months"] == 6
    assert "Saved." in at_alices.send(save, {"keep_months": ""}, on=path).text
    assert settings(alice, tracker)["keep_months"] == 0


def test_a_group_with_something_wrong_is_not_saved_and_shown_as_it_was_typed(
    at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    path = f"/trackers/{tracker['id']}/settings"
    for group, fields, field in (
        ("exclusions", {"exclusions.networks": "not a <network>"}, "exclusions.networks"),
        ("sharing", {"counter_start": "many"}, "counter_start"),
        ("general", {"name": "", "domain": "x", "timezone": "y"}, "name"),
        ("privacy", {"places": "street"}, "places"),
        ("retention", {"keep_months": "soon"}, "keep_months"),
    ):
        page = at_alices.send(f"{path}/{group}", fields, on=path)
        assert page.status_code == 400
        assert f'id="wrong-{field}"' in page.text
    assert settings(alice, tracker) == settings(alice, tracker)
    page = at_alices.send(f"{path}/exclusions", {"exclusions.networks": "a <b>"}, on=path)
    assert "a &lt;b&gt;</textarea>" in page.text
    assert at_alices.send(f"{path}/nope", on=path).status_code == 404


def test_the_zone_of_a_tracker_with_hits_stays(
    service: Service, at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    path = f"/trackers/{tracker['id']}/settings"
    fields = {"name": "x", "domain": tracker["domain"], "timezone": "Asia/Tokyo"}
    page = at_alices.send(f"{path}/general", fields, on=path)
    assert page.status_code == 409
    fields["timezone"] = "UTC"
    assert at_alices.send(f"{path}/general", fields, on=path).status_code == 200


def test_a_signing_secret_is_shown_once(at_alices: Visitor, alice: Account) -> None:
    tracker = new_tracker(alice)
    path = f"/trackers/{tracker['id']}/settings"
    page = at_alices.send(f"{path}/signing", on=path)
    assert re.search(r"ezs_[0-9a-f]{64}", page.text)
    assert not re.search(r"ezs_[0-9a-f]{64}", at_alices.get(path).text)
    assert settings(alice, tracker)["signing"] is True
    at_alices.send(f"{path}/signing", {"off": "yes"}, on=path)
    assert settings(alice, tracker)["signing"] is False


def test_an_archived_tracker_leaves_the_overview_and_can_come_back(
    at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    path = f"/trackers/{tracker['id']}"
    page = at_alices.send(f"{path}/archive", on=f"{path}/settings").text
    assert "archived tracker" in page
    assert f'{path}/settings"' not in page
    page = at_alices.send(f"{path}/archive", {"back": "yes"}, on=f"{path}/settings").text
    assert f'{path}/settings"' in page


def test_a_tracker_is_deleted_once_its_domain_was_typed(
    service: Service, at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    path = f"/trackers/{tracker['id']}/delete"
    assert "1 hit" in at_alices.get(path).text
    assert at_alices.send(path, {"domain": "other.example"}).status_code == 400
    page = at_alices.send(path, {"domain": tracker["domain"].upper()})
    assert "1 hit of" in page.text
    assert at_alices.get(path).status_code == 404
    assert service.collect({"site_id": tracker["site_id"], "url": "/"}).status_code == 404


def test_an_old_counters_number_is_claimed_changed_and_given_up(
    at_alices: Visitor, service: Service, alice: Account, bob: Account
) -> None:
    tracker = new_tracker(alice)
    number = str(uuid.uuid4().int % 10**11 + 1)
    path = f"/trackers/{tracker['id']}/settings"
    claim = {"number": number, "path": "/guestbook.html", "start": "51877"}
    page = at_alices.send(f"{path}/old-counters", claim, on=path)
    assert page.status_code == 200
    assert "51,877" in page.text
    listed = f"/api/v1/trackers/{tracker['id']}/old-counters"
    (row,) = alice.client.get(listed).json()["data"]
    assert [row["number"], row["path"], row["start"]] == [int(number), "/guestbook.html", 51877]
    shown = httpx.get(f"{service.url}/count.php", params={"page": number, "reloads": "1"})
    assert shown.headers["content-type"] == "image/png"
    with Visitor(service.url) as visitor:
        visitor.sign_in(bob.email)
        his = f"/trackers/{new_tracker(bob)['id']}/settings"
        page = visitor.send(f"{his}/old-counters", claim, on=his)
        assert page.status_code == 409
        assert f"The number {number} is claimed for another tracker." in page.text
        assert visitor.send(f"{path}/old-counters", claim, on=his).status_code == 404
    at_alices.send(f"{path}/old-counters", {"number": number, "do": "remove"}, on=path)
    assert alice.client.get(listed).json()["data"] == []


@pytest.mark.parametrize("field", ["number", "path", "start"])
def test_what_is_wrong_with_a_claim_is_said_beside_it(
    at_alices: Visitor, alice: Account, field: str
) -> None:
    path = f"/trackers/{new_tracker(alice)['id']}/settings"
    claim = {"number": "7", "path": "/", "start": "0", field: "<b>{x}"}
    page = at_alices.send(f"{path}/old-counters", claim, on=path)
    assert page.status_code == 400
    assert f'id="wrong-{field}"' in page.text
    assert "&lt;b&gt;{x}" in page.text
    removed = at_alices.send(f"{path}/old-counters", {"number": "x", "do": "remove"}, on=path)
    assert removed.status_code == 404


def test_other_trackers_ids_are_kept_and_the_gallery_is_near(
    at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    path = f"/trackers/{tracker['id']}/settings"
    name = uuid.uuid4().hex
    page = at_alices.send(f"{path}/aliases", {"aliases": f"matomo:7{name}\n"}, on=path)
    assert page.status_code == 200, page.text
    assert settings(alice, tracker)["aliases"] == [f"matomo:7{name}"]
    assert f'href="/counters?site_id={tracker["site_id"]}"' in page.text
    wrong = at_alices.send(f"{path}/aliases", {"aliases": "<b>"}, on=path)
    assert wrong.status_code == 400
    assert 'id="wrong-aliases"' in wrong.text
    assert settings(alice, tracker)["aliases"] == [f"matomo:7{name}"]
