"""Tokens over HTTPS only: with a certificate of our own, and behind a proxy that ends TLS."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from ezee.settings import ADDRESS_NAME
from tests.support.service import BROWSER, Account, Service

pytestmark = pytest.mark.service

PLAIN = (
    "This token came over plain HTTP, where others can read it. Use HTTPS, and replace the token."
)


class Certificate(NamedTuple):
    """A self-signed certificate for 127.0.0.1."""

    path: Path
    key: Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", made.key, "-out", made.path,
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def secure(certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that ends TLS itself."""
    running = Service(
        tmp_path_factory.mktemp("secure") / "data",
        "--certificate", str(certificate.path), "--certificate-key", str(certificate.key),
    ).start()  # fmt: skip
    yield running
    running.stop()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service behind a proxy on this machine, which is believed."""
    running = Service(
        tmp_path_factory.mktemp("proxied") / "data",
        "--public-url", "https://stats.example.com", "--trusted-proxies", "127.0.0.1",
        "--public-stats-limit", "2", "--collect-limit", "2",
    )  # fmt: skip
    yield _start_behind_proxy(running)
    running.stop()


@pytest.fixture(scope="module")
def distrusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that people reach by HTTPS and that believes no proxy."""
    running = Service(
        tmp_path_factory.mktemp("distrusting") / "data",
        "--public-url", "https://stats.example.com", "--public-stats-limit", "2",
        "--collect-limit", "2",
    )  # fmt: skip
    yield _start_behind_proxy(running)
    running.stop()


def _start_behind_proxy(service: Service) -> Service:
    """It announces the public address; where it really listens is in its folder."""
    service.start()
    service.url = (service.data / ADDRESS_NAME).read_text()
    return service


def test_it_answers_over_https(secure: Service, certificate: Certificate) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    account = secure.account("owner@example.com")
    with _client(certificate) as client:
        answer = client.get(f"{secure.url}/api/v1/me", headers=_bearer(account))
        document = client.get(f"{secure.url}/openapi.json").json()
    assert (answer.status_code, answer.json()["data"]["email"]) == (200, account.email)
    assert document["servers"] == [{"url": secure.url}]


def test_it_answers_nothing_over_plain_http_on_that_port(
    secure: Service, certificate: Certificate
) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(secure.url.replace("https://", "http://") + "/")


def test_a_client_checks_the_certificate(secure: Service, certificate: Certificate) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{secure.url}/")
    with _client(certificate) as client:
        assert client.get(f"{secure.url}/sign-in").status_code == 200


@pytest.mark.parametrize("missing", ["--certificate", "--certificate-key"])
def test_half_a_certificate_is_refused(
    certificate: Certificate, tmp_path: Path, missing: str
) -> None:
    given = {"--certificate": certificate.path, "--certificate-key": certificate.key}
    del given[missing]
    service = Service(tmp_path / "data", *(str(part) for pair in given.items() for part in pair))
    with pytest.raises(AssertionError, match="HTTPS needs both a certificate and its key"):
        service.start()


@pytest.mark.parametrize("which", ["proxied", "distrusting"])
def test_a_token_over_plain_http_is_refused_and_leaves_no_trace(
    request: pytest.FixtureRequest, which: str
) -> None:
    service: Service = request.getfixturevalue(which)
    account = service.account("plain@example.com")
    tracker = service.tracker(account.email)
    for route in ("GET /api/v1/me", "GET /api/v1/trackers", "stats", "collect"):
        answer = _ask(service, route, tracker, _bearer(account))
        assert answer.status_code == 403
        assert answer.json() == {"error": "forbidden", "message": PLAIN}
    # What was used is written within five seconds, and when the service stops.
    service.stop()
    _start_behind_proxy(service)
    assert _last_use(service, account) is None
    assert _pageviews(service, tracker) == 0


def test_a_bad_token_over_plain_http_is_401_as_anywhere(proxied: Service) -> None:
    answer = httpx.get(f"{proxied.url}/api/v1/me", headers={"authorization": "Bearer x"})
    assert answer.status_code == 401


def test_a_token_that_the_proxy_took_over_https_passes(proxied: Service) -> None:
    account = proxied.account("https@example.com")
    tracker = proxied.tracker(account.email)
    headers = {**_bearer(account), "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"}
    for route in ("GET /api/v1/me", "GET /api/v1/trackers", "stats"):
        assert _ask(proxied, route, tracker, headers).status_code == 200
    assert _ask(proxied, "collect", tracker, headers).status_code == 202
    for _ in range(120):
        if _last_use(proxied, account) is not None:
            break
        time.sleep(0.1)
    assert _last_use(proxied, account) is not None


@pytest.mark.parametrize("scheme", ["http", "ftp", "", "https, http"])
def test_the_proxys_word_is_taken_for_what_it_says(proxied: Service, scheme: str) -> None:
    account = proxied.account(f"scheme-{len(scheme)}{scheme[:3]}@example.com")
    headers = {**_bearer(account), "x-forwarded-proto": scheme}
    assert httpx.get(f"{proxied.url}/api/v1/me", headers=headers).status_code == 403


def test_nobody_else_is_believed_to_have_used_https(distrusting: Service) -> None:
    account = distrusting.account("forged@example.com")
    headers = {**_bearer(account), "x-forwarded-proto": "https"}
    assert httpx.get(f"{distrusting.url}/api/v1/me", headers=headers).status_code == 403


def test_what_needs_no_token_passes_over_plain_http(proxied: Service) -> None:
    account = proxied.account("public@example.com")
    tracker = proxied.tracker(account.email)
    headers = {"x-forwarded-for": "192.0.2.9"}
    assert _ask(proxied, "stats", tracker, headers).status_code == 200
    assert _ask(proxied, "collect", tracker, headers).status_code == 202


def test_a_trusted_proxy_tells_the_address(proxied: Service) -> None:
    """Each address behind the proxy has a limit of its own, for stats and for collect."""
    account = proxied.account("addresses@example.com")
    tracker = proxied.tracker(account.email)
    for route, good in (("stats", 200), ("collect", 202)):
        for address in ("198.51.100.1", "198.51.100.2", "2001:db8::1"):
            headers = {"x-forwarded-for": f"203.0.113.250, {address}"}
            statuses = [_ask(proxied, route, tracker, headers).status_code for _ in range(3)]
            assert statuses == [good, good, 429]


def test_without_trusted_proxies_the_header_is_ignored(distrusting: Service) -> None:
    """Else anyone could have a fresh limit for each request by making addresses up."""
    account = distrusting.account("ignored@example.com")
    tracker = distrusting.tracker(account.email)
    statuses = [
        _ask(distrusting, "stats", tracker, {"x-forwarded-for": f"198.51.100.{n}"}).status_code
        for n in range(3)
    ]
    assert statuses[-1] == 429
    # Loopback, which the peer is, has no limit on collect: the forged address is not used.
    for _ in range(5):
        headers = {"x-forwarded-for": "198.51.100.1"}
        assert _ask(distrusting, "collect", tracker, headers).status_code == 202


def test_the_public_address_is_what_is_told(proxied: Service) -> None:
    document = httpx.get(f"{proxied.url}/openapi.json").json()
    assert document["servers"] == [{"url": "https://stats.example.com"}]


def _client(certificate: Certificate) -> httpx.Client:
    return httpx.Client(verify=ssl.create_default_context(cafile=str(certificate.path)))


def _bearer(account: Account) -> dict[str, str]:
    return {"authorization": f"Bearer {account.token}"}


def _ask(service: Service, route: str, tracker: Any, headers: dict[str, str]) -> httpx.Response:
    if route == "collect":
        event = {"site_id": tracker["site_id"], "url": "/"}
        agent = {"user-agent": BROWSER}
        url = f"{service.url}/api/public/collect"
        return httpx.post(url, json=event, headers={**agent, **headers})
    if route == "stats":
        url = f"{service.url}/api/public/stats?site_id={tracker['site_id']}"
        return httpx.get(url, headers=headers)
    method, path = route.split()
    return httpx.request(method, service.url + path, headers=headers)


def _last_use(service: Service, account: Account) -> Any:
    (token,) = service.json("token", "list", "--user", account.email)
    return token["last_used_at"]


def _pageviews(service: Service, tracker: Any) -> int:
    url = f"{service.url}/api/public/stats"
    answer = httpx.get(url, params={"site_id": tracker["site_id"], "period": "today"})
    views: int = answer.json()["data"]["totals"]["pageviews"]
    return views
