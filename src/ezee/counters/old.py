"""What an old embed asks for: ``/count.php?page=<n>&style=<name>&nbdigits=<d>&reloads=1``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ezee.counters.asked import parameters
from ezee.counters.drawing.face import DIGITS, Face, read_face
from ezee.counters.number import Wanted

PATH = "/count.php"
STYLES: dict[str, dict[str, str]] = {
    "default": {"style": "default"},
    "LED": {"style": "led-amber"},
    "LED_g": {"style": "led-green"},
    "LED_r": {"style": "led-red"},
    "plain_b": {"style": "plain", "color": "000"},
    "odometer": {"style": "odometer"},
    "embwhite": {"style": "embossed", "background": "fff"},
    "big_block": {"style": "block", "height": "56"},
    "blushdw": {"style": "shadow", "color": "2b62d9"},
    "links": {"style": "link", "label": "visitors"},
}
"""The names that are seen in the wild, and how we draw them."""
_LONGEST = 13


class OldAsked(NamedTuple):
    """The number of a counter, 0 where there can be no such one; how and what it shows."""

    number: int
    face: Face
    wanted: Wanted


@lru_cache(maxsize=10_000)
def read_old(query: bytes) -> OldAsked:
    """Read a query. What is wrong in it is left out."""
    given = parameters(query)
    page, nbdigits = given.get("page", "").strip(), given.get("nbdigits", "").strip()
    drawn = dict(STYLES.get(given.get("style", ""), STYLES["default"]))
    if _is_number(nbdigits):
        drawn["digits"] = str(min(max(int(nbdigits), DIGITS[0]), DIGITS[-1]))
    face, _ = read_face(drawn)
    number = int(page) if _is_number(page) else 0
    return OldAsked(number, face, Wanted("pageviews" if _reloads(given) else "visitors"))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST


def _reloads(given: Mapping[str, str]) -> bool:
    """Whether every view counts, and not every visitor once a day."""
    return given.get("reloads", "0") not in {"", "0"}
