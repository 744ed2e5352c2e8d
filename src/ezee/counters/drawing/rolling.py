"""The odometer's drums in motion: from zero to the number."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.raster import painted
from ezee.counters.drawing.styles.odometer import Works, digit_tile, works_of

FRAMES = 30
FRAME_TIME = 60
"""Milliseconds that each frame is seen."""

_DIGITS = "0123456789"
# How much later each drum stops than the one before, as a share of the whole time.
_LATER = 0.45


def frames(look: Look) -> list[Image.Image]:
    """The odometer from all zeros to its number, in RGB, the last frame at rest.

    Dashes do not roll: one frame.
    """
    works = works_of(look)
    if not look.text.isdigit():
        return [_frame(works, look, 1.0)]
    return [_frame(works, look, step / (FRAMES - 1)) for step in range(FRAMES)]


def _frame(works: Works, look: Look, time: float) -> Image.Image:
    image = painted(works.frame).copy()
    last = len(look.text) - 1
    for place, (x, letter) in enumerate(zip(works.drums_at, look.text, strict=True)):
        drum, ink = (works.last_drum, look.ground) if place == last else (works.drum, look.ink)
        window = painted(drum).copy()
        if letter in _DIGITS:
            strip = _strip(drum.width, drum.height, ink)
            turned = _turned(int(letter), place, last, time)
            at = round(turned * drum.height) % (10 * drum.height)
            window.alpha_composite(strip, (0, 0), (0, at, drum.width, at + drum.height))
        else:
            window.alpha_composite(painted(digit_tile(letter, drum.width, drum.height, ink)))
        window.alpha_composite(painted(works.glass))
        image.alpha_composite(window, (x, works.top))
    return image


def _turned(digit: int, place: int, last: int, time: float) -> float:
    """How many digits a drum has passed: those on the right turn more often and stop later."""
    turns = 10 * min(2, max(0, place - last + 2)) + digit
    end = 1 - _LATER + _LATER * (place + 1) / (last + 1)
    left = 1 - min(1.0, time / end)
    return turns * (1 - left**3)


@lru_cache(maxsize=64)
def _strip(width: int, height: int, ink: Colour) -> Image.Image:
    """All digits of a drum below one another, the zero once more at the end."""
    strip = Image.new("RGBA", (width, 11 * height))
    for place, letter in enumerate(_DIGITS + "0"):
        strip.alpha_composite(painted(digit_tile(letter, width, height, ink)), (0, place * height))
    return strip
