"""A network of the tests' own, in namespaces of the kernel's: machines with cables to be pulled.

Each machine has an address; the one that runs the tests reaches all of them. It takes root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PROGRAM = "ip"


class Machine:
    """A namespace with one cable to the network."""

    def __init__(self, network: str, number: int, net: str) -> None:
        self._name = f"{network}m{number}"
        self.address = f"{net}.{number + 10}"

    @property
    def prefix(self) -> tuple[str, ...]:
        """What a command begins with to be run there."""
        return (PROGRAM, "netns", "exec", self._name)

    def plug_in(self, bridge: str, net: str) -> None:
        """Make it, with its cable."""
        inside = f"{self._name}i"
        _run("netns", "add", self._name)
        _run("link", "add", self._name, "type", "veth", "peer", "name", inside)
        _run("link", "set", inside, "netns", self._name)
        _run("link", "set", self._name, "master", bridge, "up")
        within = ("-n", self._name)
        _run(*within, "addr", "add", f"{self.address}/24", "dev", inside)
        _run(*within, "link", "set", inside, "up")
        _run(*within, "link", "set", "lo", "up")
        _run(*within, "route", "add", "default", "via", f"{net}.1")

    def pull(self) -> None:
        """Pull its cable: packets are lost from now on, and nobody is told."""
        _run("link", "set", self._name, "down")

    def mend(self) -> None:
        """Plug it in again."""
        _run("link", "set", self._name, "up")

    def remove(self) -> None:
        with suppress(AssertionError):
            _run("netns", "del", self._name)


class Network:
    """Machines, made as they are asked for."""

    def __init__(self, name: str, net: str) -> None:
        self._name = name
        self._net = net
        self.machines: list[Machine] = []

    def machine(self) -> Machine:
        """One more."""
        made = Machine(self._name, len(self.machines), self._net)
        self.machines.append(made)
        made.plug_in(self._name, self._net)
        return made


def is_possible() -> bool:
    """Whether this machine lets us make networks."""
    return os.geteuid() == 0 and shutil.which(PROGRAM) is not None


@contextmanager
def running() -> Iterator[Network]:
    """A network while the block runs."""
    pid = os.getpid()
    network = Network(f"ez{pid % 100_000}", f"10.{100 + pid % 100}.{pid // 100 % 250}")
    _run("link", "add", network._name, "type", "bridge")
    try:
        _run("addr", "add", f"{network._net}.1/24", "dev", network._name)
        _run("link", "set", network._name, "up")
        yield network
    finally:
        for machine in network.machines:
            machine.remove()
        _run("link", "del", network._name)


def _run(*words: str) -> None:
    done = subprocess.run((PROGRAM, *words), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
