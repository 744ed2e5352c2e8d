"""``/api``: JSON for programs."""

from ezee.web.api.annotations import (
    add_annotation,
    change_annotation,
    list_annotations,
    remove_annotation,
)
from ezee.web.api.dropped import dropped_events
from ezee.web.api.erasing import erase_history
from ezee.web.api.export import export_events
from ezee.web.api.history import regroup_history
from ezee.web.api.live import live
from ezee.web.api.me import me
from ezee.web.api.old_counters import (
    claim_old_counter,
    list_old_counters,
    release_old_counter,
)
from ezee.web.api.options import options_of
from ezee.web.api.retention import show_retention
from ezee.web.api.stats import owner_stats, public_stats
from ezee.web.api.trackers import (
    add_tracker,
    change_tracker,
    list_trackers,
    new_signing_secret,
    one_tracker,
    remove_signing_secret,
    remove_tracker,
)

_ROUTES = (
    list_trackers,
    add_tracker,
    one_tracker,
    change_tracker,
    remove_tracker,
    new_signing_secret,
    remove_signing_secret,
    list_old_counters,
    claim_old_counter,
    release_old_counter,
    list_annotations,
    add_annotation,
    change_annotation,
    remove_annotation,
    regroup_history,
    erase_history,
    show_retention,
    owner_stats,
    dropped_events,
    export_events,
    me,
    public_stats,
    live,
)
# First, so that the framework adds none of its own.
ROUTES = (*options_of(_ROUTES), *_ROUTES)

__all__ = ["ROUTES"]
