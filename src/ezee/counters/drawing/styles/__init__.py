"""The styles: one module each, and their names."""

from __future__ import annotations

from ezee.counters.drawing.colour import TRANSPARENT, WHITE, colour
from ezee.counters.drawing.look import Style
from ezee.counters.drawing.styles import (
    block,
    embossed,
    flaps,
    flat,
    led,
    link,
    odometer,
    plain,
    shadow,
)

_PANEL = colour("14161a")
_DRUM = colour("17181b")
_IVORY = colour("f6f1e4")
_TEAL = colour("0b6e6e")

STYLES: dict[str, Style] = {
    "default": Style(
        flaps.draw, "Flaps, as departure boards have them.", 36, 6, _IVORY, colour("262b31")
    ),
    "led-green": Style(led.draw, "Seven green bars.", 32, 6, colour("35f07d"), _PANEL),
    "led-red": Style(led.draw, "Seven red bars.", 32, 6, colour("ff4136"), _PANEL),
    "led-amber": Style(led.draw, "Seven amber bars.", 32, 6, colour("ffb320"), _PANEL),
    "odometer": Style(
        odometer.draw, "The drums of a car's dashboard, the last one white.", 34, 6, _IVORY, _DRUM
    ),
    "rolling": Style(
        odometer.draw, "The same, and its GIF rolls to the number.", 34, 6, _IVORY, _DRUM
    ),
    "plain": Style(plain.draw, "Digits and nothing else.", 28, 1, colour("2a8c8c"), TRANSPARENT),
    "block": Style(
        block.draw, "Digits laid out of square stones.", 40, 6, colour("2456c4"), TRANSPARENT
    ),
    "shadow": Style(
        shadow.draw, "Digits that hover over their shadow.", 36, 1, colour("2b62d9"), TRANSPARENT
    ),
    "embossed": Style(
        embossed.draw, "Digits pressed out of a plate.", 36, 6, colour("e9e7e1"), colour("e9e7e1")
    ),
    "link": Style(
        link.draw, "A pill with a label, to be linked.", 26, 1, _TEAL, WHITE, grouped=True
    ),
    "flat": Style(
        flat.draw, "A flat badge of label and number.", 20, 1, WHITE, _TEAL, grouped=True
    ),
}
