"""Versions of the script: the one in the package, and those that this service has served before.

A page that names a version by its hash goes on being counted after the service was upgraded, so
every version is kept in the data folder, where it costs a few kilobytes.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from base64 import b64encode
from functools import cache, cached_property
from pathlib import Path

import structlog

KEPT = "scripts"
"""The folder of former versions, in the data folder."""

NAMES = ("ezee", "ezee.core")
"""Everything, and what fits into a kilobyte."""

_log = structlog.get_logger("ezee.script")
_BUILT = Path(__file__).with_name("built")
_VERSIONED = re.compile(r"(ezee(?:\.core)?)\.([0-9a-f]{12})\.js")


class Script:
    """One build of the script: its content by content coding, ``""`` for the plain one."""

    def __init__(self, name: str, contents: dict[str, bytes]) -> None:
        self.name = name
        self.contents = contents

    @cached_property
    def version(self) -> str:
        """12 hex digits of its hash."""
        return hashlib.sha256(self.contents[""]).hexdigest()[:12]

    @property
    def versioned_name(self) -> str:
        """The file's name for those who want this version and no other."""
        return f"{self.name}.{self.version}.js"

    @cached_property
    def integrity(self) -> str:
        """What a page's ``integrity`` attribute must say."""
        return "sha384-" + b64encode(hashlib.sha384(self.contents[""]).digest()).decode()


@cache
def current_scripts() -> dict[str, Script]:
    """The scripts of this version of the service, by their names."""
    return {name: Script(name, _built(name)) for name in NAMES}


def keep_scripts(data: Path) -> list[Script]:
    """Every version that the service has ever served, the current ones included.

    Those are written to the data folder, for the time after the next upgrade. A file there that
    is not what its name says is left alone.
    """
    current = list(current_scripts().values())
    folder = data / KEPT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for script in current:
            _keep(script, folder)
    except OSError:
        # On a full disk the current ones are served all the same; the next start keeps them.
        _log.warning("the versions of the script could not be kept")
    names = {script.versioned_name for script in current}
    former = (_kept(path) for path in sorted(folder.glob("*.js")) if path.name not in names)
    return current + [script for script in former if script is not None]


def _built(name: str) -> dict[str, bytes]:
    endings = {"": "", "gzip": ".gz", "br": ".br"}
    return {
        coding: (_BUILT / f"{name}.js{ending}").read_bytes() for coding, ending in endings.items()
    }


def _kept(path: Path) -> Script | None:
    named = _VERSIONED.fullmatch(path.name)
    if named is None or not path.is_file():
        return None
    plain = path.read_bytes()
    script = Script(named[1], {"": plain, "gzip": gzip.compress(plain, 9, mtime=0)})
    return script if script.version == named[2] else None


def _keep(script: Script, folder: Path) -> None:
    """Write it, whole or not at all, unless it is there."""
    path = folder / script.versioned_name
    if not path.exists():
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(script.contents[""])
        unfinished.replace(path)
