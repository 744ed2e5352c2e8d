"""The tag says what the tracker's rules need of the script."""

from __future__ import annotations

from ezee.model.pages import PageRules
from ezee.model.rules import SiteRules
from ezee.web.script.tag import script_tag
from ezee.web.script.versions import current_scripts

BASE = "https://stats.example.com"
SITE = "ezi_64a31d92b70f"


def test_unless_set_otherwise_it_is_one_short_line() -> None:
    assert (
        script_tag(BASE, SITE, SiteRules())
        == f'<script defer src="{BASE}/ezee.js" data-site="{SITE}"></script>'
    )


def test_what_is_set_stands_in_it() -> None:
    pages = PageRules(keep_parameters=("page",), hash_routing=True)
    tag = script_tag(BASE, SITE, SiteRules(page_rules=pages, respect_gpc=False))
    assert tag.endswith(' data-hash data-query data-gpc="off"></script>')


def test_a_pinned_one_has_the_hash() -> None:
    core = current_scripts()["ezee.core"]
    tag = script_tag(BASE, SITE, SiteRules(), core=True, pinned=True)
    assert f'src="{BASE}/ezee.core.{core.version}.js"' in tag
    assert f'integrity="{core.integrity}" crossorigin="anonymous"' in tag
