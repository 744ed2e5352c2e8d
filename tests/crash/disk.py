"""A small disk of a test's own, with a ballast file to make room by deleting it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BALLAST = 2 << 20


class SmallDisk:
    """A mounted file system of a few MiB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def load(self) -> None:
        """Put the ballast on it."""
        self._ballast.write_bytes(b"x" * _BALLAST)

    def fill(self) -> None:
        """Leave no room at all."""
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            for size in (1 << 20, 4096, 1):
                try:
                    while filler.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue

    def make_room(self) -> None:
        """Delete ballast and filler."""
        self._ballast.unlink(missing_ok=True)
        (self.folder / "filler").unlink(missing_ok=True)

    def grow(self, mebibytes: int) -> None:
        """Make the whole disk larger."""
        size = f"remount,size={mebibytes}m"
        subprocess.run(["mount", "-o", size, str(self.folder)], check=True)


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[SmallDisk]:
    """Mount a small tmpfs at ``folder``; skips the test where that cannot be done."""
    if shutil.which("mount") is None:
        pytest.skip("a small disk needs the mount command")
    if os.geteuid() != 0:
        pytest.skip("a small disk needs root, to mount a tmpfs")
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk needs the right to mount a tmpfs: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
