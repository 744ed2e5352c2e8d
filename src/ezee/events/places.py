"""Where an address is: its country, and with an operator's own database its region and city.

By default the country alone, by the allocations of the address registries that the ``iptocc``
package holds. Or what an MMDB file says (MaxMind DB file format, version 2.0). One source at a
time: an address that it does not know has no place, never a guess.
"""

from __future__ import annotations

import ipaddress
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

import iptocc
import maxminddb
import structlog

from ezee.errors import SetupError
from ezee.events.remembering import Memory

_REMEMBERED = 20_000
# A database that names no country in so many records is of another kind.
_SAMPLE = 10_000
_log = structlog.get_logger("ezee.places")


class Place(NamedTuple):
    """ISO 3166-1 code, ISO 3166-2 code or else name, name; each empty where it is not known."""

    country: str = ""
    region: str = ""
    city: str = ""


NOWHERE = Place()


class Places(Protocol):
    """A source of places."""

    @property
    def attribution(self) -> str:
        """The sentence that the data's licence wants shown; empty when it wants none."""
        ...

    @property
    def attribution_link(self) -> str:
        """Where the attribution leads."""
        ...

    @property
    def problem(self) -> str | None:
        """A sentence for the operator when the source is not what it should be."""
        ...

    def of(self, address: str) -> Place:
        """The place of an address; ``NOWHERE`` for one that has none or is none."""
        ...

    def refresh(self) -> None:
        """Take up what has changed; to be called about once a second."""
        ...


@cache
def open_places(database: Path | None) -> Places:
    """The operator's database, or the allocations when there is none; opened once.

    Raises:
        SetupError: the database cannot be used.
    """
    return MmdbPlaces(database) if database else ALLOCATED


class AllocatedPlaces:
    """The country to which a registry allocated the address. Nothing of it changes."""

    attribution = "Countries by the statistics of the Number Resource Organization"
    attribution_link = "https://www.nro.net"
    problem: str | None = None

    def of(self, address: str) -> Place:
        """The place of an address: its country alone."""
        try:
            # To look it up takes less than to remember it.
            return _allocated[iptocc.country_code(_clients_own(address))]
        except (TypeError, ValueError):
            return NOWHERE

    def refresh(self) -> None:
        """The allocations change with the package."""


ALLOCATED = AllocatedPlaces()


def _place_of_code(code: str | None) -> Place:
    return Place(_country(code))


_allocated = Memory(_place_of_code)


class MmdbPlaces:
    """What an MMDB file says, taken up anew whenever the file changes.

    A new file that cannot be used leaves the one before in use, and ``problem`` says so.

    Raises:
        SetupError: the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._tried = _version(path)
        self._database = _open(path)
        self.problem: str | None = None

    @property
    def attribution(self) -> str:
        """What the database's licence wants shown, as far as its kind is known."""
        return self._database.credit.text

    @property
    def attribution_link(self) -> str:
        """Where the attribution leads."""
        return self._database.credit.link

    def of(self, address: str) -> Place:
        """The place of an address."""
        return self._database.place_of(address)

    def refresh(self) -> None:
        """Take up the file if it has changed.

        That is done once it has stayed the same from one call to the next: until then it may
        still be being written.
        """
        version = _version(self._path)
        settled = version == self._seen
        self._seen = version
        if not settled or version == self._tried:
            return
        self._tried = version
        try:
            self._database = _open(self._path)
        except SetupError as error:
            self.problem = f"{error.message} The one before it is still in use."
            _log.warning("places not taken up", problem=self.problem)
        else:
            self.problem = None


def _version(path: Path) -> tuple[int, int, int] | None:
    """What tells one state of a file from another; None when it cannot be seen."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class Credit(NamedTuple):
    """The sentence that a licence wants shown, and where it leads."""

    text: str
    link: str


class _Database(NamedTuple):
    place_of: Callable[[str], Place]
    credit: Credit


def _open(path: Path) -> _Database:
    """Open a database, with a memory of its own.

    Raises:
        SetupError: it cannot be used.
    """
    try:
        reader = _map(path)
        sample = islice(reader, _SAMPLE)
        known = any(place_in(record) != NOWHERE for _, record in sample)
    except OSError:
        raise SetupError("places_database: the file cannot be read.") from None
    except (maxminddb.InvalidDatabaseError, ValueError):
        raise SetupError("places_database: the file is not a whole MMDB file.") from None
    if not known:
        raise SetupError("places_database: the file knows no country.")
    credit = _credit(reader.metadata().database_type or "")
    return _Database(lru_cache(maxsize=_REMEMBERED)(partial(_look_up, reader)), credit)


def _map(path: Path) -> maxminddb.Reader:
    """Map a copy of the file that nobody else can reach.

    Whoever writes over the file itself would pull the map's pages away, and the kernel would
    end the service (SIGBUS). The copy has no name and goes with the reader.
    """
    with path.open("rb") as file, tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        return maxminddb.open_database(f"/proc/self/fd/{copy.fileno()}")


def _look_up(reader: maxminddb.Reader, address: str) -> Place:
    try:
        return place_in(reader.get(_clients_own(address)))
    except (maxminddb.InvalidDatabaseError, TypeError, ValueError):
        return NOWHERE


# How an address begins that may hold an IPv4 address, in whatever spelling.
_HOLDING_IPV4 = ("0", ":", "2001:0", "2001::", "2002:")


def _clients_own(address: str) -> str:
    """The IPv4 address within an IPv6 one, where it is the client's: mapped, 6to4 or Teredo.

    Raises:
        ValueError: it begins like such an address and is none.
    """
    if ":" not in address or not address.startswith(_HOLDING_IPV4):
        return address
    six = ipaddress.IPv6Address(address)
    # A Teredo address has its server's as well, which says nothing of the client (RFC 4380).
    client = six.teredo[1] if six.teredo else None
    return str(six.ipv4_mapped or six.sixtofour or client or six)


# By how a database's type starts, such as DBIP-City-Lite or GeoLite2-City.
CREDITS = {
    "dbip": Credit("IP Geolocation by DB-IP", "https://db-ip.com"),
    "geolite": Credit(
        "This product includes GeoLite2 data created by MaxMind, "
        "available from https://www.maxmind.com.",
        "https://www.maxmind.com",
    ),
    "ipinfo": Credit("IP address data powered by IPinfo", "https://ipinfo.io"),
}


def _credit(database_type: str) -> Credit:
    """The credit for a type of database; empty for one that is not known to want any."""
    kind = database_type.lower()
    found = (credit for start, credit in CREDITS.items() if kind.startswith(start))
    return next(found, Credit("", ""))


# What the registries and the databases say for no country: Europe, Asia-Pacific, unknown.
_NO_COUNTRIES = {"AP", "EU", "XX", "ZZ"}
_REGION_CODE = re.compile(r"[A-Z0-9]{1,3}")
_NAME_LIMIT = 100


def place_in(record: object) -> Place:
    """The place that a database's record tells of. Without a country there is none.

    Records are nested in GeoLite2 and DB-IP's own files, and flat in IPinfo's and in the tables
    that others make of these: ``{"country": {"iso_code": "DE"}}``, ``{"country_code": "DE"}``.
    """
    if not isinstance(record, dict):
        return NOWHERE
    fields = map(record.get, ("country_code", "country", "registered_country"))
    country = next(filter(None, map(_country, fields)), "")
    if not country:
        return NOWHERE
    return Place(country, _region(record, country), _name(record.get("city")))


def _country(value: object) -> str:
    code = _code(value)
    is_code = len(code) == 2 and code.isascii() and code.isalpha()
    return code if is_code and code not in _NO_COUNTRIES else ""


def _region(record: dict[str, object], country: str) -> str:
    """``DE-BE``, whether the record says that or ``BE``; else the region's name."""
    match record.get("subdivisions"):
        case [largest, *_]:
            code, name = _code(largest), _name(largest)
        case _:
            code = _code(record.get("region_code"))
            name = _name(record.get("region") or record.get("state1") or record.get("state"))
    code = code.removeprefix(f"{country}-")
    return f"{country}-{code}" if _REGION_CODE.fullmatch(code) else name


def _code(value: object) -> str:
    """A code, plain or as ``{"iso_code": "DE"}``."""
    if isinstance(value, dict):
        value = value.get("iso_code")
    return value.upper() if isinstance(value, str) else ""


def _name(value: object) -> str:
    """A name, plain or as ``{"names": {"en": "Berlin"}}``."""
    if isinstance(value, dict):
        names = value.get("names")
        value = names.get("en") if isinstance(names, dict) else None
    return " ".join(value.split())[:_NAME_LIMIT] if isinstance(value, str) else ""
