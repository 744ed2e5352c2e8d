"""Browser, version, system and device, from agents and the hints sent with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.events.client_hints import NO_HINTS
from ezee.events.steps.agent import read_agent, told_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36"
LINUX = f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36"
PHONE = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36"
TABLET = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/126.0.0.0 Safari/537.36"
WEBVIEW = (
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A; wv) {WEBKIT} Version/4.0 "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko)"
)

AGENTS = [
    (WINDOWS, ("Chrome", 126, "Windows", "desktop")),
    (f"{WINDOWS} Edg/126.0.0.0", ("Edge", 126, "Windows", "desktop")),
    (f"{WINDOWS} OPR/111.0.0.0", ("Opera", 111, "Windows", "desktop")),
    (f"{WINDOWS} Vivaldi/6.8.3381.46", ("Vivaldi", 6, "Windows", "desktop")),
    (
        "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
        ("Internet Explorer", 11, "Windows", "desktop"),
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
        ("Firefox", 127, "macOS", "desktop"),
    ),
    (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
        ("Firefox", 127, "Linux", "desktop"),
    ),
    (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", ("Safari", 17, "iOS", "mobile")),
    (f"{IPHONE} CriOS/126.0.1 Mobile/15E148 Safari/604.1", ("Chrome", 126, "iOS", "mobile")),
    (f"{IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15", ("Firefox", 127, "iOS", "mobile")),
    (f"{IPHONE} GSA/322.0.6 Mobile/15E148", ("Google Search App", 322, "iOS", "mobile")),
    (f"{IPHONE} Mobile/15E148 Instagram 340.0.1", ("Instagram", 340, "iOS", "mobile")),
    (
        f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0;FBDV/iPhone14,5]",
        ("Facebook", 468, "iOS", "mobile"),
    ),
    (f"{IPHONE} Mobile/15E148 Line/14.9.0", ("Line", 14, "iOS", "mobile")),
    (f"{IPHONE} Mobile/15E148", ("iOS WebView", 0, "iOS", "mobile")),
    (PHONE, ("Chrome", 126, "Android", "mobile")),
    (
        "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
        ("Firefox", 127, "Android", "mobile"),
    ),
    (WEBVIEW, ("Android WebView", 126, "Android", "mobile")),
    (
        f"{WEBVIEW} XWEB/1160117 MMWEBSDK/20240404 MicroMessenger/8.0.50.2701",
        ("WeChat", 8, "Android", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 14; SM-S911B) {WEBKIT} SamsungBrowser/25.0 "
        "Chrome/121.0.0.0 Mobile Safari/537.36",
        ("Samsung Internet", 25, "Android", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 12; HarmonyOS; ABR-AL90) {WEBKIT} Chrome/99.0.4844.88 "
        "HuaweiBrowser/13.0.1.301 Mobile Safari/537.36",
        ("Huawei Browser", 13, "HarmonyOS", "mobile"),
    ),
    (
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
        ("Chrome", 126, "Chrome OS", "desktop"),
    ),
    (
        f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/94.0.4606.128 Safari/537.36 "
        "LG Browser/8.00.00(LGE; 65QNED756RB)",
        ("LG Browser", 8, "webOS", "tv"),
    ),
    # A standard of television, which is no browser, and a maker, which is no system.
    (
        f"Mozilla/5.0 (Linux armv7l) {WEBKIT} Chrome/53.0.2785.143 Safari/537.36 "
        "HbbTV/1.2.1 (; ORAVA; MB130; 5.35.8.3; _TV_G10_2017;)",
        ("Chrome", 53, "Linux", "tv"),
    ),
    ("Firefox/999999999999.0", ("Firefox", 32767, "", "other")),
    ("SomethingElse/1.0", ("", 0, "", "other")),
    ("", ("", 0, "", "other")),
    ("\U0001f600", ("", 0, "", "other")),
    ("Firefox/127.0 \ud800", ("Firefox", 127, "", "other")),
]


@pytest.mark.parametrize(("agent", "read"), AGENTS)
def test_agents(agent: str, read: tuple[str, int, str, str]) -> None:
    assert read_agent(agent) == read


BRAVE = '"Not/A)Brand";v="8", "Chromium";v="126", "Brave";v="126"'
GOOGLE = '"Not/A)Brand";v="8", "Chromium";v="126", "Google Chrome";v="126"'
EDGE = '"Chromium";v="126", "Microsoft Edge";v="127.0.1"'
HINTS = [
    (WINDOWS, {"brands": BRAVE}, ("Brave", 126, "Windows", "desktop")),
    (WINDOWS, {"brands": GOOGLE}, ("Chrome", 126, "Windows", "desktop")),
    (WINDOWS, {"brands": EDGE}, ("Edge", 127, "Windows", "desktop")),
    (WINDOWS, {"brands": '"Nobody knows";v="3"'}, ("Chrome", 126, "Windows", "desktop")),
    (
        f"{WINDOWS} OPR/111.0.0.0",
        {"brands": '"Opera GX";v="110"'},
        ("Opera GX", 110, "Windows", "desktop"),
    ),
    # What an agent names itself is not denied.
    (f"{WINDOWS} Vivaldi/6.8", {"brands": GOOGLE}, ("Vivaldi", 6, "Windows", "desktop")),
    (PHONE, {"brands": '"Android WebView";v="125"'}, ("Android WebView", 125, "Android", "mobile")),
    (LINUX, {"platform": '"Chrome OS"'}, ("Chrome", 126, "Chrome OS", "desktop")),
    (LINUX, {"platform": '"Windows"'}, ("Chrome", 126, "Windows", "desktop")),
    (LINUX, {"platform": '"Unknown"'}, ("Chrome", 126, "Linux", "desktop")),
    # Sites asked for as on a desktop, by a phone and by a tablet.
    (LINUX, {"platform": '"Android"', "mobile": "?1"}, ("Chrome", 126, "Android", "mobile")),
    (LINUX, {"platform": '"Android"', "mobile": "?0"}, ("Chrome", 126, "Android", "tablet")),
    (LINUX, {"form_factors": '"Tablet"'}, ("Chrome", 126, "Linux", "tablet")),
    (PHONE, {"form_factors": '"EInk", "Tablet"'}, ("Chrome", 126, "Android", "tablet")),
    (PHONE, {"form_factors": '"Automotive"'}, ("Chrome", 126, "Android", "other")),
    (PHONE, {"mobile": "?0"}, ("Chrome", 126, "Android", "tablet")),
    (PHONE, {"mobile": "?1"}, ("Chrome", 126, "Android", "mobile")),
    (TABLET, {"mobile": "?0", "platform": '"Android"'}, ("Chrome", 126, "Android", "tablet")),
    (PHONE, {"platform": '"Windows"'}, ("Chrome", 126, "Windows", "desktop")),
    ("", {"brands": GOOGLE, "platform": '"Windows"'}, ("Chrome", 126, "Windows", "other")),
    (PHONE, {"brands": '"', "mobile": "?9", "platform": ";"}, ("Chrome", 126, "Android", "mobile")),
]


@pytest.mark.parametrize(("agent", "sent", "read"), HINTS)
def test_hints(agent: str, sent: dict[str, str], read: tuple[str, int, str, str]) -> None:
    assert read_agent(agent, NO_HINTS._replace(**sent)) == read


def test_only_so_much_is_read() -> None:
    assert read_agent(" " * 1_000 + WINDOWS).browser == ""
    long = NO_HINTS._replace(brands=BRAVE, platform=" " * 1_000)
    assert read_agent(WINDOWS, long).browser == "Chrome"


@given(st.text(alphabet="aA/;() 019.Chrome", max_size=80), st.text(max_size=40))
def test_rubbish_is_read_without_complaint(agent: str, hint: str) -> None:
    found = read_agent(agent, NO_HINTS._replace(brands=hint, platform=hint, form_factors=hint))
    assert 0 <= found.version <= 32767
    assert found.device in {"desktop", "mobile", "tablet", "tv", "other"}


def test_a_program_is_told_with_it() -> None:
    person, program = told_of(WINDOWS, NO_HINTS), told_of(f"{WINDOWS} Googlebot/2.1", NO_HINTS)
    assert (person.browser, person.os, person.declared) == ("Chrome", "Windows", None)
    assert program.declared is not None
    assert program.declared.rule == "Googlebot"


@pytest.mark.parametrize(("agent", "sent", "read"), HINTS)
def test_what_is_told_is_what_was_read(
    agent: str, sent: dict[str, str], read: tuple[str, int, str, str]
) -> None:
    told = told_of(agent, NO_HINTS._replace(**sent))
    assert (told.browser, told.version, told.os, told.device) == read
