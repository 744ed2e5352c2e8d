"""The type of a device by the words of its agent."""

from __future__ import annotations

import pytest

from ezee.events.device import look_at

CHROME = "applewebkit/537.36 (khtml, like gecko) chrome/126.0.0.0"
AGENTS = [
    (f"mozilla/5.0 (windows nt 10.0; win64; x64) {CHROME} safari/537.36", "desktop"),
    ("mozilla/4.0 (compatible; msie 8.0; windows nt 6.1; tablet pc 2.0)", "desktop"),
    (f"mozilla/5.0 (x11; cros x86_64 14541.0.0) {CHROME} safari/537.36", "desktop"),
    (f"mozilla/5.0 (linux; android 10; k) {CHROME} mobile safari/537.36", "mobile"),
    (f"mozilla/5.0 (linux; android 10; k) {CHROME} safari/537.36", "tablet"),
    # Cut short, and no browser at all: the missing word says nothing.
    (f"mozilla/5.0 (linux; android 11; rmx3092; wv) {CHROME}", "mobile"),
    ("dalvik/2.1.0 (linux; u; android 10; moto g(8) power build/qod30)", "mobile"),
    # The maker's series says more than the browser.
    (f"mozilla/5.0 (linux; android 11; sm-t736n) {CHROME} mobile safari/537.36", "tablet"),
    (f"mozilla/5.0 (linux; android 10; sm-g9650) {CHROME} safari/537.36", "mobile"),
    (f"mozilla/5.0 (linux; android 11; sm-r870) {CHROME} mobile safari/537.36", "other"),
    (f"mozilla/5.0 (linux; android 9; lenovo tab 4 build/1) {CHROME} safari/537.36", "tablet"),
    (f"mozilla/5.0 (linux; android 9; aftka) {CHROME} safari/537.36", "tv"),
    (f"mozilla/5.0 (linux; android 11; x smart box q1) {CHROME} mobile safari/537.36", "tv"),
    (f"mozilla/5.0 (linux; android 7.1; 43lex-7127/fts2c) {CHROME} safari/537.36", "tv"),
    # What stands behind the model is none of it.
    (f"mozilla/5.0 (linux; android 4.3; c6603 build/10.4.b) {CHROME} mobile safari/1", "mobile"),
    (f"mozilla/5.0 (web0s; linux/smarttv) {CHROME} safari/537.36", "tv"),
    ("mozilla/5.0 (playstation; playstation 5/6.0) applewebkit/605.1.15", "tv"),
    (f"mozilla/5.0 (x11; linux x86_64; quest 3) {CHROME} vr safari/537.36", "other"),
    (f"mozilla/5.0 (x11; gnu/linux) {CHROME} safari/537.36 tesla/2024.2", "other"),
    ("mozilla/5.0 (ipad; cpu os 17_5 like mac os x) mobile/15e148 safari/604.1", "tablet"),
    ("mozilla/5.0 (iphone; cpu iphone os 17_5 like mac os x) mobile/15e148", "mobile"),
    ("mozilla/5.0 (mobile; nokia 2720; rv:48.0) gecko/48.0 firefox/48.0 kaios/2.5", "mobile"),
    ("something/1.0", "other"),
    ("", "other"),
]


@pytest.mark.parametrize(("agent", "device"), AGENTS)
def test_devices(agent: str, device: str) -> None:
    assert look_at(agent).device == device
