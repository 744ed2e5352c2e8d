"""Where the visitor is, from the client's address, which is not kept."""

from __future__ import annotations

from ezee.events.draft import Draft


def put_place(draft: Draft) -> None:
    """The country; region and city where the tracker wants them and they are known."""
    place = draft.surroundings.places.of(draft.address)
    wanted = draft.site.rules.places
    draft.country = place.country
    if wanted != "country":
        draft.region = place.region
        if wanted == "city":
            draft.city = place.city
