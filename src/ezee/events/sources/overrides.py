"""An operator's own names of sources, which go before the published table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ezee.errors import SetupError
from ezee.events.sources.kinds import KINDS, Known

_KEY = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_EXAMPLE = '"blog.example.com" = { name = "Our blog", kind = "site" }'


class Overrides(msgspec.Struct, frozen=True, eq=False):
    """Sources by host or by what campaigns call them.

    Equal to itself alone, so that it can be part of a cache's key.
    """

    sources: Mapping[str, Known]


NO_OVERRIDES = Overrides({})


def read_overrides(path: Path) -> Overrides:
    """Read a TOML file of lines such as ``"blog.example.com" = { name = "Our blog" }``.

    Raises:
        SetupError: the file cannot be read, or an entry is not right; the message names it.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise SetupError(f"sources: the file {path} cannot be read.") from None
    except UnicodeDecodeError:
        raise SetupError(f"sources: the file {path} is not UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(")[2].rstrip(")")
        raise SetupError(f"sources: {path} is not TOML {place}.") from None
    return Overrides({_key(key): _known(key, entry) for key, entry in entries.items()})


def _key(key: str) -> str:
    host = key.lower().removeprefix("www.")
    if not _KEY.fullmatch(host):
        raise SetupError(f"sources: {key!r} is not a host, nor a word without spaces.")
    return host


def _known(key: str, entry: object) -> Known:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(name, str) or not name.strip():
        raise SetupError(f"sources: {key!r} needs a name, and a host quotes, as in {_EXAMPLE}.")
    if unknown := entry.keys() - {"name", "kind"}:
        raise SetupError(f"sources: {key!r} has no {min(unknown)!r}, only name and kind.")
    kind = entry.get("kind", "site")
    if not isinstance(kind, str) or kind not in KINDS:
        raise SetupError(f"sources: the kind of {key!r} is one of {', '.join(KINDS)}.")
    return Known(name.strip()[:300], kind)
