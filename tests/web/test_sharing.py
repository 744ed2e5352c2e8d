"""One answer for all who ask the same at once, and none of them told of too little."""

from __future__ import annotations

import asyncio
import threading

import pytest
from anyio import CapacityLimiter

from ezee.web.sharing import Sharing

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Counter:
    """Answers how often it was asked, once it is let; tells when that was often enough."""

    def __init__(self, often: int = 1, begun: int = 0) -> None:
        self.begun = begun
        self._often = often
        self._enough = threading.Event()
        self.let = threading.Event()

    async def enough(self) -> None:
        assert await asyncio.to_thread(self._enough.wait, 10)

    def answer(self) -> int:
        self.begun += 1
        mine = self.begun
        if mine == self._often:
            self._enough.set()
        assert self.let.wait(10)
        return mine


async def test_who_asks_alone_is_told_of_everything_before() -> None:
    sharing, counter = Sharing(CapacityLimiter(4), age=60), Counter()
    counter.let.set()
    assert [await sharing.ask("q", counter.answer) for _ in range(3)] == [1, 2, 3]


async def test_who_comes_meanwhile_is_told_what_is_new_enough() -> None:
    sharing, counter, later = Sharing(CapacityLimiter(4), age=60), Counter(), Counter(2, begun=1)
    first = [asyncio.create_task(sharing.ask("q", counter.answer)) for _ in range(3)]
    await counter.enough()
    first.append(asyncio.create_task(sharing.ask("q", counter.answer)))
    counter.let.set()
    assert set(await asyncio.gather(*first)) == {1}
    second = asyncio.create_task(sharing.ask("q", later.answer))
    await later.enough()
    # While it is at work the last answer is at hand.
    assert await sharing.ask("q", later.answer) == 1
    later.let.set()
    assert await second == 2


async def test_an_answer_grows_too_old() -> None:
    sharing, counter = Sharing(CapacityLimiter(4), age=0.05), Counter(2, begun=1)
    assert await sharing.ask("q", lambda: 1) == 1
    second = asyncio.create_task(sharing.ask("q", counter.answer))
    await counter.enough()
    await asyncio.sleep(0.1)
    # By now that one has begun too long ago as well.
    third = asyncio.create_task(sharing.ask("q", counter.answer))
    await asyncio.sleep(0)
    counter.let.set()
    assert set(await asyncio.gather(second, third)) == {2, 3}


async def test_a_failure_is_not_told_again() -> None:
    sharing, counter = Sharing(CapacityLimiter(4), age=60), Counter()

    def fail() -> int:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        await sharing.ask("q", fail)
    first = asyncio.create_task(sharing.ask("q", counter.answer))
    await counter.enough()
    second = asyncio.create_task(sharing.ask("q", counter.answer))
    counter.let.set()
    assert [await first, await second] == [1, 1]


async def test_all_who_come_too_late_for_that_are_told_together() -> None:
    sharing, counter = Sharing(CapacityLimiter(4), age=0), Counter()
    first = asyncio.create_task(sharing.ask("q", counter.answer))
    await counter.enough()
    others = [asyncio.create_task(sharing.ask("q", counter.answer)) for _ in range(50)]
    await asyncio.sleep(0.02)
    # Theirs is not begun before they have all asked, nor beside the first.
    assert counter.begun == 1
    counter.let.set()
    assert await first == 1
    assert await asyncio.gather(*others) == [2] * 50
    assert await sharing.ask("q", counter.answer) == 3


async def test_different_questions_do_not_wait_for_each_other() -> None:
    sharing, slow, fast = Sharing(CapacityLimiter(4)), Counter(), Counter()
    waiting = asyncio.create_task(sharing.ask("slow", slow.answer))
    fast.let.set()
    assert await sharing.ask("fast", fast.answer) == 1
    slow.let.set()
    assert await waiting == 1


async def test_there_are_no_more_at_once_than_are_let() -> None:
    sharing, counter = Sharing(CapacityLimiter(2)), Counter(2)
    asked = [asyncio.create_task(sharing.ask(at, counter.answer)) for at in range(5)]
    await counter.enough()
    await asyncio.sleep(0.02)
    assert counter.begun == 2
    # Who comes while there is no room joins.
    asked.append(asyncio.create_task(sharing.ask(4, counter.answer)))
    await asyncio.sleep(0)
    counter.let.set()
    await asyncio.gather(*asked)
    assert counter.begun == 5


async def test_a_failure_is_told_to_all_and_ends_nothing() -> None:
    sharing = Sharing(CapacityLimiter(1))

    def fail() -> None:
        raise ValueError

    asked = [asyncio.create_task(sharing.ask("q", fail)) for _ in range(3)]
    assert [type(each) for each in await asyncio.gather(*asked, return_exceptions=True)] == [
        ValueError
    ] * 3
    assert await sharing.ask("q", lambda: 1) == 1


async def test_others_are_told_though_one_hangs_up() -> None:
    sharing, counter = Sharing(CapacityLimiter(1)), Counter()
    one, other = (asyncio.create_task(sharing.ask("q", counter.answer)) for _ in range(2))
    await counter.enough()
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one
    counter.let.set()
    assert await other == 1
