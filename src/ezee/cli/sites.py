"""Which tracker a command is about."""

from __future__ import annotations

from ezee.accounts.database import Database
from ezee.accounts.directory import site_config
from ezee.accounts.trackers import every_tracker
from ezee.errors import InvalidRequest, NotFound
from ezee.model.site import SiteConfig


def find_site(database: Database, site_id: str | None) -> SiteConfig:
    """The named tracker, or the only one there is.

    Raises:
        NotFound, InvalidRequest: there is no such tracker, or which one is not clear.
    """
    trackers = every_tracker(database)
    if site_id is not None:
        trackers = [each for each in trackers if each.site_id == site_id]
        if not trackers:
            raise NotFound(f"There is no tracker {site_id}. `ezee tracker list` shows all.")
    if not trackers:
        raise NotFound("There is no tracker yet. `ezee tracker add` adds one.")
    if len(trackers) > 1:
        raise InvalidRequest("There are several trackers: name one with --site.")
    return site_config(trackers[0])
