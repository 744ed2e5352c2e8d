"""The same question from many at once is answered once for all of them.

Whoever asks what is being answered already waits for the next answer, together with all who do:
it is begun after the last of them has asked, so that each is told of every event before. However
many ask, one answer at a time is made to each question.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

_T = TypeVar("_T")


class Sharing:
    """Belongs to one event loop. As many answers are made at once, in threads, as are let."""

    def __init__(self, limiter: CapacityLimiter) -> None:
        self._limiter = limiter
        self._threads = CapacityLimiter(math.inf)
        self._made: dict[Hashable, asyncio.Task[Any]] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def ask(self, question: Hashable, answer: Callable[[], _T]) -> _T:
        """What ``answer`` returns or raises; it may be another's, who asks the same question."""
        task = self._next.get(question)
        if task is None:
            task = asyncio.create_task(self._answer(question, answer))
            task.add_done_callback(_take_note)
            self._next[question] = task
        # Others wait for it too, when one of them hangs up.
        shared: _T = await asyncio.shield(task)
        return shared

    async def _answer(self, question: Hashable, answer: Callable[[], _T]) -> _T:
        before = self._made.get(question)
        if before is not None:
            await asyncio.wait([before])
        # Until there is room for it, more may join.
        async with self._limiter:
            made = self._made[question] = self._next.pop(question)
            try:
                return await anyio.to_thread.run_sync(answer, limiter=self._threads)
            finally:
                if self._made[question] is made:
                    del self._made[question]


def _take_note(task: asyncio.Task[Any]) -> None:
    # Of a failure that nobody waits for any more, nobody has to be told.
    if not task.cancelled():
        task.exception()
