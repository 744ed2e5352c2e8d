"""The number in a ``site_id``."""

from __future__ import annotations

import pytest

from ezee.model.site import is_site_id, site_key
from tests.support.events import site


def test_a_site_id_holds_a_number_of_48_bits() -> None:
    assert site_key("ezi_00000000000a") == 10
    assert site_key("ezi_ffffffffffff") == 2**48 - 1


@pytest.mark.parametrize(
    "text",
    ["", "ezi_", "ezi_00000000000A", "ezi_00000000000", "ezi_0000000000000", "ezi_00000000000a\n"],
)
def test_what_is_no_site_id(text: str) -> None:
    assert not is_site_id(text)


def test_a_tracker_knows_its_own_hosts() -> None:
    assert site().hosts == {"example.com", "shop.example.com"}
