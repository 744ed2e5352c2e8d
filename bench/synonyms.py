"""What Matomo's names are called here, where the two mean the same.

Only true synonyms: another spelling, the edition of one browser for some kind of device, or a
distribution for its family. Whatever is not in a table must agree as it stands, but for its case.
"""

from __future__ import annotations

from bench.fixtures import Fixture

_SPELLINGS = {
    "AdBlock Browser": "Adblock Browser",
    "CCleaner": "CCleaner Browser",
    "Chrome Webview": "Android WebView",
    "DuckDuckGo Privacy Browser": "DuckDuckGo",
    "Espial TV Browser": "Espial",
    "Hawk Quick Browser": "Hawk Browser",
    "HeyTapBrowser": "HeyTap Browser",
    "Microsoft Edge": "Edge",
    "Mobile Silk": "Amazon Silk",
    "Oculus Browser": "Meta Quest Browser",
    "Openwave Mobile Browser": "UP.Browser",
    "PocketBook Browser": "PocketBook",
    "Puffin Web Browser": "Puffin",
    "Samsung Browser": "Samsung Internet",
    "Seraphic Sraf": "Sraf",
    "Seznam Browser": "Seznam prohlížeč",
    "wOSBrowser": "webOS Browser",
}
# Opera's browser for television sets names itself OPR, as the others do.
_EDITIONS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Firefox Mobile": "Firefox",
    "Firefox Mobile iOS": "Firefox",
    "Huawei Browser Mobile": "Huawei Browser",
    "IE Mobile": "Internet Explorer",
    "LieBaoFast": "LieBao",
    "Mobile Safari": "Safari",
    "Opera Devices": "Opera",
    "Opera Mini iOS": "Opera Mini",
    "Opera Mobile": "Opera",
    "Opera Next": "Opera",
    "QQ Browser Mini": "QQ Browser",
    "Sogou Mobile Browser": "Sogou Browser",
    "UC Browser Mini": "UC Browser",
    "UC Browser Turbo": "UC Browser",
    "Yandex Browser Lite": "Yandex Browser",
}
_BROWSERS = _SPELLINGS | _EDITIONS

# Systems that have a name of their own here, although Matomo counts them to a family.
_SYSTEMS = {
    "Fuchsia": "Fuchsia",
    "HarmonyOS": "HarmonyOS",
    "Haiku OS": "Haiku",
    "Nintendo Mobile": "Nintendo",
    "PlayStation Portable": "PlayStation",
    "Roku OS": "Roku OS",
    "palmOS": "Palm OS",
}
# Families whose members are one system to us. The others are only kinds ("Other Mobile").
_FAMILIES = {
    "Android": "Android",
    "BlackBerry": "BlackBerry OS",
    "Chrome OS": "Chrome OS",
    "GNU/Linux": "Linux",
    "Mac": "macOS",
    "Symbian": "Symbian",
    "Windows": "Windows",
    "iOS": "iOS",
}

# A console hangs on a television. What is worn, stands by itself or is built in is "other".
_DEVICES = {
    "": "",
    "camera": "other",
    "car browser": "other",
    "console": "tv",
    "desktop": "desktop",
    "feature phone": "mobile",
    "peripheral": "other",
    "phablet": "mobile",
    "portable media player": "mobile",
    "smart display": "other",
    "smart speaker": "other",
    "smartphone": "mobile",
    "tablet": "tablet",
    "tv": "tv",
    "wearable": "other",
}


def expected_browser(fixture: Fixture) -> str:
    """The browser by the name it has here."""
    return _BROWSERS.get(fixture.browser, fixture.browser)


def expected_os(fixture: Fixture) -> str:
    """The system by the name it has here, "" where Matomo tells none."""
    named = _SYSTEMS.get(fixture.os)
    return named or _FAMILIES.get(fixture.os_family, fixture.os)


def expected_device(fixture: Fixture) -> str:
    """The type of device, "" where Matomo tells none."""
    return _DEVICES[fixture.device]
