"""Events that are gathered: nobody waits, nothing is lost that can be kept, and all is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from ezee_client import (
    AsyncBatcher,
    Batcher,
    Collected,
    Event,
    EzeeError,
    InvalidRequest,
    awaiting,
    batching,
)
from ezee_client.batching import Gathered

GOOD = Collected(accepted=1, dropped=[])
AWAY = EzeeError("away", status=503)
WRONG = InvalidRequest("wrong", status=400)


def event(number: int) -> Event:
    return Event("ezi_000000000001", f"/{number}")


class Sink:
    """Takes batches; fails first with what it is given, and holds on while it is shut."""

    def __init__(self, *failures: EzeeError) -> None:
        self.failures = list(failures)
        self.batches: list[list[str | None]] = []
        self.open = threading.Event()
        self.open.set()

    def send(self, *events: Event) -> Collected:
        self.open.wait(30)
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append([each.url for each in events])
        return GOOD

    async def send_later(self, *events: Event) -> Collected:
        await asyncio.sleep(0)
        return self.send(*events)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "_PAUSE_AFTER_FAILURE", 0.01)
    monkeypatch.setattr(awaiting, "_PAUSE_AFTER_FAILURE", 0.01)


def test_events_are_sent_together_and_in_their_order() -> None:
    sink = Sink()
    batcher = Batcher(sink.send, size=3, seconds=60)
    batcher.add(*map(event, range(7)))
    assert batcher.close(30)
    assert sink.batches == [["/0", "/1", "/2"], ["/3", "/4", "/5"], ["/6"]]
    with pytest.raises(RuntimeError):
        batcher.add(event(8))
    assert batcher.close(30)


def test_a_few_are_sent_after_a_while() -> None:
    sink = Sink()
    batcher = Batcher(sink.send, seconds=0.01)
    batcher.add(event(0))
    for _ in range(3000):
        if sink.batches:
            break
        threading.Event().wait(0.01)
    assert sink.batches == [["/0"]]
    batcher.close()


def test_adding_never_waits_and_the_oldest_give_way() -> None:
    sink = Sink()
    sink.open.clear()
    batcher = Batcher(sink.send, size=1, seconds=0, waiting=3)
    batcher.add(event(0))
    assert not batcher.flush(0.2)
    batcher.add(*map(event, range(1, 6)))
    assert batcher.lost == 2
    sink.open.set()
    assert batcher.close(30)
    assert sink.batches == [["/0"], ["/3"], ["/4"], ["/5"]]


def test_a_failure_that_may_pass_keeps_events_and_any_other_costs_them() -> None:
    told: list[tuple[str, int]] = []

    def tell(error: EzeeError, gone: Sequence[Event]) -> None:
        told.append((error.message, len(gone)))

    sink = Sink(AWAY, AWAY, WRONG)
    batcher = Batcher(sink.send, size=2, seconds=0, on_error=tell)
    batcher.add(event(0), event(1), event(2))
    assert batcher.close(30)
    assert sink.batches == [["/2"]]
    assert told == [("away", 0), ("away", 0), ("wrong", 2)]
    assert batcher.lost == 2


def test_closing_ends_though_the_service_stays_away() -> None:
    sink = Sink(*[AWAY] * 100_000)
    batcher = Batcher(sink.send, seconds=0)
    batcher.add(event(0))
    assert not batcher.close(0.2)


def test_events_are_sent_from_an_event_loop() -> None:
    async def run() -> tuple[bool, int]:
        batcher = AsyncBatcher(sink.send_later, size=2, seconds=60)
        batcher.add(*map(event, range(5)))
        return await batcher.close(30), batcher.lost

    sink = Sink(AWAY, WRONG)
    assert asyncio.run(run()) == (True, 2)
    assert sink.batches == [["/2", "/3"], ["/4"]]


def test_an_event_loop_sends_a_few_after_a_while() -> None:
    async def run() -> None:
        async with AsyncBatcher(sink.send_later, seconds=0.01) as batcher:
            batcher.add(event(0))
            for _ in range(3000):
                if sink.batches:
                    break
                await asyncio.sleep(0.01)
            assert sink.batches == [["/0"]]
            assert await batcher.flush()

    sink = Sink()
    asyncio.run(run())


def test_what_is_kept_stays_within_its_limit() -> None:
    gathered = Gathered({"waiting": 3, "size": 2})
    for number in range(2):
        gathered.add(event(number))
    taken = gathered.take()
    for number in range(2, 4):
        gathered.add(event(number))
    assert gathered.put_back(taken, AWAY)
    assert gathered.lost == 1
    assert [each.url for each in (*gathered.take(), *gathered.take())] == ["/1", "/2", "/3"]
