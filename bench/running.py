"""A service for a benchmark: started on a folder of its own, with one tracker."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Self
from urllib.request import urlopen

import psutil

_ANSWERS = re.compile(r"answers at http://\S+:(\d+),")


class Running:
    """``python -m MODULE serve`` while the block runs."""

    def __init__(self, module: str, data: Path, *options: str) -> None:
        self._options = options
        self._module = module
        self.data = data
        self._log = data.with_suffix(".log")

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, "serve", "--data", str(self.data),
                 "--port", "0", "--public-stats-limit", "0", "--visitor-limit", "0",
                 *self._options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.port = self._wait_for_port()
        self.site_id = self._add_tracker()
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait(60)

    @property
    def pid(self) -> int:
        """The process that answers; the store's is its child."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """How much processor time the service has used."""
        service = psutil.Process(self._process.pid)
        times = [each.cpu_times() for each in (service, *service.children())]
        return sum(each.user + each.system for each in times)

    def memory(self) -> float:
        """How much memory (MB) the service and its store hold, what they share counted once."""
        service = psutil.Process(self._process.pid)
        return sum(each.memory_full_info().pss for each in (service, *service.children())) / 1e6

    def pageviews(self) -> int:
        """How many pageviews the service counts."""
        address = f"http://127.0.0.1:{self.port}/api/public/stats?site_id={self.site_id}&period=7d"
        with urlopen(address, timeout=120) as answer:
            return int(json.load(answer)["data"]["totals"]["pageviews"])

    def _wait_for_port(self) -> int:
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            found = _ANSWERS.search(self._log.read_text())
            if found:
                return int(found[1])
            time.sleep(0.05)
        raise RuntimeError(f"the service did not start: {self._log.read_text()}")

    def _add_tracker(self) -> str:
        """The folder's tracker, added where there is none."""
        found = subprocess.run(
            [sys.executable, "-m", "ezee", "tracker", "list", "--data", str(self.data), "--json"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        for tracker in json.loads(found.stdout):
            return str(tracker["site_id"])
        made = subprocess.run(
            [sys.executable, "-m", "ezee", "tracker", "add", "--user", "owner@localhost",
             "--name", "Bench", "--domain", "example.com", "--data", str(self.data), "--json"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return str(json.loads(made.stdout)["site_id"])
