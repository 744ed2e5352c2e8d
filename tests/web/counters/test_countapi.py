"""CountAPI's endpoints: what its users remember, and who may change a value now."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from ezee.web.counters.countapi import NEW
from tests.support.npm import unpack
from tests.support.service import Account, Service

pytestmark = pytest.mark.service

CLIENT_SHA512 = (
    "HteIJM3mB+Um9Kwdk9tdzF6cit39crhksA2EIlg9qBpecAzU8xxG6NGxFQnDmvKtgYu9SD6u0LNiXg5FxDm8dw=="
)
_KEYS = itertools.count(100)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with CountAPI's endpoints, whose clients come through a proxy."""
    running = Service(
        tmp_path_factory.mktemp("countapi") / "data",
        *("--countapi-keys", "1000", "--trusted-proxies", "127.0.0.1"),
    ).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def owner(api: Service) -> Account:
    return api.account("owner@example.com")


@pytest.fixture
def key() -> str:
    return f"example.com/key-{next(_KEYS)}"


_ADDRESSES = itertools.count(1)


def ask(api: Service, path: str, **headers: str) -> httpx.Response:
    """Each from another address, so that limits are met by those alone who mean to."""
    number = next(_ADDRESSES)
    sent = {"x-forwarded-for": f"10.0.{number // 256}.{number % 256}", **headers}
    return httpx.get(f"{api.url}{path}", headers=sent, timeout=30)


def told(api: Service, path: str, **headers: str) -> tuple[int, Any]:
    answer = ask(api, path, **headers)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "no-store" in answer.headers["cache-control"]
    return answer.status_code, answer.json()


def test_a_hit_makes_a_key_and_adds_to_it(api: Service, key: str) -> None:
    assert told(api, f"/get/{key}") == (404, {"value": None})
    assert told(api, f"/info/{key}") == (404, {"value": None})
    assert told(api, f"/hit/{key}") == (200, {"value": 1})
    assert told(api, f"/hit/{key}/") == (200, {"value": 2})
    assert told(api, f"/get/{key}") == (200, {"value": 2})


def test_without_a_namespace_it_is_the_default_one(api: Service) -> None:
    assert told(api, "/hit/visits") == (200, {"value": 1})
    assert told(api, "/get/default/visits") == (200, {"value": 1})


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--countapi-keys", "5").start()
    with ThreadPoolExecutor(8) as pool:
        paths = [f"{service.url}/hit/example.com/visits"] * 40
        values = sorted(answer.json()["value"] for answer in pool.map(httpx.get, paths))
    assert values == list(range(1, 41))
    service.kill()
    service.start()
    assert told(service, "/get/example.com/visits") == (200, {"value": 40})
    service.stop()


def test_what_is_made_has_its_terms(api: Service, key: str) -> None:
    terms = "value=42&enable_reset=1&update_lowerbound=-5&update_upperbound=10"
    status, made = told(api, f"/create/{key}?{terms}")
    namespace, name = key.split("/")
    secret = made.pop("secret")
    assert (status, made) == (200, {"namespace": namespace, "key": name, "value": 42})
    status, info = told(api, f"/info/{key}")
    assert info.pop("created") > 1_700_000_000_000
    assert 0 < info.pop("ttl") <= 183 * 86_400
    assert (status, info) == (
        200,
        {
            **made, "enable_reset": True, "update_upperbound": 10, "update_lowerbound": -5,
        },
    )  # fmt: skip
    again = told(api, f"/create?namespace={namespace}&key={name}")
    assert again == (409, {"namespace": None, "key": None, "value": None})
    assert secret not in ask(api, f"/info/{key}").text


def test_all_of_a_new_key_may_be_left_out(api: Service) -> None:
    status, made = told(api, "/create")
    assert (status, made["namespace"], made["value"], len(made["key"])) == (200, "default", 0, 36)
    assert told(api, f"/hit/{made['key']}") == (200, {"value": 1})


def test_a_value_is_set_by_its_secret_alone(api: Service, key: str) -> None:
    secret = told(api, f"/create/{key}?enable_reset=1&value=5")[1]["secret"]
    refused = (403, {"old_value": 5, "value": 5})
    assert told(api, f"/set/{key}?value=9") == refused
    assert told(api, f"/set/{key}?value=9&secret=x") == refused
    assert told(api, f"/set/{key}?value=9&secret=%ff") == refused
    assert told(api, f"/set/{key}?value=9&secret={secret}") == (200, {"old_value": 5, "value": 9})
    by_header = told(api, f"/set/{key}?value=-3", authorization=f"Bearer {secret}")
    assert by_header == (200, {"old_value": 9, "value": -3})
    assert told(api, "/set/example.com/none?value=1") == (404, {"old_value": None, "value": None})


def test_a_key_that_may_not_be_set_is_not(api: Service, key: str) -> None:
    secret = told(api, f"/create/{key}")[1]["secret"]
    answer = told(api, f"/set/{key}?value=9&secret={secret}")
    assert answer == (403, {"old_value": 0, "value": 0})


def test_an_update_keeps_within_bounds_and_is_the_secrets_unless_it_is_a_hit(
    api: Service, key: str
) -> None:
    secret = told(api, f"/create/{key}?update_lowerbound=-2&update_upperbound=5")[1]["secret"]
    assert told(api, f"/update/{key}?amount=5&secret={secret}") == (200, {"value": 5})
    assert told(api, f"/update/{key}?amount=6&secret={secret}") == (403, {"value": 5})
    assert told(api, f"/update/{key}?amount=-3&secret={secret}") == (403, {"value": 5})
    assert told(api, f"/update/{key}?amount=-2&secret={secret}") == (200, {"value": 3})
    assert told(api, f"/update/{key}?amount=2") == (403, {"value": 3})
    assert told(api, f"/update/{key}?amount=1") == (200, {"value": 4})
    assert told(api, "/update/example.com/none?amount=1") == (404, {"value": None})


def test_the_users_token_who_made_it_is_as_good_as_the_secret(
    api: Service, owner: Account, key: str
) -> None:
    other = api.account(f"{key.replace('/', '')}@example.com")
    bearer = {"authorization": f"Bearer {owner.token}"}
    told(api, f"/create/{key}?enable_reset=1", **bearer)
    stranger = told(api, f"/set/{key}?value=7", authorization=f"Bearer {other.token}")
    assert stranger[0] == 403
    assert told(api, f"/set/{key}?value=7", **bearer) == (200, {"old_value": 0, "value": 7})
    bad = ask(api, f"/set/{key}?value=8", authorization="Bearer ezi_sk_" + "0" * 64)
    assert (bad.status_code, set(bad.json())) == (401, {"error"})


def test_a_key_made_by_a_hit_can_be_changed_by_nobody_but_the_operator(
    api: Service, key: str
) -> None:
    told(api, f"/hit/{key}")
    assert told(api, f"/set/{key}?value=7&secret=")[0] == 403
    assert api.json("counter", "set", key, "51877") == {"key": key, "value": 51877}
    assert told(api, f"/hit/{key}") == (200, {"value": 51878})


def test_the_page_that_asks_may_name_the_key(api: Service) -> None:
    page = {"referer": "https://blog.example.org/2020/a-b?x=1"}
    assert told(api, "/hit/:HOST:/:PATHNAME:", **page) == (200, {"value": 1})
    assert told(api, "/get/blog.example.org/.2020.a-b") == (200, {"value": 1})
    assert told(api, "/hit/%3AHOST%3A/%3APATHNAME%3A", **page) == (200, {"value": 2})


def test_scripts_and_pixels_never_fail(api: Service, key: str) -> None:
    script = ask(api, f"/hit/{key}?callback=page.show")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.text.startswith("/**/page.show(")
    assert json.loads(script.text[14:-2]) == {"code": 200, "value": 1}
    missing = ask(api, "/get/example.com/none?callback=cb")
    assert (missing.status_code, missing.text) == (200, '/**/cb({"code":404,"value":null});')
    assert ask(api, f"/get/{key}?callback=alert(1)//").headers["content-type"] == "application/json"
    pixel = ask(api, f"/hit/{key}?img")
    assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif")
    assert told(api, f"/get/{key}") == (200, {"value": 2})


@pytest.mark.slow
def test_its_client_for_javascript_is_told_what_it_expects(api: Service, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    unpack("countapi-js@1.0.2", CLIENT_SHA512, tmp_path)
    # Its host is gone, so what it fetches by is told where the service is.
    fetcher = tmp_path / "package/node_modules/cross-fetch/index.js"
    fetcher.parent.mkdir(parents=True)
    fetcher.write_text(
        f"module.exports = (url) => fetch(url.replace('https://api.countapi.xyz', '{api.url}'));"
    )
    script = """
const countapi = require("./package");
(async () => {
  const told = [
    await countapi.create({ namespace: "shop.example", key: "visits", value: 41, enable_reset: 1 }),
    await countapi.hit("shop.example", "visits"),
    await countapi.get("shop.example", "visits"),
    await countapi.update("shop.example", "visits", 1),
    await countapi.set("shop.example", "visits", 7),
    await countapi.info("shop.example", "visits"),
    await countapi.get("shop.example", "none"),
    await countapi.hit("by-default"),
  ];
  await countapi.get("shop.example", "a b").catch(() => told.push("refused"));
  console.log(JSON.stringify(told));
})();
"""
    done = subprocess.run(
        ["node", "-e", script], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    made, hit, got, updated, kept, info, none, by_default, refused = json.loads(done.stdout)
    path = {"path": "shop.example/visits"}
    assert made.pop("secret")
    assert made == {
        "status": 200, **path, "namespace": "shop.example", "key": "visits", "value": 41,
    }  # fmt: skip
    assert hit == got == {"status": 200, **path, "value": 42}
    assert updated == {"status": 200, **path, "value": 43}
    # Whoever asks without the secret changes nothing now.
    assert kept == {"status": 403, **path, "old_value": 43, "value": 43}
    assert (info["status"], info["enable_reset"], info["value"]) == (200, True, 43)
    assert none == {"status": 404, "path": "shop.example/none", "value": None}
    assert by_default == {"status": 200, "path": "default/by-default", "value": 1}
    assert refused == "refused"


@pytest.mark.parametrize(
    "path",
    ["/hit/ab", "/hit/a%20b/key", "/hit/a/b/c", "/hit/", "/get/%ff%00/key", "/hit/" + "a" * 65,
     "/set/example.com/key", "/set/example.com/key?value=x", "/set/example.com/key?value=1e5",
     "/set/example.com/key?value=9999999999999999", "/update/example.com/key?amount=",
     "/create?value=x", "/create?update_lowerbound=1", "/create?update_upperbound=-1",
     "/create?namespace=%C3%A4%C3%A4%C3%A4", "/hit/:HOST:/a%2Fb"],
)  # fmt: skip
def test_what_is_wrong_is_said(api: Service, path: str) -> None:
    status, content = told(api, path)
    assert (status, set(content)) == (400, {"error"})


def test_other_methods_and_preflights(api: Service, key: str) -> None:
    assert httpx.post(f"{api.url}/hit/{key}").json() == {"value": 1}
    assert httpx.put(f"{api.url}/hit/{key}").status_code == 405
    assert httpx.head(f"{api.url}/hit/{key}").status_code == 200
    assert httpx.options(f"{api.url}/hit/{key}").status_code == 204
    assert told(api, f"/get/{key}") == (200, {"value": 1})


def test_one_address_makes_so_many_keys(api: Service) -> None:
    flood = {"x-forwarded-for": "192.0.2.1"}
    statuses = [
        ask(api, f"/hit/flood.example/key-{number}", **flood).status_code
        for number in range(NEW + 10)
    ]
    assert statuses[:NEW] == [200] * NEW
    assert 429 in statuses
    assert told(api, "/hit/flood.example/key-0", **flood)[0] == 200


def test_there_are_no_more_keys_than_the_operator_allows(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--countapi-keys", "2").start()
    url = f"{service.url}/%s/example.com/key-%s"
    answers = [httpx.get(url % ("hit", number)) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert "as it may" in answers[2].json()["error"]
    assert httpx.get(url % ("create", 4)).status_code == 403
    assert httpx.get(url % ("hit", 1)).json() == {"value": 2}
    service.stop()


def test_it_is_off_unless_asked_for(service: Service) -> None:
    for path in ("/hit/example.com/visits", "/create", "/api/count/incr/badge.svg?url=a.example"):
        assert httpx.get(f"{service.url}{path}").status_code == 404
