"""The settings of one running service: read once, typed, and loud when wrong.

Each comes from a flag of ``ezee serve`` or from the environment (``EZEE_…``), the flag first.
Nothing else in the package reads the environment.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ezee.errors import SetupError
from ezee.logs import FORMATS
from ezee.model.aliases import PROTOCOLS

DEFAULT_DATA = Path("data")
ADDRESS_NAME = "ezee.address"
"""Of the file in the data folder that tells where the running service answers."""
SCRIPT_NAME = "ezee"
ACCOUNTS_ADDRESS = "accounts.address"
EVENTS_ADDRESS = "cluster.address"
FOLDER = "folder"
"""What stands in either file where accounts or events have come back to the data folder."""
_EVENTS_CAME_BACK = (
    "The events have moved back to the data folder. Take EZEE_EVENTS, or --events, out of the "
    "settings."
)
_ACCOUNTS_CAME_BACK = (
    "The accounts have moved back to the data folder. Take EZEE_ACCOUNTS, or --accounts, out of "
    "the settings."
)
_SHORTEST_SECRET = 16
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose.

    ``collect_limit`` and ``public_stats_limit`` are requests a minute per client address (the
    former also per tracker); 0 turns a limit off. ``sign_in_limit`` is tries a minute to sign in to
    one account. ``smtp`` may hold a password. ``visitor_limit`` is events a minute of one visitor,
    beyond which they are a program's. ``countapi_keys`` and ``hits_badges`` are how many of these a
    stranger may make; 0 is none, and nothing is answered there. ``other_trackers``
    are those whose clients are answered. ``accounts`` is the address of a PostgreSQL
    database for the accounts, with the service's role in it; ``accounts_owner`` the same with the
    role that owns its tables, which brings them up to date. ``events`` is the address of a
    ClickHouse cluster for the events; it may hold a password. ``spool`` is how many MiB of events
    may wait in the data folder while that is away. ``limits`` is that of a Redis that
    keeps limits for several nodes; ``nodes`` is how many those are at most. ``drain`` is how
    many seconds a service goes on answering after SIGTERM, while it says that it is not ready.
    ``script_name`` is what the script's file and the address of its events are called as well.
    ``metrics_from`` are networks that metrics are told to, ``metrics_token`` is for everybody else;
    without either nobody is told. ``log_format`` is ``text`` for people or ``json`` for programs.
    """

    data: Path = DEFAULT_DATA
    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    certificate_key: Path | None = None
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    collect_limit: int = 600
    public_stats_limit: int = 60
    sign_in_limit: int = 10
    visitor_limit: int = 120
    places_database: Path | None = None
    data_centres: Path | None = None
    spammers: Path | None = None
    sources: Path | None = None
    owner_email: str = "owner@localhost"
    countapi_keys: int = 0
    hits_badges: int = 0
    first_owner: str = "made"
    sign_up: str = "closed"
    smtp: str = ""
    mail_from: str = ""
    other_trackers: tuple[str, ...] = PROTOCOLS
    script_name: str = SCRIPT_NAME
    accounts: str = ""
    accounts_owner: str = ""
    events: str = ""
    spool: int = 1024
    limits: str = ""
    nodes: int = 4
    drain: int = 0
    metrics_from: tuple[str, ...] = ()
    metrics_token: str = ""
    log_format: str = "text"

    @property
    def base_url(self) -> str:
        """Where people reach the service, without a slash at the end."""
        if self.public_url:
            return self.public_url
        scheme = "https" if self.certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    @property
    def https(self) -> bool:
        """Whether a token that comes over plain HTTP must be refused."""
        return self.base_url.startswith("https://")


def read_settings(environ: Mapping[str, str], **flags: object) -> Settings:
    """Read the settings from ``flags`` (those that are not None) and ``environ``.

    Raises:
        SetupError: a setting has a value that cannot be meant; the message names it.
    """
    values: dict[str, Any] = {}
    for field in fields(Settings):
        flag = flags.pop(field.name, None)
        given = flag if flag is not None else environ.get(f"EZEE_{field.name.upper()}")
        if given is not None and given != "":
            values[field.name] = _READERS[field.name](field.name, given)
    if flags:
        raise TypeError(f"no such setting: {', '.join(flags)}")
    settings = Settings(**values)
    accounts = accounts_at(settings.data, settings.accounts)
    if settings.accounts and not accounts:
        raise SetupError(_ACCOUNTS_CAME_BACK)
    events = events_at(settings.data, settings.events)
    if settings.events and not events:
        raise SetupError(_EVENTS_CAME_BACK)
    settings = replace(settings, accounts=accounts, events=events)
    if (settings.certificate is None) != (settings.certificate_key is None):
        raise SetupError("HTTPS needs both a certificate and its key.")
    return settings


def events_at(data: Path, given: str) -> str:
    """The address of the cluster that a folder's events are in now, "" for the folder itself.

    ``given`` is what the settings said when a service was started; they may have moved since.
    """
    moved = _moved_to(data / EVENTS_ADDRESS, "events")
    return "" if moved == FOLDER else given or moved


def accounts_at(data: Path, given: str) -> str:
    """The address of the PostgreSQL database that a folder's accounts are in now; as ``events_at``.

    A running service asks with the address of the database that it uses, "" for the folder's own.
    """
    moved = _moved_to(data / ACCOUNTS_ADDRESS, "accounts")
    return "" if moved == FOLDER else given or moved


def _moved_to(path: Path, what: str) -> str:
    """Where ``ezee move`` has put what was in a data folder; "" for nowhere else."""
    try:
        return path.read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise SetupError(f"{path}, which says where the {what} are, cannot be read.") from error


def _path(name: str, given: object) -> Path:
    return Path(str(given)).expanduser()


def _file(name: str, given: object) -> Path:
    path = _path(name, given)
    if not path.is_file():
        raise SetupError(f"{name}: there is no file {path}.")
    return path


def _text(name: str, given: object) -> str:
    return str(given)


def _secret(name: str, given: object) -> str:
    text = str(given)
    if len(text) < _SHORTEST_SECRET or not text.isascii() or not text.isprintable():
        raise SetupError(
            f"{name}: it must have {_SHORTEST_SECRET} characters at least, of ASCII, or be guessed."
        )
    return text


def _one_of(*choices: str) -> Callable[[str, object], str]:
    def read(name: str, given: object) -> str:
        if given not in choices:
            raise SetupError(f"{name}: {given!r} is not {' or '.join(choices)}.")
        return str(given)

    return read


def _port(name: str, given: object) -> int:
    port = _count(name, given)
    if port > 65_535:
        raise SetupError(f"{name}: a port is a number from 0 to 65535.")
    return port


def _count(name: str, given: object) -> int:
    try:
        count = int(str(given))
    except ValueError:
        count = -1
    if count < 0:
        raise SetupError(f"{name}: {given!r} is not a whole number of 0 or more.")
    return count


def _positive(name: str, given: object) -> int:
    count = _count(name, given)
    if not count:
        raise SetupError(f"{name}: there is at least 1.")
    return count


def _url(name: str, given: object) -> str:
    url = str(given).rstrip("/")
    if not url.startswith(("http://", "https://")) or len(url.split("/")) != 3:
        raise SetupError(f"{name}: {given!r} is not an address such as https://stats.example.com.")
    return url


def _networks(name: str, given: object) -> tuple[str, ...]:
    parts = given if isinstance(given, (list, tuple)) else str(given).split(",")
    networks = []
    for part in parts:
        try:
            networks.append(str(ipaddress.ip_network(str(part).strip(), strict=False)))
        except ValueError:
            raise SetupError(f"{name}: {part!r} is not an address or a network.") from None
    return tuple(networks)


def _file_name(name: str, given: object) -> str:
    text = str(given)
    if not _FILE_NAME.fullmatch(text):
        raise SetupError(
            f"{name}: {given!r} is not 1 to 32 small letters, digits, hyphens and underscores."
        )
    return text


def _protocols(name: str, given: object) -> tuple[str, ...]:
    asked = [part.strip().lower() for part in str(given).split(",")]
    if asked == ["none"]:
        return ()
    for part in asked:
        if part not in PROTOCOLS:
            known = ", ".join(PROTOCOLS)
            raise SetupError(f"{name}: {part!r} is none of {known}; none turns all of them off.")
    return tuple(each for each in PROTOCOLS if each in asked)


_READERS = {
    "data": _path,
    "host": _text,
    "port": _port,
    "certificate": _file,
    "certificate_key": _file,
    "public_url": _url,
    "trusted_proxies": _networks,
    "collect_limit": _count,
    "public_stats_limit": _count,
    "sign_in_limit": _count,
    "visitor_limit": _count,
    "countapi_keys": _count,
    "hits_badges": _count,
    "data_centres": _file,
    "spammers": _file,
    "sources": _file,
    "places_database": _file,
    "owner_email": _text,
    "first_owner": _one_of("made", "browser"),
    "sign_up": _one_of("closed", "open"),
    "smtp": _text,
    "mail_from": _text,
    "other_trackers": _protocols,
    "script_name": _file_name,
    "accounts": _text,
    "accounts_owner": _text,
    "events": _text,
    "spool": _positive,
    "limits": _text,
    "nodes": _positive,
    "drain": _count,
    "metrics_from": _networks,
    "metrics_token": _secret,
    "log_format": _one_of(*FORMATS),
}
