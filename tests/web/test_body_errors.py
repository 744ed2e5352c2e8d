"""Bodies that are too large, of another type, or that cannot be read: each is told in one shape."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.test_errors import (
    ADD,
    CHANGE,
    COLLECT,
    EVERY,
    JSON,
    JSON_ALONE,
    LIST,
    ME,
    MIB,
    ONE,
    PUBLIC,
    STATS,
    Route,
    World,
    name_of,
    refused,
    world,
)

pytestmark = pytest.mark.service
__all__ = ["world"]


def _chunks(size: int) -> Iterator[bytes]:
    yield b'{"name": "'
    for _ in range(size // 1024):
        yield b"x" * 1024
    yield b'"}'


@pytest.mark.parametrize("route", EVERY, ids=name_of)
@pytest.mark.parametrize("chunked", [False, True])
def test_413_for_a_body_over_a_mebibyte(world: World, route: Route, *, chunked: bool) -> None:
    method, path, _ = route
    content = _chunks(MIB) if chunked else b" " * (MIB + 1)
    answer = world.send(method, path, content=content, headers=JSON)
    message = refused(answer, 413, "payload_too_large")
    assert message == "The body is larger than 1 MiB."


@pytest.mark.parametrize("route", [ADD, CHANGE, COLLECT], ids=name_of)
def test_a_body_of_a_mebibyte_is_read(world: World, route: Route) -> None:
    method, path, _ = route
    answer = world.send(method, path, content=b" " * MIB, headers=JSON)
    assert answer.status_code == 400


@pytest.mark.parametrize("route", [LIST, ONE, STATS, ME, PUBLIC], ids=name_of)
def test_a_body_that_nobody_asked_for_is_left_out(world: World, route: Route) -> None:
    method, path, _ = route
    for content in (b" " * MIB, _chunks(1024), b"{"):
        answer = world.send(method, path, content=content, headers={"content-type": "text/csv"})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/openapi.json"])
def test_413_elsewhere(world: World, path: str) -> None:
    answer = world.send("GET", path, content=b" " * (MIB + 1), headers={"accept": JSON_ALONE})
    refused(answer, 413, "payload_too_large")


@pytest.mark.parametrize("route", [ADD, CHANGE], ids=name_of)
@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_415_for_a_body_that_is_not_json(
    world: World, route: Route, content_type: str | None
) -> None:
    method, path, _ = route
    answer = world.send(method, path, content=b"{}", headers={"content-type": content_type})
    message = refused(answer, 415, "unsupported_media_type")
    assert message == "Send the body as application/json."


def test_415_for_an_event_of_another_type(world: World) -> None:
    answer = world.send(
        "POST", "/api/public/collect", content=b"{}", headers={"content-type": "text/csv"}
    )
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_is_json_with_a_charset_or_in_capitals(world: World, charset: str) -> None:
    method, path, _ = CHANGE
    answer = world.send(method, path, content=b'{"name":"x"}', headers={"content-type": charset})
    assert answer.status_code == 200


@pytest.mark.parametrize("route", [ADD, CHANGE], ids=name_of)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The body is not valid JSON in UTF-8."),
        (b"{", "The body is not valid JSON in UTF-8."),
        (b'{"name": }', "The body is not valid JSON in UTF-8."),
        (b'{"name": "\xff"}', "The body is not valid JSON in UTF-8."),
        (b'{"name": "\\ud800"}', "The body is not valid JSON in UTF-8."),
        (b"{" * 5000, "The body is not valid JSON in UTF-8."),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "The body is nested too deeply."),
        (b"[]", "The body must be a JSON object."),
        (b"null", "The body must be a JSON object."),
        (b'"text"', "The body must be a JSON object."),
        (b"1e999", "The body must be a JSON object."),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_400_for_a_body_that_cannot_be_read(
    world: World, route: Route, content: bytes, message: str
) -> None:
    method, path, _ = route
    answer = world.send(method, path, content=content, headers=JSON)
    assert refused(answer, 400, "invalid_request") == message


def test_400_names_every_wrong_field_of_a_new_tracker(world: World) -> None:
    fields = {"name": 1, "domain": "no host", "timezone": "Mars", "hostnames": [2]}
    answer = world.send(*ADD[:2], json={**fields, "public_stats": "yes"})
    refused(
        answer, 400, "invalid_request", "name", "domain", "timezone", "hostnames", "public_stats"
    )
    refused(world.send(*ADD[:2], json={}), 400, "invalid_request", "name", "domain")
    refused(world.send(*CHANGE[:2], json={"name": ""}), 400, "invalid_request", "name")


@pytest.mark.parametrize(
    "field", ["name", "domain", "hostnames", "public_stats", "places", "exclusions"]
)
@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400, "9" * 5000], ids=len)
def test_400_names_a_field_with_a_number_that_nothing_holds(
    world: World, field: str, number: str
) -> None:
    content = f'{{"{field}": {number}}}'.encode()
    answer = world.send(*CHANGE[:2], content=content, headers=JSON)
    assert refused(answer, 400, "invalid_request", field).startswith(f"{field}: must be ")


@pytest.mark.parametrize("route", [STATS, PUBLIC], ids=name_of)
def test_400_names_every_wrong_parameter(world: World, route: Route) -> None:
    method, path, _ = route
    joint = "&" if "?" in path else "?"
    answer = world.send(method, f"{path}{joint}period=soon&limit=-1")
    assert refused(answer, 400, "invalid_request", "period", "limit")


def test_400_names_every_wrong_field_of_an_event(world: World) -> None:
    event = {
        "site_id": world.tracker["site_id"],
        "url": "ftp://example.com",
        "name": "",
        "currency": "EURO",
    }
    answer = world.send("POST", "/api/public/collect", json=event)
    refused(answer, 400, "invalid_request", "url", "name", "currency")
    pixel = world.send("GET", "/api/public/collect?site_id={site_id}&url=ftp://example.com")
    refused(pixel, 400, "invalid_request", "url")
