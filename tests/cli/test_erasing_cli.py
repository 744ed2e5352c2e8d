"""``ezee erase``, with and without a running service."""

from __future__ import annotations

import pytest

from tests.support.service import Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


def test_it_tells_then_erases_beside_a_service_and_without_one(own_service: Service) -> None:
    alice = own_service.account("alice@example.com")
    site_id = new_tracker(alice)["site_id"]
    for path in ("/people/kim", "/people/lee", "/about"):
        own_service.collect({"site_id": site_id, "url": path})
    told = own_service.json("erase", "--path", "/people/*")
    assert (told["applied"], told["events"]) == (False, 2)
    beside = own_service.json("erase", "--path", "/people/kim", "--apply", "--receipt", "one")
    assert (beside["events"], beside["receipt"]) == (1, "one")
    own_service.stop()
    alone = own_service.json("erase", "--path", "/people/*", "--apply")
    assert (alone["events"], alone["bytes_gone"]) == (1, True)
    again = own_service.json("erase", "--path", "/people/kim", "--apply", "--receipt", "one")
    assert (again["events"], again["bytes_gone"]) == (1, True)
    assert own_service.json("erase", "--from", "2001-01-01")["events"] == 1
