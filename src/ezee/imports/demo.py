"""An access log that is made up: what a small, lively site has seen, for a first look."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ezee.model.calendar import DAY

DAYS = 60
_VISITS_A_DAY = 90

_PAGES = {
    "/": 30, "/blog/": 12, "/blog/slow-bread": 14, "/blog/winter-garden": 9,
    "/blog/a-bicycle-for-life": 7, "/shop/": 8, "/shop/seeds": 5, "/shop/tools": 3,
    "/docs/getting-started": 8, "/about": 4, "/contact": 2,
}  # fmt: skip
_REFERRERS = {
    "-": 38, "https://www.google.com/": 24, "https://duckduckgo.com/": 5,
    "https://www.bing.com/": 4, "https://news.ycombinator.com/item?id=1": 5,
    "https://mastodon.social/@gardener": 4, "https://www.reddit.com/r/gardening/": 4,
    "https://chatgpt.com/": 3, "https://github.com/example/garden": 3,
    "https://en.wikipedia.org/wiki/Sourdough": 3, "https://www.facebook.com/": 3,
}  # fmt: skip
_CAMPAIGNS = {
    "": 92, "?utm_source=newsletter&utm_medium=email&utm_campaign=spring": 5,
    "?utm_source=google&utm_medium=cpc&utm_campaign=seeds": 3,
}  # fmt: skip
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
_AGENTS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36": 30,
    f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36": 22,
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_WEBKIT} Mobile/15E148 "
    "Safari/604.1": 20,
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15": 9,
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": 6,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0": 7,
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/138.0.0.0": 6,
}
# The beginnings of networks in Germany, the USA, France, Britain, Japan, Brazil and elsewhere.
_NETWORKS = {
    "84.128": 26, "73.15": 20, "90.12": 9, "86.130": 9, "126.45": 5, "177.32": 5, "83.84": 5,
    "85.0": 5, "80.108": 5, "79.20": 4, "88.1": 4, "81.224": 3,
}  # fmt: skip


def made_up_lines(now: int, seed: int = 2003) -> Iterator[str]:
    """Lines in Combined format of the days before ``now`` (milliseconds UTC), in their order."""
    draw = random.Random(seed)  # noqa: S311 - nobody guesses anything by it
    lines: list[tuple[int, str]] = []
    for day in range(DAYS, 0, -1):
        start = now - day * DAY
        for _ in range(_visits(draw, day, start)):
            lines += _visit(draw, start)
    # What lies ahead has not happened.
    for at, line in sorted(lines):
        if at < now:
            yield line


def _visits(draw: random.Random, day: int, start: int) -> int:
    """More from week to week, fewer at weekends, and one day on which somebody linked to it."""
    weekday = datetime.fromtimestamp(start / 1000, UTC).weekday()
    growth = 1 + 0.6 * (DAYS - day) / DAYS
    weekend = 0.7 if weekday >= 5 else 1.0
    linked = 2.6 if day == 17 else 1.0
    return round(_VISITS_A_DAY * growth * weekend * linked * draw.uniform(0.85, 1.15))


def _visit(draw: random.Random, start: int) -> Iterator[tuple[int, str]]:
    address = f"{_pick(draw, _NETWORKS)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"
    agent = _pick(draw, _AGENTS)
    # Most in the afternoon and evening.
    hour = min(23.99, max(0.0, draw.gauss(15, 4.5)))
    at = start - start % DAY + DAY + round(hour * 3_600_000)
    referrer, query = _pick(draw, _REFERRERS), _pick(draw, _CAMPAIGNS)
    for _ in range(1 + min(8, math.floor(draw.expovariate(0.9)))):
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
        path = f"{_pick(draw, _PAGES)}{query}"
        yield (
            at,
            f"{address} - - [{when:%d/%b/%Y:%H:%M:%S} +0000] "
            f'"GET {path} HTTP/1.1" 200 5120 "{referrer}" "{agent}"',
        )
        at += draw.randrange(8_000, 240_000)
        referrer, query = "https://demo.example/", ""


def _pick(draw: random.Random, weighted: dict[str, int]) -> str:
    return draw.choices([*weighted], weights=[*weighted.values()])[0]
