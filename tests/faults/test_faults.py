"""Every acknowledged event counts once in the end, whatever a service of several nodes is without.

``python -m tests.faults`` is the long form.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.faults import CLUSTER_IS_AWAY, EVENTS_ARE_TAKEN, FAULTS, HARMLESS
from tests.faults.load import Load, wrong
from tests.faults.whole import Whole, missing, whole
from tests.support.polling import until

pytestmark = [pytest.mark.service, pytest.mark.slow]

# Of three senders together, each of which may wait for an answer as long as the fault lasts.
_SENT_MEANWHILE = 12


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    lacking = missing()
    if lacking:
        pytest.skip(f"not here: {lacking}")
    with whole(tmp_path_factory.mktemp("whole")) as made:
        yield made


@pytest.fixture(scope="module")
def told(service: Whole) -> list[object]:
    """Whatever all tests of this file have sent."""
    return []


@pytest.mark.parametrize("name", FAULTS)
def test_what_was_acknowledged_counts_once(service: Whole, told: list[object], name: str) -> None:
    load = Load(service, senders=3)
    try:
        until(lambda: load.acknowledged() > 10, seconds=120)
        with FAULTS[name](service):
            sent = len(load.told)
            until(lambda: len(load.told) > sent + _SENT_MEANWHILE, seconds=300)
            if name in CLUSTER_IS_AWAY:
                until(lambda: 503 in load.reports, seconds=300)
        acknowledged = load.acknowledged()
        until(lambda: load.acknowledged() > acknowledged + 10, seconds=300)
    finally:
        load.end()
        told += load.told
    statuses = {each.status for each in load.told}
    assert statuses <= {202, 503, 0}
    if name in EVENTS_ARE_TAKEN:
        assert statuses == {202}
    assert set(load.reports) <= {200, 503, 429, 0}
    if name in HARMLESS:
        assert set(load.reports) <= {200, 429}
    until(lambda: service.waiting() == 0, seconds=300)
    assert wrong(service, told) == []  # type: ignore[arg-type]
