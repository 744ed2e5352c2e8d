"""When the event happened."""

from __future__ import annotations

from ezee.errors import InvalidRequest
from ezee.events import wording
from ezee.events.draft import Draft
from ezee.model.calendar import DAY, MINUTE, read_instant

_AHEAD = 5 * MINUTE
_EARLIEST = 788_918_400_000  # 1995-01-01T00:00:00Z


def instant_of(draft: Draft) -> int:
    """The instant, in ms UTC.

    A time in the future is taken for receipt. Without the owner's word it may lie 24 hours back.

    Raises:
        InvalidRequest: it lies further back than it may.
    """
    if draft.happened_at or draft.payload.timestamp is None:
        return draft.happened_at or draft.received_at
    at = read_instant(draft.payload.timestamp)
    if at is None or at > draft.received_at + _AHEAD:
        return draft.received_at
    if at < _EARLIEST:
        raise InvalidRequest.field("timestamp", wording.TOO_EARLY)
    if at < draft.received_at - DAY and not draft.trusted:
        raise InvalidRequest.field("timestamp", wording.TOO_EARLY_PUBLIC)
    return at
