"""Whether one of the site's own servers vouches for the event."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.model.stamps import is_genuine


def is_verified(draft: Draft) -> bool:
    """Whether the event carries a genuine stamp; without one it counts all the same."""
    site, payload = draft.site, draft.payload
    if not site.signing_secret or not payload.stamp:
        return False
    return is_genuine(
        payload.stamp, site.signing_secret, site.site_id, payload.url or "", draft.received_at
    )
