"""Where the store cannot answer, a counter shows the last number that it knew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from anyio import CapacityLimiter

from ezee.counters.current import CurrentNumbers
from ezee.counters.pictures import Pictures
from ezee.counters.viewing import Views
from ezee.errors import Unavailable
from ezee.events.collector import Collector
from ezee.events.committer import GroupCommit
from ezee.events.surroundings import Surroundings
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.rules import SiteRules
from ezee.model.site import ReadableSite, SiteConfig
from ezee.store.base import Batch
from ezee.store.salts import Salts
from ezee.web.counters.counter import CounterHandler
from tests.support.clock import FakeClock
from tests.support.events import NOON, SITE_ID, PatientStore, event, site
from tests.support.service import BROWSER


class FragileStore(PatientStore):
    """Fails while it is ``broken``."""

    broken = False

    def append(self, batch: Batch) -> list[int]:
        self._check()
        return super().append(batch)

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        self._check()
        return super().query(site, query)

    def _check(self) -> None:
        if self.broken:
            raise Unavailable


class OneSite:
    """A directory with one tracker in it, or one that cannot be read."""

    broken = False

    def find(self, site_id: str) -> SiteConfig | None:
        if self.broken:
            raise RuntimeError
        return site(rules=SiteRules(counter=True)) if site_id == SITE_ID else None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FragileStore]:
    opened = FragileStore(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who look wait however slow the machine is."""
    monkeypatch.setattr("ezee.counters.current._PATIENCE", 60)
    monkeypatch.setattr("ezee.counters.viewing._PATIENCE", 60)


def test_the_last_number_stays_and_views_are_not_counted(
    store: FragileStore, tmp_path: Path
) -> None:
    clock, sites = FakeClock(NOON), OneSite()
    store.append(Batch([event()] * 3))

    async def look() -> list[str]:
        salts = Salts(tmp_path)
        commit = GroupCommit(store, salts)
        collector = Collector(sites, Surroundings(salts), store, commit, clock)
        handler = CounterHandler(
            sites,  # type: ignore[arg-type]
            CurrentNumbers(store, CapacityLimiter(1), clock),
            Pictures(clock),
            Views(collector, clock),
        )
        transport = httpx.ASGITransport(app=handler)  # type: ignore[arg-type]
        seen = []
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", headers={"user-agent": BROWSER}
        ) as client:

            async def see(query: str = "") -> None:
                answer = await client.get(f"/counter/{SITE_ID}.svg{query}")
                assert answer.status_code == 200
                seen.append(answer.text.partition("<title>")[2].partition("</title>")[0])
                clock.advance(60)

            await see()
            store.broken = True
            await see()
            await see("?count=1")
            await see("?metric=visitors")
            store.broken = False
            await see("?count=1")
            sites.broken = True
            await see()
        await commit.close()
        return seen

    assert asyncio.run(look()) == ["3", "3", "3", "unknown", "4", "unknown"]
