"""What an owner excludes by address, agent and host."""

from __future__ import annotations

import pytest

from ezee.model.exclusions import is_listed, is_within, names_one
from tests.support.service import BROWSER


@pytest.mark.parametrize(
    ("address", "networks", "within"),
    [
        ("192.0.2.7", ("192.0.2.7",), True),
        ("192.0.2.8", ("192.0.2.7",), False),
        ("192.0.2.255", ("192.0.2.0/24",), True),
        ("192.0.3.0", ("192.0.2.0/24",), False),
        ("192.0.3.0", ("192.0.2.0/24", "2001:db8::/32", "192.0.3.0"), True),
        ("2001:db8:1::1", ("192.0.2.0/24", "2001:db8::/32"), True),
        ("2001:db9::", ("2001:db8::/32",), False),
        ("2001:db8::", ("0.0.0.0/0",), False),
        ("192.0.2.7", ("::/0",), False),
        ("fe80::1%eth0", ("fe80::/10",), True),
        ("fe80::1%eth0", ("fe80::1",), True),
        ("", ("0.0.0.0/0", "::/0"), False),
        ("unknown", ("0.0.0.0/0",), False),
        ("192.0.2.7", (), False),
    ],
)
def test_an_address_is_within_networks(
    address: str, networks: tuple[str, ...], within: bool
) -> None:
    assert is_within(address, networks) is within


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        (("Chrome/126",), True),
        (("chrome/126",), True),
        (("HeadlessTester", "windows nt"), True),
        (("Chrome/127",), False),
        (("Chrome*",), False),
        ((), False),
    ],
)
def test_an_agent_is_named_by_a_part_of_it(parts: tuple[str, ...], named: bool) -> None:
    assert names_one(BROWSER, parts) is named


@pytest.mark.parametrize(
    ("host", "hostnames", "listed"),
    [
        ("example.com", ("example.com",), True),
        ("www.example.com", ("example.com",), True),
        ("shop.example.com", ("example.com",), False),
        ("shop.example.com", ("*.example.com",), True),
        ("a.shop.example.com", ("*.example.com",), True),
        ("www.example.com", ("*.example.com",), True),
        ("example.com", ("*.example.com",), False),
        ("badexample.com", ("example.com", "*.example.com"), False),
        ("example.com.evil.example", ("example.com", "*.example.com"), False),
        ("localhost", ("example.com", "localhost"), True),
        ("", ("example.com", "*.example.com"), False),
    ],
)
def test_a_host_is_listed(host: str, hostnames: tuple[str, ...], listed: bool) -> None:
    assert is_listed(host, hostnames) is listed
