"""What a backup consists of. It is written last: a folder without one is no backup."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from ezee.errors import SetupError

NAME = "manifest.json"
_FORMAT = 1
_PIECE = 1 << 20

Said = Callable[[str, int], None]
"""Told what is being done, and how many bytes of it more."""
Heard = Callable[[int], None]
"""Told how many bytes more are done."""


class Part(msgspec.Struct, frozen=True):
    """A file of a backup: its path within, its size in bytes, its SHA-256 in hex."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """``made_at`` is UTC. ``events`` and ``accounts`` are rows by table, ``digest`` is of the
    rest.
    """

    format: int
    ezee: str
    made_at: str
    schema: int
    revision: str
    events: dict[str, int]
    accounts: dict[str, int]
    files: list[Part]
    digest: str = ""


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Write it, with its digest; returns it as it is written."""
    whole = msgspec.structs.replace(manifest, format=_FORMAT, digest="")
    whole = msgspec.structs.replace(whole, digest=_digest_of(whole))
    (folder / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=2))
    return whole


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        SetupError: there is none, it is damaged, or a newer version made it.
    """
    try:
        text = (folder / NAME).read_bytes()
    except OSError as error:
        raise SetupError(f"{folder} is no whole backup: it has no {NAME}.") from error
    try:
        given = msgspec.json.decode(text)
        if isinstance(given, dict) and given.get("format", 0) > _FORMAT:
            raise SetupError("The backup was made by a newer version of ezee: use that one.")
        manifest = msgspec.convert(given, Manifest)
    except (msgspec.MsgspecError, TypeError) as error:
        raise SetupError(f"The {NAME} of the backup {folder} cannot be read.") from error
    if manifest.digest != _digest_of(msgspec.structs.replace(manifest, digest="")):
        raise SetupError(f"The {NAME} of the backup {folder} was changed after it was made.")
    return manifest


def check_files(folder: Path, manifest: Manifest, heard: Heard) -> None:
    """Read every file of a backup.

    Raises:
        SetupError: one is missing or is not what was written; it is named.
    """
    for part in manifest.files:
        path = folder / part.path
        if ".." in Path(part.path).parts or Path(part.path).is_absolute():
            raise SetupError(f"The {NAME} of the backup {folder} names files outside it.")
        try:
            size = path.stat().st_size
            found = Part(part.path, size, sha256_of(path, heard))
        except OSError as error:
            raise SetupError(f"The backup is not whole: it has no {part.path}.") from error
        if found != part:
            how = "cut short or grown" if found.bytes != part.bytes else "damaged or changed"
            raise SetupError(f"The backup is not what was written: {part.path} was {how}.")


def sha256_of(path: Path, heard: Heard) -> str:
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            heard(len(piece))
    return digest.hexdigest()


def _digest_of(manifest: Manifest) -> str:
    return hashlib.sha256(msgspec.json.encode(manifest)).hexdigest()
