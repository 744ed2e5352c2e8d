"""``/api``: JSON for programs."""

from ezee.web.api.me import me
from ezee.web.api.options import options_of
from ezee.web.api.stats import owner_stats, public_stats
from ezee.web.api.trackers import (
    add_tracker,
    change_tracker,
    list_trackers,
    one_tracker,
    remove_tracker,
)

_ROUTES = (
    list_trackers,
    add_tracker,
    one_tracker,
    change_tracker,
    remove_tracker,
    owner_stats,
    me,
    public_stats,
)
# First, so that the framework adds none of its own.
ROUTES = (*options_of(_ROUTES), *_ROUTES)

__all__ = ["ROUTES"]
