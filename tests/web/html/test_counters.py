"""The gallery of counters, for anyone, without a script."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ezee.counters.drawing.styles import STYLES
from tests.support.pages import Visitor
from tests.support.service import Account
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


def test_every_style_is_on_show_and_every_picture_is_there(anybody: Visitor) -> None:
    page = anybody.get("/counters")
    assert page.status_code == 200
    pictures = [unescape(each) for each in re.findall(r'<img src="([^"]+)"', page.text)]
    assert {style for style in STYLES if any(f"style={style}" in each for each in pictures)} == set(
        STYLES
    )
    for picture in set(pictures):
        answer = anybody.get(picture)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("image/")


def test_the_form_makes_the_snippet(anybody: Visitor) -> None:
    query = "site_id=ezi_64a31d92b70f&style=led-red&form=svg&digits=8&count=1&label="
    page = unescape(anybody.get(f"/counters?{query}").text)
    address = f"{anybody.url}/counter/ezi_64a31d92b70f.svg?style=led-red&digits=8&count=1"
    assert f"![Counter]({address})" in page
    assert '<option value="led-red" selected>' in page
    assert 'src="/counter/ezi_64a31d92b70f.svg?style=led-red&digits=8&fresh=1"' in page


def test_what_is_wrong_stands_beside_its_field(anybody: Visitor) -> None:
    page = anybody.get("/counters?digits=99&style=%22%3E%3Cscript%3E&site_id=%3Cb%3E&%FF=%FE")
    assert page.status_code == 200
    assert 'id="wrong-digits"' in page.text
    assert "<script>" not in page.text.replace("<script type", "")
    assert "<b>" not in page.text


@pytest.mark.parametrize("query", ["", "&" * 100, "%", "site_id=" + "a" * 5000])
def test_no_query_breaks_it(anybody: Visitor, query: str) -> None:
    assert anybody.get(f"/counters?{query}").status_code == 200


def test_whoever_is_signed_in_chooses_among_own_trackers(
    at_alices: Visitor, alice: Account
) -> None:
    on, off = new_tracker(alice, counter=True), new_tracker(alice)
    page = at_alices.get(f"/counters?site_id={on['site_id']}").text
    assert f'<option value="{on["site_id"]}" selected>Test</option>' in page
    assert f'<option value="{off["site_id"]}">Test (its counter is off)</option>' in page
    # What is there to be copied is never of a tracker that there is not.
    assert "ezi_…" not in at_alices.get("/counters").text
