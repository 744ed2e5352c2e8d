"""Bad input of every kind: what the contract says to each, in our own words, and no trace left."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.raw import Raw, exchange, post
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker

pytestmark = pytest.mark.service

MIB = 1 << 20
JSON = "application/json"
NOT_JSON = "The body is not valid JSON in UTF-8."
NOT_AN_OBJECT = "An event must be a JSON object."
TOO_DEEP = "The body is nested too deeply."
# What a library would have said, and what nobody outside needs to know.
FOREIGN = (
    *("Expected `", "msgspec", "litestar", "uvicorn", "httptools", "python", "Traceback"),
    *("duckdb", "sqlite", "$.", "/src/", ".py", "codec", "malformed", "byte 0x", "NoneType"),
)


@pytest.fixture(scope="module")
def tracker(alice: Account) -> dict[str, Any]:
    """All the nonsense goes to one tracker, which must end up with nothing."""
    return new_tracker(alice)


def sending(service: Service, body: bytes, **headers: str) -> Raw:
    answer = post(service.url, body, **{"content_type": JSON, "user_agent": BROWSER, **headers})
    assert answer is not None
    return answer


def check(answer: Raw, status: int, code: str, fields: list[str]) -> Any:
    """The one error shape, to the letter."""
    assert answer.status == status, answer.body
    content = answer.json()
    assert content["error"] == code
    assert isinstance(content["message"], str)
    assert content["message"]
    assert [detail["field"] for detail in content.get("details", [])] == fields
    assert set(content) == ({"error", "message", "details"} if fields else {"error", "message"})
    assert all(set(detail) == {"field", "message"} for detail in content.get("details", []))
    text = answer.body.decode().lower()
    assert not [word for word in FOREIGN if word.lower() in text]
    assert answer.headers["content-type"] == JSON
    return content


# Bodies that are no event at all. ``@`` stands for a site_id that exists.
WHOLE = [
    ("empty", b"", NOT_JSON),
    ("blank", b"  \n", NOT_JSON),
    ("truncated", b'{"site_id": "@", "url": "/', NOT_JSON),
    ("truncated batch", b'{"events": [{"site_id": "@", "url": "/"}', NOT_JSON),
    ("one event and a half", b'{"site_id": "@", "url": "/"} {"si', NOT_JSON),
    ("two events", b'{"site_id":"@","url":"/"}\n{"site_id":"@","url":"/"}', NOT_JSON),
    ("BOM", b'\xef\xbb\xbf{"site_id": "@", "url": "/"}', NOT_JSON),
    ("UTF-16", '{"site_id": "@", "url": "/"}'.encode("utf-16"), NOT_JSON),
    ("invalid UTF-8", b'{"site_id": "@", "url": "/", "title": "\xff"}', NOT_JSON),
    ("overlong UTF-8", b'{"site_id": "@", "url": "/", "title": "\xc0\x80"}', NOT_JSON),
    ("raw surrogate", b'{"site_id": "@", "url": "/", "title": "\xed\xa0\x80"}', NOT_JSON),
    ("raw NUL", b'{"site_id": "@", "url": "/\x00"}', NOT_JSON),
    ("NULs", b"\x00" * 64, NOT_JSON),
    ("NaN", b'{"site_id": "@", "url": "/", "value": NaN, "currency": "EUR"}', NOT_JSON),
    ("single quotes", b"{'site_id': '@', 'url': '/'}", NOT_JSON),
    ("form", b"site_id=@&url=/", NOT_JSON),
    ("array", b'[{"site_id": "@", "url": "/"}]', NOT_AN_OBJECT),
    ("number", b"42", NOT_AN_OBJECT),
    ("null", b"null", NOT_AN_OBJECT),
    ("true", b"true", NOT_AN_OBJECT),
    ("text", b'"@"', NOT_AN_OBJECT),
    ("deep list", b'{"site_id": "@", "url": "/", "x": ' + b"[" * 200_000, TOO_DEEP),
    ("deep object", b'{"x":' * 100_000, TOO_DEEP),
    (
        "deep and whole",
        b'{"site_id": "@", "url": "/", "x": ' + b"[" * 9999 + b"]" * 9999 + b"}",
        TOO_DEEP,
    ),
]


@pytest.mark.parametrize(("body", "sentence"), [c[1:] for c in WHOLE], ids=[c[0] for c in WHOLE])
def test_what_is_no_event(
    service: Service, alice: Account, tracker: dict[str, Any], body: bytes, sentence: str
) -> None:
    answer = sending(service, body.replace(b"@", tracker["site_id"].encode()))
    assert check(answer, 400, "invalid_request", [])["message"] == sentence
    assert counted(alice, tracker) == (0, 0)


# Fields that are wrong, beside a good ``site_id`` and ``url``; the raw JSON of their values.
FIELDS = [
    ("url", b"null"),
    ("url", b"7"),
    ("url", b'""'),
    ("url", b'"data:text/html,<h1>hello</h1>"'),
    ("url", b'"javascript:alert(1)"'),
    ("url", b'"example.com"'),
    ("url", b'"/' + b"x" * 100_000 + b'"'),
    ("url", b'"/a\\u0000b"'),
    ("url", b'"/a\\ud800b"'),
    ("site_id", b"null"),
    ("site_id", b"[]"),
    ("site_id", b'""'),
    ("name", b'""'),
    ("name", b"{}"),
    ("name", b'"' + b"x" * 121 + b'"'),
    ("name", b'"a\\u0007"'),
    ("name", b'"\\udfff"'),
    ("referrer", b"false"),
    ("referrer", b'"https://example.org/\\u0000"'),
    ("title", b"1"),
    ("title", b'"\\n"'),
    ("title", b'"\\ud83d"'),
    ("screen_width", b'"1280"'),
    ("screen_width", b"-1"),
    ("screen_width", b"12.5"),
    ("screen_width", b"1e400"),
    ("language", b'"<script>"'),
    ("language", b"12"),
    ("props", b"[1]"),
    ("props", b'"a"'),
    ("props", b'{"a": {"b": 1}}'),
    ("props", b'{"a": [1]}'),
    ("props", b'{"a b": 1}'),
    ("props", b'{"": 1}'),
    ("props", b'{"a": "\\u0000"}'),
    ("props", b'{"a": "\\udc00"}'),
    ("props", b'{"\\ud800": 1}'),
    ("props", json.dumps({f"k{number}": 1 for number in range(31)}).encode()),
    ("interactive", b"1"),
    ("interactive", b'"yes"'),
    ("value", b'"1"'),
    ("value", b"1e13"),
    ("value", b"-1e308"),
    ("value", b"1e999"),
    ("value", b"99999999999999999999999999999999999999"),
    ("currency", b'"eur"'),
    ("currency", b'"EURO"'),
    ("timestamp", b'"yesterday"'),
    ("timestamp", b"1761400800"),
    ("timestamp", b'"1970-01-01T00:00:00Z"'),
    ("timestamp", b'"2026-10-25\\u000012:00:00Z"'),
    ("id", b'""'),
    ("id", b'"' + b"x" * 65 + b'"'),
    ("id", b'"\\u0000"'),
    ("id", b"5"),
    ("client_ip", b'"203.0.113.7"'),
    ("user_agent", b'"Mozilla/5.0"'),
    ("events", b"null"),
    ("events", b"[]"),
    ("events", b"{}"),
]


def event(tracker: dict[str, Any], field: str = "", value: bytes = b"") -> bytes:
    fields = {"site_id": f'"{tracker["site_id"]}"'.encode(), "url": b'"/"'}
    if field == "value":
        fields["currency"] = b'"EUR"'
    if field:
        fields[field] = value
    return b"{%b}" % b",".join(b'"%b":%b' % (k.encode(), v) for k, v in fields.items())


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_wrong_field_is_named(
    service: Service, alice: Account, tracker: dict[str, Any], field: str, value: bytes
) -> None:
    answer = sending(service, event(tracker, field, value))
    content = check(answer, 400, "invalid_request", [field])
    assert content["message"].startswith(f"{field}: ")
    assert counted(alice, tracker) == (0, 0)


@pytest.mark.parametrize("size", [MIB + 1, 10 * MIB])
def test_a_huge_body(service: Service, alice: Account, tracker: dict[str, Any], size: int) -> None:
    body = event(tracker, "x", b'"%b"' % (b"x" * size))
    check(sending(service, body), 413, "payload_too_large", [])
    assert counted(alice, tracker) == (0, 0)


def test_a_body_of_just_1_mib(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    empty = event(mine, "x", b'""')
    body = event(mine, "x", b'"%b"' % (b"x" * (MIB - len(empty))))
    assert len(body) == MIB
    assert sending(service, body).status == 202
    assert sending(service, body + b" ").status == 413
    assert counted(alice, mine) == (1, 0)


def test_a_huge_body_without_a_length(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    head = (
        b"POST /api/public/collect HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    answer = exchange(service.url, head + chunk * 160)
    assert answer is not None
    check(answer, 413, "payload_too_large", [])
    assert counted(alice, tracker) == (0, 0)


def test_a_small_body_without_a_length_is_read(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    body = event(mine)
    head = (
        "POST /api/public/collect HTTP/1.1\r\nhost: test\r\ncontent-type: text/plain\r\n"
        f"user-agent: {BROWSER}\r\ntransfer-encoding: chunked\r\n\r\n"
    ).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:20], body[20:]))
    answer = exchange(service.url, head + chunks + b"0\r\n\r\n")
    assert answer is not None
    assert answer.json() == {"data": {"accepted": 1, "dropped": []}}
    assert counted(alice, mine) == (1, 0)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/html",
        "application/jsonp",
        "json",
        "\xff",
    ],
)
def test_other_content_types(
    service: Service, alice: Account, tracker: dict[str, Any], content_type: str
) -> None:
    answer = sending(service, event(tracker), content_type=content_type)
    check(answer, 415, "unsupported_media_type", [])
    assert counted(alice, tracker) == (0, 0)


def test_no_content_type_at_all(service: Service, alice: Account, tracker: dict[str, Any]) -> None:
    answer = post(service.url, event(tracker))
    assert answer is not None
    check(answer, 415, "unsupported_media_type", [])
    assert counted(alice, tracker) == (0, 0)


@pytest.mark.parametrize("width", [b"0", b"99999999999999999999999999", b"2147483648"])
def test_absurd_numbers_that_are_numbers_all_the_same(
    service: Service, alice: Account, width: bytes
) -> None:
    mine = new_tracker(alice)
    assert sending(service, event(mine, "screen_width", width)).status == 202
    props = b'{"a": 99999999999999999999999999, "b": 1e308, "c": -0.0}'
    assert sending(service, event(mine, "props", props)).status == 202
    assert counted(alice, mine) == (2, 0)


@pytest.mark.parametrize("timestamp", [b'"3000-01-01T00:00:00Z"', b'"9999-12-31T23:59:59Z"'])
def test_a_date_far_ahead_is_taken_for_now(
    service: Service, alice: Account, timestamp: bytes
) -> None:
    mine = new_tracker(alice)
    assert sending(service, event(mine, "timestamp", timestamp)).status == 202
    assert counted(alice, mine) == (1, 0)


@pytest.mark.parametrize(
    "timestamp", ["1970-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "0001-01-01T00:00:00Z"]
)
def test_a_date_long_ago_is_refused_even_to_the_owner(
    service: Service, alice: Account, tracker: dict[str, Any], timestamp: str
) -> None:
    body = event(tracker, "timestamp", f'"{timestamp}"'.encode())
    answer = sending(service, body, authorization=f"Bearer {alice.token}")
    content = check(answer, 400, "invalid_request", ["timestamp"])
    assert content["message"] == "timestamp: must not lie before 1995-01-01"
    assert counted(alice, tracker) == (0, 0)


@pytest.mark.parametrize("site_id", [b'"ezi_000000000000"', b'"nonsense"', b'"\xc3\xa9"'])
def test_an_unknown_tracker(service: Service, tracker: dict[str, Any], site_id: bytes) -> None:
    check(sending(service, event(tracker, "site_id", site_id)), 404, "not_found", [])


GARBAGE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"\x00" * 1000 + b"\r\n\r\n",
    b"POST /api/public/collect HTTP/9.9\r\n\r\n",
    b"POST /api/public/collect HTTP/1.1\r\ncontent-length: -5\r\n\r\n{}",
    b"POST /api/public/collect HTTP/1.1\r\ncontent-length: many\r\n\r\n{}",
    b"POST /api/public/collect HTTP/1.1\r\nno colon here\r\n\r\n",
    b"POST /api/public/collect HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n"
    b"content-type: text/plain\r\n\r\nzz\r\n",
    b"\r\n" * 2000,
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_is_not_even_http(
    service: Service, alice: Account, tracker: dict[str, Any], garbage: bytes
) -> None:
    """It is a 400 or the line goes dead; the service goes on."""
    answer = exchange(service.url, garbage, finish=True)
    assert answer is None or answer.status == 400
    assert counted(alice, tracker) == (0, 0)


def test_a_body_that_never_comes_records_nothing(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    head = b"POST /api/public/collect HTTP/1.1\r\nhost: t\r\ncontent-type: text/plain\r\n"
    answer = exchange(
        service.url, head + b"content-length: 5000\r\n\r\n" + event(tracker), finish=True
    )
    assert answer is None or answer.status == 400
    assert counted(alice, tracker) == (0, 0)


@pytest.mark.parametrize(
    ("query", "status", "fields"),
    [
        ("", 400, ["site_id", "url"]),
        ("site_id=@", 400, ["url"]),
        ("site_id=@&url=%00", 400, ["url"]),
        ("site_id=@&url=/%FF", 400, []),
        ("site_id=@&url=/&title=%ED%A0%80", 400, []),
        ("site_id=@&url=/&props={%22a%22:%22%5Cud800%22}", 400, ["props"]),
        ("site_id=@&url=/&value=nan&currency=EUR", 400, ["value"]),
        ("site_id=@&url=/&screen_width=1.5", 400, ["screen_width"]),
        ("site_id=@&url=/&client_ip=203.0.113.7", 400, ["client_ip"]),
        ("site_id=@&url=/" + "x" * 20_000, 400, ["url"]),
        ("site_id=ezi_000000000000&url=/", 404, []),
    ],
)
def test_bad_pixels(
    service: Service,
    alice: Account,
    tracker: dict[str, Any],
    query: str,
    status: int,
    fields: list[str],
) -> None:
    target = query.replace("@", tracker["site_id"])
    request = (
        f"GET /api/public/collect?{target} HTTP/1.1\r\nhost: t\r\nuser-agent: {BROWSER}\r\n\r\n"
    )
    answer = exchange(service.url, request.encode())
    assert answer is not None
    check(answer, status, "invalid_request" if status == 400 else "not_found", fields)
    assert counted(alice, tracker) == (0, 0)


def test_the_service_lived_through_all_of_it(service: Service) -> None:
    log = service.log.read_text()
    assert "request failed" not in log
    assert "Traceback" not in log
