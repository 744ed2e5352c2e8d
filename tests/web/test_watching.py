"""One feed for all who watch, and what it says when the store cannot answer."""

from __future__ import annotations

import asyncio

import pytest

from ezee.errors import Unavailable
from ezee.web import watching
from ezee.web.watching import Feed, Sight


def test_a_store_that_is_away_is_told_and_that_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "_PAUSE", 0)
    seen: list[Sight | Exception] = [Sight(None, b"a"), Unavailable(), OSError()]
    answers = iter([*seen, Sight(None, b"a")])
    told: list[tuple[bytes, bool]] = []

    async def look() -> Sight:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def watch() -> None:
        feed = Feed(look)
        news = asyncio.Event()
        feed.watchers.add(news)
        running = asyncio.create_task(feed.run())
        while len(told) < 3:
            await news.wait()
            news.clear()
            assert feed.sight is not None
            told.append((feed.sight.event, feed.away))
        feed.watchers.clear()
        running.cancel()

    asyncio.run(asyncio.wait_for(watch(), 60))
    assert told == [(b"a", False), (b"a", True), (b"a", False)]
