"""Reading one line."""

from __future__ import annotations

import pytest

from ezee.imports.accesslog import Request, is_asset, is_whole, read_line
from tests.support.clock import instant

COMBINED = (
    '83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /a/b.html?x=1 HTTP/1.1" 200 203023 '
    '"http://example.com/" "Mozilla/5.0 (X11)"'
)
COMMON = '83.149.9.216 - frank [17/May/2015:12:05:03 +0200] "GET / HTTP/1.0" 304 -'


def test_combined() -> None:
    assert read_line(COMBINED) == Request(
        address="83.149.9.216",
        at=instant("2015-05-17T10:05:03+00:00"),
        method="GET",
        url="/a/b.html?x=1",
        status=200,
        referrer="http://example.com/",
        agent="Mozilla/5.0 (X11)",
    )


def test_common_has_no_agent_and_its_offset_counts() -> None:
    assert read_line(COMMON) == Request(
        "83.149.9.216", instant("2015-05-17T10:05:03+00:00"), "GET", "/", 304, "", ""
    )


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        (COMBINED.removesuffix('"'), "Mozilla/5.0 (X11)"),
        (COMBINED.replace("(X11)", r"\"quoted\" (X11)"), r"Mozilla/5.0 \"quoted\" (X11)"),
        (COMBINED + ' "an extra field" 17', "Mozilla/5.0 (X11)"),
        (COMBINED.replace("Mozilla/5.0 (X11)", "-"), "-"),
    ],
)
def test_agents_as_they_come(line: str, agent: str) -> None:
    request = read_line(line)
    assert request is not None
    assert request.agent == agent


@pytest.mark.parametrize(
    "line",
    [
        "",
        "not a log line",
        COMBINED[:60],
        COMBINED.replace("17/May/2015", "17/Mai/2015"),
        COMBINED.replace("17/May/2015", "31/Feb/2015"),
        COMBINED.replace("2015", "1994"),
        COMBINED.replace(" 200 ", " OK "),
        COMBINED.replace("GET /a/b.html?x=1 HTTP/1.1", "-"),
        COMBINED.replace(":03 +0000", ":xx +0000"),
        COMBINED.replace(":10:05:03", ":24:05:03"),
        COMBINED.replace(":10:05:03", ":10:60:03"),
        COMBINED.replace(":10:05:03", ":10:05:61"),
        COMBINED.replace(":10:05:03", ":10-05:03"),
        COMBINED.replace(":10:05:03", ":10:05-03"),
        COMBINED.replace(":10:05:03", ":1\u0661:05:03"),
        COMBINED.replace(":10:05:03", ": 1:05:03"),
        COMBINED.replace("17/May", "31/Jun"),
        COMBINED.replace("+0000", "+9900"),
    ],
)
def test_bad_lines(line: str) -> None:
    assert read_line(line) is None


@pytest.mark.parametrize(
    ("change", "page"),
    [
        (("", ""), True),
        ((" 200 ", " 304 "), True),
        ((" 200 ", " 206 "), False),
        ((" 200 ", " 301 "), False),
        ((" 200 ", " 404 "), False),
        ((" 200 ", " 500 "), False),
        (("GET", "HEAD"), False),
        (("GET", "POST"), False),
        (("b.html", "b.css"), False),
        (("b.html", "b.PNG"), False),
        (("b.html", "v1.2"), True),
        (("/a/b.html?x=1", "/png"), True),
        (("/a/b.html?x=1", "/search?file=a.png"), True),
    ],
)
def test_what_a_page_request_is(change: tuple[str, str], page: bool) -> None:
    request = read_line(COMBINED.replace(*change) if change[0] else COMBINED)
    assert request is not None
    assert request.is_page is page


def test_an_unfinished_line_is_not_whole() -> None:
    assert is_whole(COMBINED)
    assert is_whole(COMMON)
    assert not is_whole(COMBINED[:-1])
    assert not is_whole(COMBINED[:100])


def test_assets_go_by_the_path_alone() -> None:
    assert is_asset("/x/site.webmanifest?v=3")
    assert not is_asset("/css")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03+00:00"),
        ("17/May/2015:00:00:00 -0730", "2015-05-17T00:00:00-07:30"),
        ("17/May/2015:10:05:60 +0000", "2015-05-17T10:06:00+00:00"),
        ("29/Feb/2024:23:59:59 +0545", "2024-02-29T23:59:59+05:45"),
    ],
)
def test_the_time_of_a_line(text: str, at: str) -> None:
    request = read_line(COMBINED.replace("17/May/2015:10:05:03 +0000", text))
    assert request is not None
    assert request.at == instant(at)
