"""Whether one of the site's own servers vouches for the event."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.model.stamps import is_genuine


def put_stamp(draft: Draft) -> None:
    """The event is verified when it carries a genuine stamp; without one it counts all the same."""
    site, payload = draft.site, draft.payload
    if site.signing_secret and payload.stamp:
        draft.verified = is_genuine(
            payload.stamp, site.signing_secret, site.site_id, payload.url or "", draft.received_at
        )
