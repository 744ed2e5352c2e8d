"""Places of addresses, by the allocations and by MMDB files written here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import iptocc
import pytest
from structlog.testing import capture_logs

from ezee.errors import SetupError
from ezee.events.places import (
    ALLOCATED,
    NOWHERE,
    MmdbPlaces,
    Place,
    Places,
    open_places,
    place_in,
)
from tests.support.mmdb import write_mmdb

AMSTERDAM = {
    "country": {"iso_code": "NL", "names": {"en": "Netherlands"}},
    "registered_country": {"iso_code": "US"},
    "subdivisions": [{"iso_code": "NH", "names": {"en": "North Holland"}}, {"iso_code": "X"}],
    "city": {"names": {"de": "Amsterdam (de)", "en": "Amsterdam"}},
}
RECORDS = {
    "193.0.6.0/24": AMSTERDAM,
    "2001:67c:2e8::/48": {"country_code": "NL"},
    "198.51.100.0/24": {"country_code": "ZZ", "city": "Nowhere"},
}


def nested(region: dict[str, Any]) -> dict[str, Any]:
    return {"country": {"iso_code": "DE"}, "subdivisions": [region]}


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (AMSTERDAM, Place("NL", "NL-NH", "Amsterdam")),
        (nested({"iso_code": "BE", "names": {"en": "Berlin"}}), Place("DE", "DE-BE")),
        (nested({"iso_code": "DE-BE"}), Place("DE", "DE-BE")),
        (nested({"names": {"en": "Land Berlin"}}), Place("DE", "Land Berlin")),
        (nested({"iso_code": "no such code", "names": {"en": "Berlin"}}), Place("DE", "Berlin")),
        (nested({"names": {"de": "nur deutsch"}}), Place("DE")),
        ({"registered_country": {"iso_code": "FR"}}, Place("FR")),
        ({"country": {"names": {}}, "registered_country": {"iso_code": "FR"}}, Place("FR")),
        (
            {"country_code": "US", "state1": "California", "state2": "", "city": "San  Jose "},
            Place("US", "California", "San Jose"),
        ),
        ({"country": "US", "region": "Ohio", "region_code": "OH"}, Place("US", "US-OH")),
        ({"country": "Canada", "country_code": "CA", "continent": "NA"}, Place("CA")),
        ({"country": "se"}, Place("SE")),
        ({"country_code": "US", "city": "x" * 300}, Place("US", "", "x" * 100)),
        ({"country": "EU", "city": "Brussels"}, NOWHERE),
        ({"city": {"names": {"en": "Paris"}}}, NOWHERE),
        ({"country": "A1"}, NOWHERE),
        ({"country": {"iso_code": 7}, "subdivisions": {}, "city": []}, NOWHERE),
        (nested({}) | {"subdivisions": [], "city": {"names": ["Bonn"]}}, Place("DE")),
        ({}, NOWHERE),
        ("NL", NOWHERE),
        (None, NOWHERE),
    ],
)
def test_records(record: object, place: Place) -> None:
    assert place_in(record) == place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_mmdb(tmp_path / "places.mmdb", RECORDS)


# The same addresses of every source; 6to4 and Teredo carry 193.0.6.139.
SOMEWHERE = [
    "193.0.6.139",
    "::ffff:193.0.6.139",
    "2002:c100:68b::1",
    "2001:0:4136:e378:8000:63bf:3eff:f974",
    "2001:67c:2e8:22::c100:68b",
]
ELSEWHERE = [
    *("10.1.2.3", "127.0.0.1", "169.254.1.1", "192.168.0.1", "100.64.0.1", "0.0.0.0"),
    *("::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "2002:a00:1::1"),
    *("", " ", "not an address", "1.2.3.4.5", "193.0.6.139/24", "a:b", ":" * 9999, "٣.٣.٣.٣"),
    *("\ud800", "1.2.3.4\0", "\0:", "193.0.6.139:80", "[2001:67c:2e8::1]", "1" * 9999),
]


@pytest.mark.parametrize("address", SOMEWHERE)
def test_an_address_has_a_country(address: str, path: Path) -> None:
    assert ALLOCATED.of(address) == Place("NL")
    assert MmdbPlaces(path).of(address).country == "NL"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_what_is_no_public_address_has_no_place(address: str, path: Path) -> None:
    assert ALLOCATED.of(address) == NOWHERE
    assert MmdbPlaces(path).of(address) == NOWHERE


def test_what_the_file_does_not_know_stays_unknown(path: Path) -> None:
    assert ALLOCATED.of("8.8.8.8") == Place("US")
    assert MmdbPlaces(path).of("8.8.8.8") == NOWHERE
    assert MmdbPlaces(path).of("198.51.100.1") == NOWHERE


def test_a_file_of_ipv4_knows_no_ipv6(tmp_path: Path) -> None:
    four = {"193.0.6.0/24": AMSTERDAM}
    places = MmdbPlaces(write_mmdb(tmp_path / "four.mmdb", four, version=4))
    assert [places.of(each).country for each in SOMEWHERE] == ["NL", "NL", "NL", "NL", ""]


def test_an_allocation_to_no_country_is_unknown() -> None:
    # Of the European Commission; the registry's table says EU.
    assert iptocc.country_code("139.191.87.111") == "EU"
    assert ALLOCATED.of("139.191.87.111") == NOWHERE


def test_without_a_file_it_is_the_allocations(path: Path) -> None:
    assert open_places(None) is ALLOCATED
    assert open_places(path).of("193.0.6.139").city == "Amsterdam"
    assert open_places(path) is open_places(path)


def settle(places: Places) -> None:
    """Look twice, as a file is taken up once it has stayed the same."""
    places.refresh()
    places.refresh()


def test_a_new_file_is_taken_up(path: Path, tmp_path: Path) -> None:
    places = MmdbPlaces(path)
    assert places.of("193.0.6.139").country == "NL"
    new = {"193.0.6.0/24": {"country_code": "DE"}}
    write_mmdb(tmp_path / "new.mmdb", new, kind="DBIP-Country-Lite").replace(path)
    places.refresh()
    assert places.of("193.0.6.139").country == "NL"
    places.refresh()
    assert places.of("193.0.6.139").country == "DE"
    assert "DB-IP" in places.attribution


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def write_text(path: Path) -> None:
    path.write_text("<html>Sign in to download</html>")


def write_systems(path: Path) -> None:
    write_mmdb(path, {"193.0.6.0/24": {"autonomous_system_number": 3333}}, kind="ASN")


def make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


USELESS = [
    (cut, "not a whole MMDB file"),
    (empty, "not a whole MMDB file"),
    (write_text, "not a whole MMDB file"),
    (write_systems, "knows no country"),
    (make_a_folder, "cannot be read"),
    (Path.unlink, "cannot be read"),
]


@pytest.mark.parametrize(("spoil", "why"), USELESS)
def test_a_useless_file_is_loud_at_the_start(
    spoil: Callable[[Path], None], why: str, path: Path
) -> None:
    spoil(path)
    with pytest.raises(SetupError, match=f"^places_database: the file .*{why}.$"):
        MmdbPlaces(path)


@pytest.mark.parametrize(("spoil", "why"), USELESS)
def test_a_useless_new_file_leaves_the_old_one_in_use(
    spoil: Callable[[Path], None], why: str, path: Path
) -> None:
    places = MmdbPlaces(path)
    spoil(path)
    with capture_logs() as lines:
        settle(places)
        settle(places)
    assert places.of("193.0.6.139") == Place("NL", "NL-NH", "Amsterdam")
    assert places.problem is not None
    assert why in places.problem
    assert [line["problem"] for line in lines] == [places.problem]


def test_a_good_file_ends_the_problem(path: Path) -> None:
    places = MmdbPlaces(path)
    path.unlink()
    settle(places)
    before = places.problem
    write_mmdb(path, {"193.0.6.0/24": {"country_code": "DE"}})
    settle(places)
    assert before is not None
    assert places.problem is None
    assert places.of("193.0.6.139").country == "DE"


def test_a_file_that_is_being_written_is_left_alone(path: Path) -> None:
    places = MmdbPlaces(path)
    whole = path.read_bytes()
    for size in range(0, len(whole), len(whole) // 5):
        path.write_bytes(whole[:size])
        places.refresh()
        assert places.problem is None
        assert places.of("193.0.6.139").country == "NL"


@pytest.mark.parametrize(
    ("kind", "text", "link"),
    [
        ("DBIP-City-Lite", "IP Geolocation by DB-IP", "https://db-ip.com"),
        (
            "GeoLite2-City",
            "This product includes GeoLite2 data created by MaxMind, "
            "available from https://www.maxmind.com.",
            "https://www.maxmind.com",
        ),
        ("ipinfo bundle.mmdb", "IP address data powered by IPinfo", "https://ipinfo.io"),
        ("GeoIP2-City", "", ""),
        ("My own", "", ""),
    ],
)
def test_the_licence_is_recognised(kind: str, text: str, link: str, tmp_path: Path) -> None:
    places = MmdbPlaces(write_mmdb(tmp_path / "places.mmdb", RECORDS, kind=kind))
    assert (places.attribution, places.attribution_link) == (text, link)
