"""``GET /ezee.js``: compressed, cached for a while or for ever, and readable from every origin."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ezee.web.script.versions import KEPT, Script, current_scripts
from tests.support.service import Service

pytestmark = pytest.mark.service

SCRIPTS = list(current_scripts().values())


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url) as client:
        yield client


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_it_is_sent_as_small_as_the_client_can_read(
    script: Script, accepted: str, coding: str | None, client: httpx.Client
) -> None:
    with client.stream(
        "GET", f"/{script.name}.js", headers={"accept-encoding": accepted}
    ) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(body)
    assert body == script.contents[coding or ""]
    if coding == "gzip":
        assert gzip.decompress(body) == script.contents[""]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_version_is_kept_for_ever_and_the_newest_for_an_hour(
    script: Script, client: httpx.Client
) -> None:
    newest = client.get(f"/{script.name}.js")
    version = client.get(f"/{script.versioned_name}")
    assert newest.text == version.text
    assert "max-age=3600" in newest.headers["cache-control"]
    assert version.headers["cache-control"] == "public, max-age=31536000, immutable"
    for answer in (newest, version):
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
    hashed = "sha384-" + b64encode(hashlib.sha384(version.content).digest()).decode()
    assert script.integrity == hashed


def test_what_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/ezee.js")
    again = client.get("/ezee.js", headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    plain = client.get("/ezee.js", headers={"accept-encoding": "identity"})
    assert plain.headers["etag"] != first.headers["etag"]
    assert client.get("/ezee.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_version_that_never_was_is_not_found(client: httpx.Client) -> None:
    assert client.get("/ezee.000000000000.js").status_code == 404
    assert client.post("/ezee.js").status_code == 405


def test_versions_of_former_days_are_served_after_an_upgrade(
    own_service: Service, tmp_path: Path
) -> None:
    former = b"(()=>{/* of a former day */})()"
    digest = hashlib.sha256(former).hexdigest()[:12]
    folder = own_service.data / KEPT
    assert {path.name for path in folder.iterdir()} == {each.versioned_name for each in SCRIPTS}
    own_service.stop()
    (folder / f"ezee.{digest}.js").write_bytes(former)
    (folder / "ezee.000000000000.js").write_bytes(former)
    (folder / "other.js").write_bytes(former)
    own_service.start()
    with httpx.Client(base_url=own_service.url) as client:
        answer = client.get(f"/ezee.{digest}.js")
        assert answer.content == former
        assert answer.headers["content-encoding"] == "gzip"
        for name in ("ezee.000000000000.js", "other.js"):
            assert client.get(f"/{name}").status_code == 404
        assert client.get("/ezee.js").content == current_scripts()["ezee"].contents[""]
