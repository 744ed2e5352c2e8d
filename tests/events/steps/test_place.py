"""Where a visitor is: as closely as the tracker wants it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ezee.events.places import open_places
from ezee.events.steps.place import place_of
from ezee.events.surroundings import Surroundings
from ezee.model.rules import SiteRules
from ezee.store.salts import Salts
from tests.support.events import draft, site
from tests.support.mmdb import write_mmdb

BERLIN = "81.2.69.160"
RECORD = {
    "country": {"iso_code": "DE"},
    "subdivisions": [{"iso_code": "BE"}],
    "city": {"names": {"en": "Berlin"}},
}


@pytest.mark.parametrize(
    ("places", "kept"),
    [
        ("country", ("DE", "", "")),
        ("region", ("DE", "DE-BE", "")),
        ("city", ("DE", "DE-BE", "Berlin")),
    ],
)
def test_a_tracker_says_how_closely(tmp_path: Path, places: Any, kept: tuple[str, ...]) -> None:
    file = write_mmdb(tmp_path / "places.mmdb", {f"{BERLIN}/32": RECORD})
    made = draft(
        tmp_path,
        address=BERLIN,
        site=site(rules=SiteRules(places=places)),
        surroundings=Surroundings(Salts(tmp_path), places=open_places(file)),
    )
    assert place_of(made) == kept


def test_without_a_database_there_is_a_country(tmp_path: Path) -> None:
    made = draft(tmp_path, address="193.0.6.139")
    assert place_of(made) == ("NL", "", "")
