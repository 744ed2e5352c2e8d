"""An event is verified by a genuine stamp, and counted without one."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from ezee.events.steps.stamp import is_verified
from tests.docs.pages import ROOT
from tests.support.events import NOON, SITE_ID, draft, site

stamp = runpy.run_path(str(ROOT / "helpers/stamp.py"))["stamp"]
SECRET = "ezs_" + "7".zfill(64)
URL = "https://example.com/about?x=1"
NOW = NOON / 1000


@pytest.mark.parametrize(
    ("secret", "sent", "url", "verified"),
    [
        (SECRET, stamp(SECRET, SITE_ID, URL, NOW), URL, True),
        (SECRET, stamp(SECRET, SITE_ID, "/about", NOW), URL, True),
        (SECRET, stamp(SECRET, SITE_ID, "/", NOW), None, True),
        (SECRET, stamp(SECRET, SITE_ID, "/other", NOW), URL, False),
        (SECRET, stamp("ezs_old", SITE_ID, URL, NOW), URL, False),
        (SECRET, stamp(SECRET, "ezi_00000000000b", URL, NOW), URL, False),
        (SECRET, stamp(SECRET, SITE_ID, URL, NOW - 3700), URL, False),
        (SECRET, "", URL, False),
        (SECRET, None, URL, False),
        ("", stamp(SECRET, SITE_ID, URL, NOW), URL, False),
        ("", stamp("", SITE_ID, URL, NOW), URL, False),
    ],
)
def test_a_genuine_stamp_verifies(
    tmp_path: Path, secret: str, sent: str | None, url: str | None, verified: bool
) -> None:
    made = draft(tmp_path, site=site(signing_secret=secret), url=url, stamp=sent)
    assert is_verified(made) is verified
