"""``docs/script.md`` names every attribute that the script reads, and its bars are the build's."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT, first_column, page

PAGE = "docs/script.md"
SOURCE = (ROOT / "assets/script/ezee.ts").read_text()


def test_every_attribute_is_in_the_table() -> None:
    read = re.findall(r"options\.(\w+)", SOURCE) + re.findall(r'options\["(\w+)"\]', SOURCE)
    assert {f"data-{name}" for name in read} == set(first_column(PAGE, "## Attributes of the tag"))


def test_every_event_that_it_sends_is_named() -> None:
    sent = {*re.findall(r'track\(\[\s*"([^"]+)"', SOURCE), *re.findall(r'name: "(\w+)"', SOURCE)}
    assert sent == {"Form sent", "Download", "Outbound link", "404", "engagement"}
    assert all(f"`{name}`" in page(PAGE) for name in sent)


def test_the_bars_are_those_of_the_build() -> None:
    build = (ROOT / "assets/script/build.mjs").read_text()
    bars = re.findall(r'"(ezee[.\w]*)": (\d+)', build)
    assert len(bars) == 2
    for name, bar in bars:
        assert re.search(
            rf"^\| `/{name}` \|.*\| at most {int(bar):,} bytes \|$", page(PAGE), re.MULTILINE
        )


def test_the_queue_of_the_tests_is_the_one_that_is_shown() -> None:
    tests = (ROOT / "tests/browser/test_script_pages.py").read_text()
    found = re.search(r'STUB = "(.*)"', tests)
    assert found is not None
    assert f"<script>{found[1]}</script>" in page(PAGE)
