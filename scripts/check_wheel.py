"""Check a wheel as a user would: install it, run the service, count one event, stop.

Usage: python scripts/check_wheel.py dist/ezee-0.1.0-py3-none-any.whl

Everything happens in a new virtual environment in an empty folder, far from the source tree.
"""

# ruff: noqa: S310, S603, T201

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_ANSWERS = re.compile(r"answers at (http://[\d.:]+)")


def main(wheel: Path) -> None:
    """Install the wheel and try it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ezee = install(wheel.resolve(), folder / "venv")
        print(f"installed {wheel.name}: {run(folder, ezee, '--version').strip()}")
        log = folder / "service.log"
        with log.open("wb") as output:
            service = subprocess.Popen(
                [ezee, "serve", "--port", "0"], cwd=folder, stdout=output, stderr=output
            )
        try:
            try_service(folder, ezee, address(service, log))
        finally:
            service.send_signal(signal.SIGTERM)
            status = service.wait(30)
    if status != 0:
        sys.exit(f"the service ended with status {status}")
    print("stopped")


def install(wheel: Path, environment: Path) -> Path:
    """Make an environment with the wheel and what is pinned; returns the ``ezee`` command."""
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "-qq"]
    subprocess.run([*pip, "install", "--constraint", LOCK, wheel], check=True)
    return environment / "bin" / "ezee"


def run(folder: Path, *command: str | Path) -> str:
    """Run a command in the folder; returns what it printed."""
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def address(service: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the service says where it answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until and service.poll() is None:
        found = _ANSWERS.search(log.read_text())
        if found:
            print(f"the service answers at {found[1]}")
            return found[1]
        time.sleep(0.05)
    sys.exit(f"the service did not start: {log.read_text()}")


def try_service(folder: Path, ezee: Path, url: str) -> None:
    """Add a tracker, send it a pageview, and read that it was counted."""
    add = "tracker add --user owner@localhost --name Shop --domain example.com --json"
    site_id = json.loads(run(folder, ezee, *add.split()))["site_id"]
    print(f"tracker {site_id} added")
    event = {"site_id": site_id, "url": "https://example.com/"}
    said = call(f"{url}/api/public/collect", event)
    if said != {"accepted": 1, "dropped": []}:
        sys.exit(f"the event was not accepted: {said}")
    totals = call(f"{url}/api/public/stats?site_id={site_id}&period=today")["totals"]
    if (totals["visitors"], totals["pageviews"]) != (1, 1):
        sys.exit(f"the event was not counted: {totals}")
    print(f"one pageview collected and counted: {totals}")
    tag = run(folder, ezee, "tracker", "snippet", site_id)
    script = re.search(r'src="([^"]+)"', tag)
    if script is None:
        sys.exit(f"there is no script in the tag: {tag}")
    with urllib.request.urlopen(script[1], timeout=30) as answer:
        print(f"the script for pages is there: {len(answer.read())} bytes")


def call(url: str, body: object = None) -> dict[str, Any]:
    """The ``data`` of an answer to a GET, or to a POST of ``body``."""
    headers = {"Content-Type": "application/json", "User-Agent": BROWSER}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        data: dict[str, Any] = json.load(answer)["data"]
    return data


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
