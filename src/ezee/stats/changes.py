"""Numbers beside numbers: how much more or less than before, and which part of a whole."""

from __future__ import annotations

from ezee.model.metrics import ratio


def change(now: float, before: float) -> float | None:
    """How much more ``now`` is than ``before``, as a share of it; None when that was nothing.

    0.08 is 8 % more, -0.5 half as much.
    """
    if not before:
        return None
    # As integers of a ten-thousandth, which ratios are rounded to.
    return ratio(round((now - before) * 10_000), round(before * 10_000))


def share(part: int, whole: int) -> float:
    """Which part of the whole that is, 0 to 1; of nothing, nothing.

    A visitor may have several values, so that a value's visitors never exceed all.
    """
    return min(1.0, ratio(part, whole))


def row_number(offset: int, index: int) -> int:
    """The number, from 1, of a row within a whole list."""
    return offset + index + 1
