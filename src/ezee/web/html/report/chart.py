"""The chart, drawn by the server: lines in a field of 1,000 by 200, stretched to where it stands.

What is drawn here is there without scripts; with them a livelier one takes its place, made from
the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

WIDTH = 1_000
HEIGHT = 200
_MOST_TICKS = 6
_MOST_LABELS = 7
_STEPS = (1, 2, 5, 10)
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600)


class Tick(msgspec.Struct, frozen=True):
    """A line across: its value, and where, from the top, in percent."""

    value: float
    top: float


class Place(msgspec.Struct, frozen=True):
    """A bucket's place from the left, in percent."""

    index: int
    left: float


class Drawing(msgspec.Struct, frozen=True):
    """The paths of a chart. ``running`` is the stretch, from and width, that is not over yet."""

    line: str
    area: str
    compared: str
    tail: str
    ticks: tuple[Tick, ...]
    labels: tuple[Place, ...]
    running: tuple[float, float] | None


def draw(
    values: Sequence[float],
    compared: Sequence[float] = (),
    *,
    running: bool = False,
    kind: str = "number",
) -> Drawing:
    """Draw a series, beside the one it is compared with; ``running`` says the last is not over.

    ``kind`` is ``number``, ``share`` (0 to 1) or ``duration`` (seconds), for round numbers at the
    lines.
    """
    ticks = _ticks(max([*values, *compared, 0]), kind)
    top = ticks[-1]
    count = max(len(values), len(compared), 1)
    points = [_point(index, value, count, top) for index, value in enumerate(values)]
    before = [_point(index, value, count, top) for index, value in enumerate(compared)]
    cut = running and len(points) > 1
    whole = points[:-1] if cut else points
    return Drawing(
        line=_line(whole),
        area=_area(points),
        compared=_line(before),
        tail=_line(points[-2:]) if cut else "",
        ticks=tuple(Tick(value, _percent(1 - value / top)) for value in ticks),
        labels=tuple(Place(index, place_of(index, count)) for index in _labelled(len(values))),
        running=_running(len(points), count) if running and points else None,
    )


def _point(index: int, value: float, count: int, top: float) -> tuple[float, float]:
    return round(place_of(index, count) * WIDTH / 100, 1), round(HEIGHT * (1 - value / top), 1)


def place_of(index: int, count: int) -> float:
    """A bucket's place from the left in percent.

    Buckets are as wide as one another, and a point stands in the middle of its own.
    """
    return _percent((index + 0.5) / count)


def _running(points: int, count: int) -> tuple[float, float]:
    return _percent((points - 1) / count), _percent(1 / count)


def _percent(part: float) -> float:
    return round(part * 100, 2)


def _line(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return ""
    # A single point has no length; a round end makes it a dot.
    rest = points[1:] or points
    return f"M{_pair(points[0])}" + "".join(f"L{_pair(point)}" for point in rest)


def _area(points: Sequence[tuple[float, float]]) -> str:
    if len(points) < 2:
        return ""
    first, last = points[0][0], points[-1][0]
    return f"{_line(points)}L{last:g} {HEIGHT}L{first:g} {HEIGHT}Z"


def _pair(point: tuple[float, float]) -> str:
    return f"{point[0]:g} {point[1]:g}"


def _ticks(largest: float, kind: str) -> list[float]:
    """Round values from 0 to just above the largest."""
    step = _step(largest, kind)
    count = max(1, math.ceil(round(largest / step, 9)))
    return [round(step * index, 6) for index in range(count + 1)]


def _step(largest: float, kind: str) -> float:
    if kind == "duration":
        for step in _TIME_STEPS:
            if largest <= step * (_MOST_TICKS - 1):
                return step
    if largest <= 0:
        return 0.25 if kind == "share" else 1
    smallest = 0.01 if kind in {"share", "decimal"} else 1
    raw = largest / (_MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return max(smallest, next(step * power for step in _STEPS if step * power >= raw * 0.999999))


def _labelled(count: int) -> list[int]:
    """The buckets whose names are written below, evenly apart."""
    every = max(1, math.ceil(count / _MOST_LABELS))
    return list(range(every // 2 if every > 1 else 0, count, every))
