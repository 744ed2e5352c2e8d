"""The service, but for one thing: an event is stored as it came, without what the steps find out.

``python -m bench.unenriched`` takes the arguments of ``ezee``. Reading the request, its tracker,
the time, the page, the visitor's hash and the durable append are the service's own, so the
difference to it is what agents, bots, sources, places and exclusions cost.
"""

from __future__ import annotations

from unittest.mock import patch

from ezee.cli import main
from ezee.events import collector
from ezee.events.draft import Draft
from ezee.events.steps.identity import id_of, kind_of, props_of, title_of
from ezee.events.steps.page import read_page
from ezee.events.steps.time import instant_of
from ezee.events.steps.visitor import visitor_of
from ezee.model.calendar import local_hour
from ezee.model.event import Event


def read_plainly(draft: Draft) -> Event:
    """The event without what is found out."""
    payload, site = draft.payload, draft.site
    at = instant_of(draft)
    day, hour, offset = local_hour(at, site.timezone)
    _, path, page = read_page(payload.url, site.rules.page_rules)
    kind, name = kind_of(payload.name)
    visitor, population = visitor_of(draft, day)
    return Event(
        site.key, day, hour, offset, at, draft.received_at, visitor,
        id_of(site.site_id, payload.id), kind, name, path, page, title_of(payload.title),
        "", "", "", "", "", "", "", "", "", "", "", "", 0, "", "", 0, "", "",
        props_of(payload.props), 0, "", payload.interactive is not False, population,
        draft.judged, False,
    )  # fmt: skip


if __name__ == "__main__":
    with patch.object(collector, "read_event", read_plainly):
        main()
