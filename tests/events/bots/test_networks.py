"""Addresses are found in an operator's networks."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from ezee.errors import SetupError
from ezee.events.bots.networks import NO_NETWORKS, Networks

LIST = """
# a cloud
198.51.100.0/25     # two halves of one
198.51.100.128/25
198.51.100.16/28    # inside it
203.0.113.9
192.0.2.77/24       # bits of a host do no harm
2001:db8:1::/48
2001:db8:2::5
"""


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("198.51.100.0", True),
        ("198.51.100.127", True),
        ("198.51.100.255", True),
        ("198.51.101.0", False),
        ("198.51.99.255", False),
        ("203.0.113.9", True),
        ("203.0.113.8", False),
        ("203.0.113.10", False),
        ("192.0.2.1", True),
        ("::ffff:192.0.2.1", True),
        ("::ffff:192.0.3.1", False),
        ("2001:db8:1:ffff::1", True),
        ("2001:db8:2::5", True),
        ("2001:db8:2::6", False),
        ("2001:db8:2::5%eth0", True),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("", False),
        ("not an address", False),
    ],
)
def test_addresses(tmp_path: Path, address: str, found: bool) -> None:
    path = tmp_path / "networks"
    path.write_text(LIST)
    assert Networks.read(path).has(address) is found
    assert not NO_NETWORKS.has(address)


def test_thousands_of_networks(tmp_path: Path) -> None:
    path = tmp_path / "networks"
    path.write_text("\n".join(f"10.{n // 128}.{n % 128 * 2}.0/24" for n in range(20_000)))
    networks = Networks.read(path)
    step = int(ip_address("0.0.1.0"))
    first = int(ip_address("10.0.0.255"))
    found = [networks.has(str(ip_address(first + n * step))) for n in range(2_000)]
    assert found == [n % 2 == 0 for n in range(2_000)]


@pytest.mark.parametrize("line", ["300.1.1.1", "10.0.0.0/33", "2001:db8::/129", "example.com"])
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "networks"
    path.write_text(f"192.0.2.0/24\n{line}\n")
    with pytest.raises(SetupError, match=r"networks, line 2: '.*' is not an address or a network"):
        Networks.read(path)
