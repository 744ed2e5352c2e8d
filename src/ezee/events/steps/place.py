"""Where the visitor is, from the client's address, which is not kept."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.events.places import Place


def place_of(draft: Draft) -> Place:
    """The country; region and city where the tracker wants them and they are known."""
    place = draft.surroundings.places.of(draft.address)
    wanted = draft.site.rules.places
    if not place.region and not place.city:
        return place
    region = place.region if wanted != "country" else ""
    return Place(place.country, region, place.city if wanted == "city" else "")
