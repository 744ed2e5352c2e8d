"""Load on one address from a process of its own: prepared requests over raw sockets.

``python -m bench.load PORT SITE_ID CONNECTIONS SECONDS`` prints one JSON object. Each connection
sends its next request when the last is answered, so what is measured is the service and not a
queue in front of it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

import msgspec
import uvloop

_PAGES, _AGENTS, _REQUESTS = 2_000, 3_000, 5_000
_REFERRERS = (
    "",
    "https://www.google.com/",
    "https://news.ycombinator.com/item?id=1",
    "https://a.example/",
)
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{}.0.{}.0 Safari/537.36"
)
_ACCEPTED = b"HTTP/1.1 202 "


class Measured(msgspec.Struct, frozen=True):
    """What one run saw. Latencies are milliseconds."""

    accepted: int
    failed: int
    seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        """Accepted pageviews a second."""
        return self.accepted / self.seconds


class _Connection(asyncio.Protocol):
    """Sends, waits for the whole answer, sends again."""

    def __init__(self, requests: list[bytes], until: float) -> None:
        self._requests = requests
        self._next = random.randrange(len(requests))
        self._until = until
        self._received = b""
        self._sent_at = 0.0
        self.latencies: list[float] = []
        self.failed = 0
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not _is_whole(self._received):
            return
        now = time.perf_counter()
        self.latencies.append(now - self._sent_at)
        if not self._received.startswith(_ACCEPTED):
            self.failed += 1
        self._received = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.closed.set_result(None)

    def _send(self) -> None:
        self._next = (self._next + 1) % len(self._requests)
        self._sent_at = time.perf_counter()
        self._transport.write(self._requests[self._next])  # type: ignore[attr-defined]


def _is_whole(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    _, _, rest = head.lower().partition(b"content-length:")
    return len(body) >= int(rest.split(b"\r\n", 1)[0])


def prepare(site_id: str) -> list[bytes]:
    """Pageviews of many pages and visitors, each a whole HTTP request."""
    chance = random.Random(1)
    return [_request(site_id, chance) for _ in range(_REQUESTS)]


def _request(site_id: str, chance: random.Random) -> bytes:
    agent = AGENT.format(100 + chance.randrange(30), chance.randrange(_AGENTS // 30))
    return pageview(site_id, agent, chance)


def pageview(site_id: str, agent: str, chance: random.Random) -> bytes:
    """One of the pages, seen with that agent: a whole HTTP request."""
    event = {
        "site_id": site_id,
        "url": f"https://example.com/articles/{chance.randrange(_PAGES)}?utm_source=letter",
        "referrer": chance.choice(_REFERRERS),
        "title": "An article about something",
        "screen_width": chance.choice((390, 768, 1440, 1920)),
        "language": chance.choice(("en-GB", "de-DE", "fr")),
    }
    body = msgspec.json.encode(event)
    head = (
        "POST /api/public/collect HTTP/1.1\r\nHost: localhost\r\n"
        f"User-Agent: {agent}\r\nAccept: */*\r\nAccept-Language: en\r\n"
        "Origin: https://example.com\r\nReferer: https://example.com/\r\n"
        f"Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def measure(port: int, site_id: str, connections: int, seconds: float) -> Measured:
    """Keep so many connections busy for so long."""
    loop = asyncio.get_running_loop()
    requests = prepare(site_id)
    began = time.perf_counter()
    made = await asyncio.gather(
        *(
            loop.create_connection(
                lambda: _Connection(requests, began + seconds), "127.0.0.1", port
            )
            for _ in range(connections)
        )
    )
    protocols = [protocol for _, protocol in made]
    await asyncio.gather(*(protocol.closed for protocol in protocols))
    took = time.perf_counter() - began
    latencies = sorted(each for protocol in protocols for each in protocol.latencies)
    failed = sum(protocol.failed for protocol in protocols)
    return Measured(
        accepted=len(latencies) - failed,
        failed=failed,
        seconds=took,
        p50=latencies[len(latencies) // 2] * 1000,
        p99=latencies[len(latencies) * 99 // 100] * 1000,
    )


def main() -> None:
    port, site_id, connections, seconds = sys.argv[1:]
    result = uvloop.run(measure(int(port), site_id, int(connections), float(seconds)))
    sys.stdout.buffer.write(msgspec.json.encode(result))


if __name__ == "__main__":
    main()
