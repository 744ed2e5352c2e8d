"""The real service as a process of its own, as an operator would start it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
_ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
_ANSWERS = re.compile(r"answers at (https?://\S+?),? its data")


class Account(NamedTuple):
    """A user, a token of theirs and a client that sends it."""

    email: str
    token: str
    token_id: str
    client: httpx.Client


class Service:
    """``ezee serve`` on a data folder. Start it as often as you like."""

    def __init__(self, data: Path, *options: str, environ: dict[str, str] | None = None) -> None:
        self.data = data
        self.options = options
        self.environ = {**os.environ, **(environ or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self._clients: list[httpx.Client] = []
        self.log = data.parent / f"{data.name}.log"

    def start(self, seconds: float = 120) -> Service:
        """Start it and return when it answers."""
        with self.log.open("ab") as log:
            written = log.tell()
            self.process = subprocess.Popen(
                [*EZEE, "serve", "--data", str(self.data), "--port", "0", *self.options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environ,
            )
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            text = self.log.read_bytes()[written:].decode()
            found = _ANSWERS.search(text.replace("\n", " "))
            if found:
                self.url = found[1]
                return self
            if self.process.poll() is not None:
                raise AssertionError(f"the service ended with {self.process.returncode}: {text}")
            time.sleep(0.02)
        raise AssertionError(f"the service did not answer: {self.log.read_text()}")

    def stop(self) -> int:
        """Ask it to stop and wait; returns its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """``kill -9`` of every process of it at once, as a power cut would; of none, if it has
        ended by itself.
        """
        assert self.process is not None
        if self.process.poll() is None:
            kill_tree(self.process.pid)
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        for client in self._clients:
            client.close()
        status = self.process.wait(120)
        self.process = None
        return status

    def command(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """Run an ``ezee`` command on the same folder; returns what it printed."""
        done = self._run([*EZEE, *arguments, "--data", str(self.data)], stdin)
        if check and done.returncode != 0:
            raise AssertionError(f"ezee {arguments} ended with {done.returncode}: {done.stderr}")
        # What DuckDB's binding tells of what it was not let free.
        assert "nanobind" not in done.stderr, done.stderr
        return done.stdout

    def _commands(self, *commands: tuple[list[str], str]) -> list[str]:
        """Run commands, each with its input, in one process; returns what each printed."""
        put = [([*each, "--data", str(self.data)], given) for each, given in commands]
        done = self._run(_COMMANDS, json.dumps(put), cwd=_ROOT)
        if done.returncode != 0:
            raise AssertionError(f"one of {commands} ended with {done.returncode}: {done.stderr}")
        printed: list[str] = json.loads(done.stdout)
        return printed

    def _run(
        self, command: list[str], stdin: str, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=self.environ,
            timeout=600,
        )

    def json(self, *arguments: str, stdin: str = "") -> Any:
        """The same for a command with ``--json``."""
        return json.loads(self.command(*arguments, "--json", stdin=stdin))

    def account(self, email: str, plan: str = "pro") -> Account:
        """Add a user with a token."""
        _, printed = self._commands(
            (["user", "add", email, "--plan", plan, "--password-stdin"], f"{PASSWORD}\n"),
            (["token", "new", "--user", email, "--name", "Tests", "--json"], ""),
        )
        made = json.loads(printed)
        client = httpx.Client(
            base_url=self.url,
            headers={"authorization": f"Bearer {made['token']}"},
            timeout=30,
            # Nobody closes it, so no connection may stay open when the test ends.
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._clients.append(client)
        return Account(email, made["token"], made["id"], client)

    def tracker(self, email: str, domain: str = "example.com", timezone: str = "UTC") -> Any:
        """Add a tracker; returns what the command prints of it."""
        return self.json(
            "tracker", "add", "--user", email, "--name", domain, "--domain", domain,
            "--timezone", timezone,
        )  # fmt: skip

    def collect(self, event: dict[str, Any], **headers: str) -> httpx.Response:
        """Send one event as a browser would."""
        return httpx.post(
            f"{self.url}/api/public/collect",
            json=event,
            headers={"user-agent": BROWSER, **{k.replace("_", "-"): v for k, v in headers.items()}},
            timeout=30,
        )


def kill_tree(pid: int) -> None:
    """``kill -9`` of a process and its children; returns when each of the children is gone.

    The parent is its own parent's to wait for. A child of which nobody waited would hold the data
    folder, and answer on its socket, for a moment longer.
    """
    parent = psutil.Process(pid)
    children = parent.children(recursive=True)
    for process in (parent, *children):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive, f"still there after kill -9: {alive}"


EZEE = (sys.executable, "-m", "ezee")
_COMMANDS = [sys.executable, "-m", "tests.support.commands"]
