"""What an account uses of what its plan allows."""

from __future__ import annotations

from typing import NamedTuple

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


def use_of(services: Services, viewer: Viewer) -> Use:
    """The viewer's use at this moment. Blocks."""
    trackers = list_trackers(services.database, viewer.user_id)
    tokens = list_tokens(services.database, viewer.user_id)
    spent = [services.authenticator.used(token.id, viewer.plan) for token in tokens]
    events = [services.store.describe(site_key(each.site_id)).events for each in trackers]
    return Use(
        REQUESTS_PER_MINUTE[viewer.plan],
        max(spent, default=0),
        len(trackers),
        len(tokens),
        sum(events),
    )
