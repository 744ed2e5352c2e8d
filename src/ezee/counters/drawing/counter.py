"""A counter's picture, in each form that it is served in."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image

from ezee.counters.drawing.face import Face
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.raster import raster
from ezee.counters.drawing.rolling import FRAME_TIME, frames
from ezee.counters.drawing.shapes import Picture
from ezee.counters.drawing.styles import STYLES
from ezee.counters.drawing.svg import svg

MOST = 10**15 - 1
"""The largest number that is shown; a larger one is shown as this."""

ROLLING = "rolling"


def draw_svg(face: Face) -> bytes:
    """The counter as SVG."""
    return svg(picture(face))


def draw_png(face: Face) -> bytes:
    """The counter as PNG, in RGBA."""
    out = BytesIO()
    raster(picture(face)).save(out, "PNG", compress_level=6)
    return out.getvalue()


def draw_gif(face: Face) -> bytes:
    """The counter as GIF; ``rolling`` plays once and stays."""
    images = frames(look_of(face)) if rolls(face) else [raster(picture(face))]
    palette = _palette(images)
    first, *rest = (_indexed(image, palette) for image in images)
    out = BytesIO()
    if rest:
        first.save(
            out, "GIF", save_all=True, append_images=rest, duration=FRAME_TIME, transparency=_CLEAR
        )
    else:
        first.save(out, "GIF", transparency=_CLEAR)
    return out.getvalue()


def rolls(face: Face) -> bool:
    """Whether the counter's GIF is in motion; one that is larger than 20,000 pixels is not."""
    drawn = picture(face)
    return face.style == ROLLING and drawn.width * drawn.height <= MOST_IN_MOTION


def picture(face: Face) -> Picture:
    """The counter as shapes."""
    return STYLES[face.style].draw(look_of(face))


def look_of(face: Face) -> Look:
    """The face with its style's own values where nothing else was asked for."""
    style = STYLES[face.style]
    text = _text(face, style.digits if face.digits is None else face.digits)
    if style.grouped and face.number is not None:
        text = _grouped(text)
    return Look(
        text=text,
        label=face.label,
        height=style.height if face.height is None else face.height,
        ink=style.ink if face.color is None else face.color,
        ground=style.ground if face.background is None else face.background,
        title=_title(face),
    )


def _text(face: Face, digits: int) -> str:
    if face.number is None:
        return "-" * max(digits, _FEWEST_DASHES)
    return str(min(face.number, MOST)).zfill(digits)


def _grouped(text: str) -> str:
    """``0012345`` → ``0,012,345``."""
    first = len(text) % 3 or 3
    return ",".join([text[:first], *(text[at : at + 3] for at in range(first, len(text), 3))])


def _title(face: Face) -> str:
    """Without padding: what a screen reader says."""
    number = "unknown" if face.number is None else f"{min(face.number, MOST):,}"
    return f"{face.label}: {number}" if face.label else number


def _palette(images: Sequence[Image.Image]) -> Image.Image:
    """Up to 255 colours for all frames, found in the first, the middle and the last."""
    width, height = images[0].size
    some = [images[0], images[len(images) // 2], images[-1]] if len(images) > 1 else images
    sheet = Image.new("RGB", (width, height * len(some)))
    for place, image in enumerate(some):
        sheet.paste(_opaque(image), (0, place * height))
    return sheet.quantize(_CLEAR, dither=Image.Dither.NONE)


def _indexed(image: Image.Image, palette: Image.Image) -> Image.Image:
    indexed = _opaque(image).quantize(palette=palette, dither=Image.Dither.NONE)
    clear = image.getchannel("A").point(_IS_CLEAR)
    indexed.paste(_CLEAR, mask=clear)
    return indexed


def _opaque(image: Image.Image) -> Image.Image:
    """On white: GIF knows pixels that are not there, but no half of one."""
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


_FEWEST_DASHES = 3
MOST_IN_MOTION = 20_000
_CLEAR = 255
_IS_CLEAR = [255 if alpha < 128 else 0 for alpha in range(256)]
