"""The same question from many at once is answered once for all of them.

Who asks alone is told of every event before. While an answer is being made, whoever asks the same
takes the one that was made last or the one that is being made, if its making began within half a
second; else that of the next, which all who come meanwhile share, and which is begun after the last
of them has asked. However many ask, one answer at a time is made to each question.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

_T = TypeVar("_T")


class _Making(NamedTuple):
    """An answer that is being made, or was; ``began`` is by the loop's clock, in seconds."""

    began: float
    task: asyncio.Task[Any]


class Sharing:
    """Belongs to one event loop. As many answers are made at once, in threads, as are let.

    Where many ask at once, an answer tells of every event until ``age`` seconds before it was asked
    for.
    """

    def __init__(self, limiter: CapacityLimiter, age: float = 0.5) -> None:
        self._limiter = limiter
        self._age = age
        self._threads = CapacityLimiter(math.inf)
        self._made: dict[Hashable, _Making] = {}
        self._making: dict[Hashable, _Making] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def ask(self, question: Hashable, answer: Callable[[], _T]) -> _T:
        """What ``answer`` returns or raises; it may be another's, who asks the same question."""
        # Others wait for it too, when one of them hangs up.
        shared: _T = await asyncio.shield(self._fresh(question) or self._upcoming(question, answer))
        return shared

    def _fresh(self, question: Hashable) -> asyncio.Task[Any] | None:
        """An answer that is new enough, where another is at work already."""
        making = self._making.get(question)
        if making is None:
            return None
        since = asyncio.get_running_loop().time() - self._age
        choice = (self._made.get(question, making), making)
        return next((each.task for each in choice if each.began >= since), None)

    def _upcoming(self, question: Hashable, answer: Callable[[], Any]) -> asyncio.Task[Any]:
        task = self._next.get(question)
        if task is None:
            task = asyncio.create_task(self._answer(question, answer))
            task.add_done_callback(_take_note)
            self._next[question] = task
        return task

    async def _answer(self, question: Hashable, answer: Callable[[], _T]) -> _T:
        before = self._making.get(question)
        if before is not None:
            await asyncio.wait([before.task])
        # Until there is room for it, more may join.
        async with self._limiter:
            making = _Making(asyncio.get_running_loop().time(), self._next.pop(question))
            self._making[question] = making
            try:
                told = await anyio.to_thread.run_sync(answer, limiter=self._threads)
                self._keep(question, making)
            finally:
                if self._making[question] is making:
                    del self._making[question]
        return told

    def _keep(self, question: Hashable, made: _Making) -> None:
        """Have an answer at hand for as long as it is new enough."""
        self._made[question] = made
        loop = asyncio.get_running_loop()
        loop.call_at(made.began + self._age, self._forget, question, made)

    def _forget(self, question: Hashable, made: _Making) -> None:
        if self._made.get(question) is made:
            del self._made[question]


def _take_note(task: asyncio.Task[Any]) -> None:
    # Of a failure that nobody waits for any more, nobody has to be told.
    if not task.cancelled():
        task.exception()
