"""Access logs for tests: one that is made up, and a real one where there is one."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

BROWSERS = (
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/32.0.1700.107 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:27.0) Gecko/20100101 Firefox/27.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 7_0_4 like Mac OS X) AppleWebKit/537.51.1 (KHTML, like "
    "Gecko) Version/7.0 Mobile/11B554a Safari/9537.53",
)
BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "-",
)
PATHS = (
    "/",
    "/blog/",
    "/blog/a%20post",
    "/docs/install.html",
    "/style.css",
    "/logo.png",
    "/feed.xml",
)
REFERRERS = ("-", "http://www.google.com/search?q=x", "http://semicomplete.com/blog/")


def real_log() -> Path | None:
    """A real access log to run on, where the environment names one or one lies beside the tree."""
    beside = Path(__file__).parents[3] / "shared" / "data" / "apache_logs.gz"
    path = Path(os.environ.get("EZEE_ACCESS_LOG", beside))
    return path if path.is_file() else None


def made_up_log(lines: int = 2_000, seed: int = 7) -> list[str]:
    """Lines in Combined format: not in the order of time, some of them identical."""
    draw = random.Random(seed)
    start = datetime(2015, 5, 17, tzinfo=UTC)
    made: list[str] = []
    for _ in range(lines):
        if made and draw.random() < 0.05:
            made.append(draw.choice(made[-20:]))
            continue
        when = start + timedelta(seconds=draw.randrange(4 * 86_400))
        made.append(
            f"203.0.113.{draw.randrange(60)} - - [{when:%d/%b/%Y:%H:%M:%S} +0000] "
            f'"{draw.choice(("GET", "GET", "GET", "HEAD", "POST"))} {draw.choice(PATHS)} HTTP/1.1" '
            f"{draw.choice((200, 200, 200, 304, 206, 301, 404, 403, 500))} {draw.randrange(9999)} "
            f'"{draw.choice(REFERRERS)}" "{draw.choice(BROWSERS + BOTS)}"'
        )
    return made


def write_log(path: Path, lines: list[str], end: str = "\n") -> Path:
    """Write lines to a file; ``end`` follows the last one."""
    path.write_text("\n".join(lines) + end)
    return path
