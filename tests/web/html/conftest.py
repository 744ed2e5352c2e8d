"""People at the pages of the shared service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service


@pytest.fixture
def anybody(service: Service) -> Iterator[Visitor]:
    """Not signed in."""
    with Visitor(service.url) as visitor:
        yield visitor


@pytest.fixture
def at_alices(service: Service, alice: Account) -> Iterator[Visitor]:
    """Alice, signed in."""
    with Visitor(service.url) as visitor:
        visitor.sign_in(alice.email)
        yield visitor
