"""Programs of other people's that go on running for a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.service import kill_tree


def need(program: str) -> None:
    """Leave the test out where a program is not there."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


@contextmanager
def running(
    command: list[str],
    folder: Path,
    url: str,
    environ: Mapping[str, str] | None = None,
    ready: str = "/",
) -> Iterator[str]:
    """Run a program in a folder, from when ``ready`` is answered until the test is done with it."""
    log = folder / f"{Path(command[0]).name}.said"
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        _wait(process, url + ready, log)
        yield url
    finally:
        if process.poll() is None:
            kill_tree(process.pid)
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(url, timeout=30)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())
