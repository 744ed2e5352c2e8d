"""Colours as people write them, and as they are mixed."""

from __future__ import annotations

import re
from typing import NamedTuple


class Colour(NamedTuple):
    """Red, green, blue and opacity, each 0 to 255, in sRGB."""

    red: int
    green: int
    blue: int
    alpha: int = 255

    @property
    def hex(self) -> str:
        """``#rrggbb``, without the opacity."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


TRANSPARENT = Colour(0, 0, 0, 0)
BLACK = Colour(0, 0, 0)
WHITE = Colour(255, 255, 255)

_HEX = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
# The sixteen of HTML 4.01, section 6.5.
_NAMED = {
    "black": "000000",
    "silver": "c0c0c0",
    "gray": "808080",
    "white": "ffffff",
    "maroon": "800000",
    "red": "ff0000",
    "purple": "800080",
    "fuchsia": "ff00ff",
    "green": "008000",
    "lime": "00ff00",
    "olive": "808000",
    "yellow": "ffff00",
    "navy": "000080",
    "blue": "0000ff",
    "teal": "008080",
    "aqua": "00ffff",
    "transparent": "00000000",
}


def colour(text: str) -> Colour:
    """The colour of a text that is known to be one."""
    found = read_colour(text)
    if found is None:
        raise ValueError(text)
    return found


def read_colour(text: str) -> Colour | None:
    """``0a6``, ``#00aa66``, ``00aa6680`` (with opacity), ``navy``; None when it is no colour."""
    found = _HEX.fullmatch(_NAMED.get(text.lower(), text))
    if found is None:
        return None
    digits = found[1]
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    return Colour(*bytes.fromhex(digits))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with a share (0 to 1) of the other; as opaque as ``one``."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one[:3], other[:3], strict=True))
    return Colour(red, green, blue, one.alpha)


def faint(one: Colour, share: float) -> Colour:
    """A colour with a share (0 to 1) of its opacity."""
    return one._replace(alpha=round(one.alpha * share))
