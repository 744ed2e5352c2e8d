"""Revenue: a sum in the minor units of its currency."""

from __future__ import annotations

from ezee.model.currency import minor_units


def money_of(value: float | None, currency: str | None) -> tuple[int, str]:
    """The amount in minor units, and its currency; nothing where no value was sent."""
    if value is None or currency is None:
        return 0, ""
    return minor_units(value, currency), currency
