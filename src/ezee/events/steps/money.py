"""Revenue: a sum in the minor units of its currency."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.model.currency import minor_units


def put_money(draft: Draft) -> None:
    """The amount in minor units; nothing where no value was sent."""
    payload = draft.payload
    if payload.value is not None and payload.currency is not None:
        draft.amount = minor_units(payload.value, payload.currency)
        draft.currency = payload.currency
