"""What an account uses of what its plan allows."""

from __future__ import annotations

from typing import NamedTuple

import anyio.to_thread

from ezee.accounts.plans import REQUESTS_PER_MINUTE
from ezee.accounts.sessions import Viewer
from ezee.accounts.tokens import list_tokens
from ezee.accounts.trackers import list_trackers
from ezee.model.site import site_key
from ezee.web.services import Services


class Use(NamedTuple):
    """``busiest`` is how many requests of a minute's ``limit`` the busiest token has used up."""

    limit: int
    busiest: int
    trackers: int
    tokens: int
    events: int


async def use_of(services: Services, viewer: Viewer) -> Use:
    """The viewer's use at this moment."""
    use, tokens = await anyio.to_thread.run_sync(_count, services, viewer)
    spent = [await services.authenticator.used(token, viewer.plan) for token in tokens]
    return use._replace(busiest=max(spent, default=0))


def _count(services: Services, viewer: Viewer) -> tuple[Use, list[str]]:
    """All but the busiest, and the tokens' ids."""
    trackers = list_trackers(services.database, viewer.user_id)
    tokens = list_tokens(services.database, viewer.user_id)
    events = [services.store.describe(site_key(each.site_id)).events for each in trackers]
    limit = REQUESTS_PER_MINUTE[viewer.plan]
    return Use(limit, 0, len(trackers), len(tokens), sum(events)), [each.id for each in tokens]
