"""Looking at pages: a screenshot for people, and axe-core for what people with aids meet."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "screenshots"
_AXE = ROOT / "assets" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  (each) => `${each.id}: ${each.help}: ${each.nodes.map((node) => node.html).join(" ")}`)"""
WIDTHS = (360, 768, 1280)
_LOOKS = 100


def screenshot(page: Page, name: str) -> None:
    """The whole page, at three widths, light and dark, into the ignored folder screenshots/."""
    FOLDER.mkdir(exist_ok=True)
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for look in ("light", "dark"):
            page.emulate_media(color_scheme=look)
            page.screenshot(path=FOLDER / f"{name}-{width}-{look}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    if before is not None:
        page.set_viewport_size(before)


def assert_good_looks(page: Page) -> None:
    """axe-core finds nothing, light or dark, and nothing reaches beyond a phone's width."""
    before = page.viewport_size
    # What is evaluated by the driver is not held to the page's policy, a script tag would be.
    page.evaluate(_AXE.read_text())
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look)
        found = page.evaluate(_RUN)
        assert not found, "\n".join(found)
    page.emulate_media(color_scheme="light")
    assert_fits(page, 360)
    if before is not None:
        page.set_viewport_size(before)


def assert_fits(page: Page, width: int) -> None:
    """Nothing of the page reaches beyond the window's width."""
    page.set_viewport_size({"width": width, "height": 740})
    assert _fits(page, width), page.url


def _fits(page: Page, width: int) -> bool:
    """Whether nothing is wider, once charts have followed the window, which takes them a moment."""
    for _ in range(_LOOKS):
        if page.evaluate("document.documentElement.scrollWidth") <= width:
            return True
        page.wait_for_timeout(100)
    return False
