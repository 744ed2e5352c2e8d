"""What a counter shows and how: the value that a picture is drawn from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ezee.counters.drawing.colour import Colour, read_colour
from ezee.counters.drawing.glyphs import find_glyph
from ezee.counters.drawing.styles import STYLES
from ezee.errors import FieldError

DIGITS = range(1, 16)
HEIGHTS = range(12, 129)
LABEL_LIMIT = 40


class Face(msgspec.Struct, frozen=True, cache_hash=True):
    """A counter's face.

    ``number`` is None where it is not known: dashes. ``digits`` is how many there are at least,
    ``height`` the picture's in pixels; these and the colours are the style's own where None.
    """

    number: int | None = None
    style: str = "default"
    digits: int | None = None
    color: Colour | None = None
    background: Colour | None = None
    label: str = ""
    height: int | None = None


def read_face(parameters: Mapping[str, str]) -> tuple[Face, list[FieldError]]:
    """The face without a number that texts ask for; what is wrong is named and left out.

    Names that are no field of a face are not looked at.
    """
    values: dict[str, object] = {}
    errors: list[FieldError] = []
    for name, read in _READERS.items():
        if name not in parameters:
            continue
        value = read(parameters[name])
        if value is None:
            errors.append(FieldError(name, EXPECTED[name]))
        else:
            values[name] = value
    return msgspec.convert(values, Face), errors


def _style(text: str) -> str | None:
    return text if text in STYLES else None


def _whole(text: str, allowed: range) -> int | None:
    # Not int() alone: it takes "１２" and "1_2", and is slow on a million digits.
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return None
    return int(text) if int(text) in allowed else None


def _label(text: str) -> str | None:
    if len(text) > LABEL_LIMIT:
        return None
    label = unicodedata.normalize("NFC", text).strip()
    return label if all(map(find_glyph, label)) else None


_READERS: dict[str, Callable[[str], Any]] = {
    "style": _style,
    "digits": lambda text: _whole(text, DIGITS),
    "color": read_colour,
    "background": read_colour,
    "label": _label,
    "height": lambda text: _whole(text, HEIGHTS),
}
_COLOUR = "must be a colour such as 0b6e6e, 0b6e6e80 or navy, or transparent"
EXPECTED = {
    "style": f"must be one of {', '.join(STYLES)}",
    "digits": f"must be a whole number from {DIGITS[0]} to {DIGITS[-1]}",
    "color": _COLOUR,
    "background": _COLOUR,
    "label": f"must be text of up to {LABEL_LIMIT} Latin letters, digits and common signs",
    "height": f"must be a whole number of pixels from {HEIGHTS[0]} to {HEIGHTS[-1]}",
}
