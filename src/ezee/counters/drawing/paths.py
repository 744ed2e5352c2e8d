"""Outlines and pen strokes, written as SVG does, in absolute ``M``, ``L``, ``Q`` and ``Z``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Point = tuple[float, float]


class Command(NamedTuple):
    """A letter of SVG's path data and the points it goes through."""

    letter: str
    points: tuple[Point, ...]


Path = tuple[Command, ...]


class Line(NamedTuple):
    """One part of a path as straight pieces."""

    points: list[Point]
    closed: bool


_COMMAND = re.compile(r"([MLQZ])([^MLQZ]*)")
# Pieces that a curve is cut into: at a height of 100 pixels none is longer than 6.
_PIECES = 10


def read_path(data: str) -> Path:
    """The path of SVG data: ``M0 5 Q0 0 4 0 L8 0 Z``. A letter stands before every command."""
    return tuple(
        Command(letter, _points([float(number) for number in rest.split()]))
        for letter, rest in _COMMAND.findall(data)
    )


def _points(numbers: Sequence[float]) -> tuple[Point, ...]:
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def box(x: float, y: float, width: float, height: float, radius: float = 0) -> Path:
    """A rectangle, its corners round."""
    right, bottom = x + width, y + height
    corners = [((x, y), 1, 1), ((right, y), -1, 1), ((right, bottom), -1, -1), ((x, bottom), 1, -1)]
    path: list[Command] = []
    for turn, (corner, inwards, downwards) in enumerate(corners):
        before = (corner[0], corner[1] + downwards * radius)
        after = (corner[0] + inwards * radius, corner[1])
        if turn % 2:
            before, after = after, before
        path.append(Command("L" if turn else "M", (before,)))
        if radius:
            path.append(Command("Q", (corner, after)))
    return (*path, Command("Z", ()))


def polygon(*points: Point) -> Path:
    """A closed shape of straight edges."""
    first, *rest = points
    return (Command("M", (first,)), *(Command("L", (point,)) for point in rest), Command("Z", ()))


def placed(path: Path, x: float, y: float, scale: float = 1) -> Path:
    """A path made larger, then moved."""
    return tuple(
        Command(letter, tuple((x + scale * left, y + scale * top) for left, top in points))
        for letter, points in path
    )


def path_text(path: Path) -> str:
    """The path as SVG data, to a hundredth of a pixel."""
    return "".join(
        letter + " ".join(f"{_number(x)} {_number(y)}" for x, y in points)
        for letter, points in path
    )


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def straight(path: Path) -> list[Line]:
    """The path's parts with their curves cut into straight pieces."""
    lines: list[Line] = []
    for letter, points in path:
        if letter == "M":
            lines.append(Line([points[0]], closed=False))
        elif letter == "L":
            lines[-1].points.append(points[0])
        elif letter == "Q":
            lines[-1].points.extend(_curve(lines[-1].points[-1], *points))
        else:
            lines[-1] = lines[-1]._replace(closed=True)
    return lines


def _curve(start: Point, control: Point, end: Point) -> Iterator[Point]:
    """The quadratic Bézier curve, but for its start."""
    for step in range(1, _PIECES + 1):
        t = step / _PIECES
        near, middle, far = (1 - t) ** 2, 2 * t * (1 - t), t**2
        yield (
            near * start[0] + middle * control[0] + far * end[0],
            near * start[1] + middle * control[1] + far * end[1],
        )
