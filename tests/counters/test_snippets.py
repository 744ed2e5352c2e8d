"""Snippets: the address that was asked for, in what pages, READMEs and forums are written in."""

from __future__ import annotations

import pytest

from ezee.counters.snippets import make_snippets

BASE = "https://stats.example.com"
SITE = "ezi_64a31d92b70f"


def test_what_is_as_ever_is_not_said() -> None:
    asked = {"site_id": SITE, "style": "default", "metric": "pageviews", "period": "all"}
    made = make_snippets(BASE, {**asked, "digits": "", "label": " "})
    assert made.address == f"{BASE}/counter/{SITE}.svg"
    assert made.html == f'<img src="{made.address}" alt="Counter">'
    assert made.markdown == f"![Counter]({made.address})"
    assert made.bbcode == f"[img]{made.address}[/img]"
    assert made.preview == f"/counter/{SITE}.svg?fresh=1"
    assert made.errors == {}


def test_the_rest_is_and_the_preview_counts_nobody() -> None:
    made = make_snippets(
        BASE,
        {
            "site_id": SITE, "path": "/a b/ü", "form": "png", "count": "1",
            "style": "flat", "label": "my & visits",
        },
    )  # fmt: skip
    query = "style=flat&label=my%20%26%20visits"
    path = f"/counter/{SITE}/a%20b/%C3%BC.png"
    assert made.address == f"{BASE}{path}?{query}&count=1"
    assert made.html == (
        f'<img src="{BASE}{path}?style=flat&amp;label=my%20%26%20visits&amp;count=1" '
        'alt="my &amp; visits">'
    )
    assert made.preview == f"{path}?{query}&fresh=1"


def test_a_frame_and_a_script_have_their_own() -> None:
    assert make_snippets(BASE, {"site_id": SITE, "form": "html"}).html.startswith("<iframe src=")
    assert make_snippets(BASE, {"site_id": SITE, "form": "json"}).html.endswith(".json")


def test_without_a_tracker_the_preview_is_a_sample() -> None:
    made = make_snippets(BASE, {"style": "link", "path": "/a"})
    assert made.preview == "/counter/sample.svg?style=link&fresh=1"
    assert "ezi_…" in made.address


@pytest.mark.parametrize(
    ("name", "text"),
    [("site_id", "x"), ("site_id", '"><script>'), ("path", "a"), ("path", "/\x00"),
     ("style", "nice"), ("digits", "99"), ("height", "x"), ("color", "#zz"), ("background", "?"),
     ("label", "\U0001f600"), ("metric", "hits"), ("period", "24h")],
)  # fmt: skip
def test_what_is_wrong_is_named_and_left_out(name: str, text: str) -> None:
    made = make_snippets(BASE, {"site_id": SITE, name: text})
    assert set(made.errors) == {name}
    for part in made[:5]:
        assert f"{name}=" not in part
        assert "<script>" not in part
