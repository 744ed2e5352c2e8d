"""Caddy with a configuration of a test's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.polling import until

# A certificate of its own making, which nobody else is told to trust, and no port but the site's.
HEAD = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n"
"""What a configuration begins with, up to its sites."""


@contextmanager
def serving(configuration: Path, url: str, name: str) -> Iterator[None]:
    """Run Caddy while the block runs; it begins once Caddy answers
    at ``url`` and has the certificate of ``name``."""
    log = configuration.parent / "caddy.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", str(configuration)],
            stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=_environ(configuration),
        )  # fmt: skip

    def is_there() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            with httpx.Client(verify=False, timeout=30) as client:
                client.get(url, extensions={"sni_hostname": name})
        except httpx.TransportError:
            return False
        return True

    try:
        until(is_there)
        yield
    finally:
        process.terminate()
        process.wait(60)


def run_caddy(configuration: Path, *words: str) -> str:
    """Run a command on a configuration; it must succeed. Returns what it printed."""
    done = subprocess.run(
        ["caddy", *words], capture_output=True, text=True, env=_environ(configuration), timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environ(configuration: Path) -> dict[str, str]:
    """It keeps certificates and its latest configuration beside the one that it was given."""
    home = str(configuration.parent)
    return {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
