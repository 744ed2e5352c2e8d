"""One tracker at a glance: the visitors of the last 30 days, before that, and day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ezee.model.site import ReadableSite
from ezee.stats.run import question, run
from ezee.store.base import EventStore

# The box that a trend line is drawn in.
WIDTH, HEIGHT = 240, 48
_MARGIN = 3


class Glance(NamedTuple):
    """``change`` is the share by which there are more than before, None without a before.

    ``days`` are the visitors of each day, the running one last.
    """

    visitors: int
    before: int
    change: float | None
    days: tuple[int, ...]

    @property
    def line(self) -> str:
        """The points of the trend line up to yesterday, for an SVG polyline."""
        return _written(_points(self.days)[:-1])

    @property
    def tail(self) -> str:
        """The points of the rest of it, to the day that is not over."""
        return _written(_points(self.days)[-2:])

    @property
    def area(self) -> str:
        """The points of what lies under the line, for an SVG polygon."""
        return f"0,{HEIGHT} {_written(_points(self.days))} {WIDTH},{HEIGHT}"


def glance(store: EventStore, site: ReadableSite, now: int) -> Glance:
    """Look at one tracker. Blocks.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    asked = [("period", "30d"), ("metrics", "visitors"), ("compare", "previous")]
    query = replace(question(store, site, asked, now), breakdowns=())
    report = run(store, site, query, now)
    days = tuple(bucket["visitors"] for bucket in report["timeseries"])
    return _glance(report["totals"]["visitors"], report["comparison"]["totals"]["visitors"], days)


def add_up(glances: Iterable[Glance]) -> Glance:
    """All of them together. Somebody who visits two sites counts on both."""
    every = list(glances)
    days = tuple(sum(column) for column in zip(*(each.days for each in every), strict=True))
    return _glance(sum(each.visitors for each in every), sum(each.before for each in every), days)


def _glance(visitors: int, before: int, days: tuple[int, ...]) -> Glance:
    change = (visitors - before) / before if before else None
    return Glance(visitors, before, change, days)


def _written(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _points(days: Sequence[int]) -> list[tuple[float, float]]:
    highest = max(days, default=0) or 1
    step = WIDTH / max(1, len(days) - 1)
    room = HEIGHT - 2 * _MARGIN
    return [
        (round(place * step, 1), round(HEIGHT - _MARGIN - room * value / highest, 1))
        for place, value in enumerate(days)
    ]
