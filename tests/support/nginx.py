"""nginx with a configuration of a test's own."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

HEAD = (
    "pid {0}/nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n"
    "client_body_temp_path {0}/body;\nproxy_temp_path {0}/proxy;\n"
    "fastcgi_temp_path {0}/f;\nuwsgi_temp_path {0}/u;\nscgi_temp_path {0}/s;\n"
)
"""What a configuration begins with, up to its servers; of the folder that it may write to."""


def run_nginx(configuration: Path, *words: str) -> None:
    """Run the command; it must succeed. Without words it starts and goes on running."""
    # What nginx leaves running holds on to what it was started with, so that is no pipe.
    with (configuration.parent / "nginx.said").open("w+") as said:
        status = subprocess.run(
            ["nginx", "-p", str(configuration.parent), "-c", str(configuration), *words],
            stdout=said, stderr=said, stdin=subprocess.DEVNULL, timeout=60,
        ).returncode  # fmt: skip
        said.seek(0)
        assert status == 0, said.read()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
