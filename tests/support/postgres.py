"""A real PostgreSQL server of the tests' own, on a socket in a folder that is gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

OWNER, SERVICE = "ezee_owner", "ezee"
_SERVER_USER = "postgres"


def programs() -> Path | None:
    """Where PostgreSQL's programs are: Debian keeps them out of the path. None: nowhere."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Server(NamedTuple):
    """A running server; its superuser is ``postgres``."""

    folder: Path
    bin: Path

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(_SERVER_USER, database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def new_database(self, name: str, template: str = "template1") -> tuple[str, str]:
        """A database of the owner's; its addresses for the service and for the owner."""
        self.run(f"create database {name} owner {OWNER} template {template}")
        return self.url(SERVICE, name), self.url(OWNER, name)

    def control(self, *words: str) -> None:
        """Have ``pg_ctl`` start, stop or restart it."""
        _as_server(
            str(self.bin / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-t", "120", "-s",
            "-l", str(self.folder / "log"),
            "-o", f"-k {self.folder} -c listen_addresses= -c max_connections=300", *words,
        )  # fmt: skip


@contextmanager
def running(*, roles: bool = True) -> Iterator[Server]:
    """A new server, with the two roles, while the block runs."""
    found = programs()
    assert found is not None
    # Not pytest's folder: the server runs as another user, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="ezee-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _SERVER_USER)
    server = Server(folder, found)
    try:
        _as_server(
            str(found / "initdb"), "-D", str(folder / "data"), "-U", _SERVER_USER, "-A", "trust",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        server.control("start")
        try:
            if roles:
                server.run(f"create role {OWNER} login", f"create role {SERVICE} login")
            yield server
        finally:
            server.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _as_server(*command: str) -> None:
    """PostgreSQL does not run as root."""
    switch = ("setpriv", f"--reuid={_SERVER_USER}", f"--regid={_SERVER_USER}", "--init-groups")
    prefix = switch if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*prefix, *command], capture_output=True, text=True, cwd="/", timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
