"""Pixels are covered as far as shapes cover them."""

from __future__ import annotations

import pytest
from PIL import Image

from ezee.counters.drawing.colour import BLACK, WHITE, Colour
from ezee.counters.drawing.paths import Path, box, read_path
from ezee.counters.drawing.raster import painted, raster
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile, shaded

RED = Colour(255, 0, 0)


def alpha(image: Image.Image) -> list[list[int]]:
    opaque = image.getchannel("A")
    return [
        [int(opaque.getpixel((x, y)) or 0) for x in range(image.width)]  # type: ignore[arg-type]
        for y in range(image.height)
    ]


@pytest.mark.parametrize(
    ("path", "pen", "covered"),
    [
        (box(1, 1, 2, 1), 0, [[0, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 0]]),
        (box(0.5, 0, 3, 3), 0, [[128, 255, 255, 128]] * 3),
        (box(-5, -5, 20, 20), 0, [[255] * 4] * 3),
        (read_path("M-5 1.5 L9 1.5"), 1, [[0] * 4, [255] * 4, [0] * 4]),
        (read_path("M-5 1.5 L9 1.5"), 2, [[128] * 4, [255] * 4, [128] * 4]),
    ],
)
def test_coverage(path: Path, pen: float, covered: list[list[int]]) -> None:
    assert alpha(painted(Tile(4, 3, (Shape(path, RED, pen),)))) == covered


def test_a_dot_is_round() -> None:
    image = painted(Tile(20, 20, (Shape(read_path("M10 10 L10 10"), RED, 16),)))
    area = sum(map(sum, alpha(image))) / 255
    assert area == pytest.approx(3.1416 * 64, rel=0.01)


def test_a_gradient_runs_down() -> None:
    tile = Tile(1, 5, (Shape(box(0, 0, 1, 5), shaded(1, 4, BLACK, WHITE)),))
    image = painted(tile)
    greys = [image.getpixel((0, y)) for y in range(5)]
    assert greys == [(grey, grey, grey, 255) for grey in (0, 42, 128, 212, 255)]


def test_tiles_lie_over_one_another() -> None:
    under = Tile(2, 1, (Shape(box(0, 0, 2, 1), RED),))
    over = Tile(1, 1, (Shape(box(0, 0, 1, 1), Colour(0, 0, 255, 128)),))
    image = raster(Picture(2, 1, "", (Placed(under, 0, 0), Placed(over, 1, 0))))
    assert [image.getpixel((x, 0)) for x in range(2)] == [(255, 0, 0, 255), (127, 0, 128, 255)]
