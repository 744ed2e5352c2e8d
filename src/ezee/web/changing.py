"""Changing and removing trackers, as the API and the pages do it. Whoever asks is the viewer."""

from __future__ import annotations

import anyio.to_thread

from ezee.accounts import trackers
from ezee.accounts.service_key import read_service_key
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import TrackerChange
from ezee.erasing import erase_due
from ezee.model.site import site_key
from ezee.web.services import Services


async def change_tracker(
    services: Services, viewer: str, tracker_id: str, change: TrackerChange
) -> Tracker:
    """Change a tracker; raises what ``trackers.change_tracker`` does."""
    changed = await anyio.to_thread.run_sync(_change, services, viewer, tracker_id, change)
    services.directory.refresh()
    return changed


async def remove_tracker(services: Services, viewer: str, tracker_id: str) -> int:
    """Remove a tracker with its events; returns how many those were."""
    await anyio.to_thread.run_sync(
        trackers.remove_tracker, services.database, viewer, tracker_id, services.clock.now()
    )
    return await erase_removed(services)


async def erase_removed(services: Services) -> int:
    """Erase the events of trackers that are gone; returns how many those were."""
    # From here on no event of theirs is accepted; those in line are stored, then erased.
    services.directory.refresh()
    await services.commit.settled()
    return await anyio.to_thread.run_sync(
        erase_due, services.database, services.store, services.salts
    )


async def new_signing_secret(services: Services, viewer: str, tracker_id: str) -> str:
    """Give a tracker a signing secret, in place of an earlier one."""
    secret = await anyio.to_thread.run_sync(_sign, services, viewer, tracker_id)
    services.directory.refresh()
    return secret


def _change(services: Services, viewer: str, tracker_id: str, change: TrackerChange) -> Tracker:
    trackers.check_change(change)
    tracker = trackers.find_tracker(services.database, viewer, tracker_id)
    zone = change.timezone not in {None, tracker.timezone}
    has_events = zone and services.store.describe(site_key(tracker.site_id)).first_day is not None
    return trackers.change_tracker(
        services.database, viewer, tracker_id, change, has_events=has_events
    )


def _sign(services: Services, viewer: str, tracker_id: str) -> str:
    key = read_service_key(services.settings.data)
    return trackers.new_signing_secret(services.database, viewer, tracker_id, key)
