"""A day's traffic of every kind that the service knows, and of some that it refuses.

Nobody comes twice: each visitor has an address and an agent that were never sent before, and all
that were sent are remembered, whatever the service made of them.
"""

from __future__ import annotations

import itertools
import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from ezee.model.calendar import utc_text
from tests.privacy.timed import TimedService
from tests.privacy.traces import Needles, of_address, of_text, together
from tests.support.service import Account

# Each has a place for a mark, which no other agent has.
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; {}) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; {}; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X; {}) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; {} Build/UQ1A) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
)
BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; {}; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; {})",
    "curl/8.5.0 ({})",
    "python-requests/2.32.3 (+https://{}.example/contact; me@{}.example)",
    "Mozilla/5.0 (X11; Linux x86_64; {}) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/126.0.0.0 Safari/537.36",
)
ODD = (
    "{}",
    "{}-crawler/1.0",
    "bot{}",
    "Mozilla/5.0 ({}) \xe9\xff\x80",
    "Mozilla/5.0 ({}" + "; x" * 700 + ")",
    "Mozilla/5.0 (Windows NT 10.0; '\";drop table events;-- {})",
)
MINUTE = 60_000


class Visitor(NamedTuple):
    """An address and an agent."""

    address: str
    agent: str


@dataclass
class Traffic:
    """Sends to the trackers of a service, and remembers what it sent and was answered."""

    service: TimedService
    owner: Account
    site_ids: list[str]
    sent: list[Visitor] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def visitor(self, template: str = BROWSERS[0], kind: str = "4") -> Visitor:
        """Somebody new, of IPv4, of IPv6 or of one within the other."""
        number = next(self._numbers)
        four = IPv4Address(f"{145 + number % 40}.{200 + number // 250}.{number % 250}.77")
        six = IPv6Address(0x2A028109_B0C00000_00000000_00000000 + (number << 64) + 0x7E57 + number)
        address = {"4": str(four), "6": str(six), "mapped": f"::ffff:{four}"}[kind]
        made = Visitor(address, template.replace("{}", f"mark{number:05d}q"))
        self.sent.append(made)
        return made

    def needles(self) -> Needles:
        """All that must not be found: a crawler's name is no secret, the rest of its agent is."""
        addresses = [of_address(each.address.removeprefix("::ffff:")) for each in self.sent]
        agents = [of_text(*_words(each.agent)) for each in self.sent]
        return together([*addresses, *agents, of_text("Mozilla/")])

    def hour(self) -> None:
        """One of each kind."""
        with httpx.Client(base_url=self.service.url, timeout=30) as client:
            for kind in _KINDS:
                kind(self, client)
        for site_id, template in itertools.product(self.site_ids, BROWSERS[:2]):
            self.direct(site_id, template)
        self.broken_requests()

    def ask(
        self, client: httpx.Client, method: str, path: str, visitor: Visitor, **more: Any
    ) -> httpx.Response:
        """One request of a visitor's, by way of a proxy that is believed."""
        headers = {
            "x-forwarded-for": visitor.address,
            "user-agent": visitor.agent.encode("latin-1"),
            **more.pop("headers", {}),
        }
        answer = client.request(method, path, headers=headers, **more)
        self.answers[answer.status_code] += 1
        return answer

    def collect(
        self, client: httpx.Client, visitor: Visitor, body: Any, query: str = "", **more: Any
    ) -> httpx.Response:
        """One POST to ``collect``."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json", **more.pop("headers", {})}
        path = f"/api/public/collect{query}"
        return self.ask(client, "POST", path, visitor, content=content, headers=headers, **more)

    def direct(self, site_id: str, template: str) -> None:
        """From an address of its own, and with a claim to another that is not believed."""
        claimed, number = self.visitor(template), next(self._numbers)
        own = Visitor(f"127.77.{number // 250}.{number % 250}", claimed.agent)
        self.sent.append(own)
        transport = httpx.HTTPTransport(local_address=own.address)
        with httpx.Client(base_url=self.service.url, transport=transport) as client:
            self.collect(client, claimed, {"site_id": site_id, "url": "/direct"})

    def broken_requests(self) -> None:
        """What is no HTTP, what is cut off, and what is far too long."""
        for start in ("GET / HTTP/9.9", "BREW /pot", "POST /api/public/collect HTTP/1.1"):
            for ending in (
                "\r\n\r\n",
                "\r\ncontent-length: 500\r\n\r\n{",
                "\r\nx: " + "y" * 70_000,
            ):
                visitor = self.visitor()
                head = f"{start}\r\nhost: x\r\nx-forwarded-for: {visitor.address}\r\n"
                self.shout(f"{head}user-agent: {visitor.agent}{ending}".encode())

    def shout(self, content: bytes) -> None:
        """Send bytes and hang up."""
        target = urlsplit(self.service.url)
        with socket.create_connection((target.hostname, target.port), timeout=10) as line:
            try:
                line.sendall(content)
                line.shutdown(socket.SHUT_WR)
                line.recv(4096)
            except OSError:
                pass  # It hung up first, which is an answer too.


Kind = Callable[[Traffic, httpx.Client], None]


def _events(traffic: Traffic, client: httpx.Client) -> None:
    for site_id, template in itertools.product(traffic.site_ids, BROWSERS):
        for kind in ("4", "6", "mapped"):
            body = {
                "site_id": site_id,
                "url": "/a?utm_source=x",
                "referrer": "https://duck.example",
            }
            traffic.collect(client, traffic.visitor(template, kind), body)
        visitor = traffic.visitor(template)
        for name in ("pageview", "buy", "engagement"):
            traffic.collect(client, visitor, {"site_id": site_id, "url": "/b", "name": name})


def _chains(traffic: Traffic, client: httpx.Client) -> None:
    """Several addresses, of which the last that is not trusted counts."""
    for site_id in traffic.site_ids:
        claimed, real = traffic.visitor(), traffic.visitor(kind="6")
        chain = {"x-forwarded-for": f"{claimed.address}, {real.address}, 127.0.0.1"}
        traffic.collect(client, real, {"site_id": site_id, "url": "/"}, headers=chain)


def _wishes(traffic: Traffic, client: httpx.Client) -> None:
    hints = {"sec-ch-ua": '"Chromium";v="126", "Google Chrome";v="126"', "sec-ch-ua-mobile": "?0"}
    for headers in ({"dnt": "1"}, {"sec-gpc": "1"}, {"cookie": "ezee_opt_out=1"}, hints):
        body = {"site_id": traffic.site_ids[0], "url": "/wish"}
        traffic.collect(client, traffic.visitor(), body, headers=headers)


def _batches(traffic: Traffic, client: httpx.Client) -> None:
    """Late ones, disordered, one twice, one that is wrong and one of no tracker."""
    now = traffic.service.now
    for site_id, kind in itertools.product(traffic.site_ids, ("4", "6")):
        events: list[Any] = [
            {"site_id": site_id, "url": f"/{late}", "timestamp": utc_text(now - late * MINUTE)}
            for late in (0, 600, 5, 1439, 300)
        ]
        events += [{"site_id": site_id, "url": "/twice", "id": f"{now}"}] * 2
        events += [{"site_id": site_id, "url": 5}, {"site_id": "ezi_000000000000", "url": "/"}]
        traffic.collect(client, traffic.visitor(kind=kind), {"events": events})


def _bots(traffic: Traffic, client: httpx.Client) -> None:
    for site_id, template in itertools.product(traffic.site_ids, (*BOTS, *ODD)):
        traffic.collect(client, traffic.visitor(template), {"site_id": site_id, "url": "/bot"})


def _servers(traffic: Traffic, client: httpx.Client) -> None:
    """Events that the owner sends for visitors, in time, a month late, and without the right."""
    token = {"authorization": f"Bearer {traffic.owner.token}"}
    now = traffic.service.now
    for late, kind, headers in itertools.product((0, 30 * 1440), ("4", "6"), (token, {})):
        visitor, sender = traffic.visitor(BROWSERS[1], kind), traffic.visitor(BOTS[3])
        event = {
            "site_id": traffic.site_ids[0],
            "url": "/server",
            "client_ip": visitor.address,
            "user_agent": visitor.agent,
            "timestamp": utc_text(now - late * MINUTE),
        }
        for body in (event, {"events": [event]}):
            traffic.collect(client, sender, body, headers=headers)


def _explained(traffic: Traffic, client: httpx.Client) -> None:
    for template in (BROWSERS[0], BOTS[0]):
        body = {"site_id": traffic.site_ids[0], "url": "/why"}
        traffic.collect(client, traffic.visitor(template, "6"), body, "?explain=1")


def _pixels(traffic: Traffic, client: httpx.Client) -> None:
    for site_id in (*traffic.site_ids, "nonsense"):
        path = f"/api/public/collect?site_id={site_id}&url=/pixel"
        traffic.ask(client, "GET", path, traffic.visitor(BROWSERS[2]))


def _mistakes(traffic: Traffic, client: httpx.Client) -> None:
    """Bodies that are not JSON, too large, of another type, or about no tracker."""
    good = {"site_id": traffic.site_ids[0], "url": "/"}
    bodies: list[Any] = [b"{", b"[]", b"\xff", {"url": "/"}, {**good, "url": "x\0"}, {"events": 1}]
    for body in bodies:
        traffic.collect(client, traffic.visitor(), body)
    traffic.collect(client, traffic.visitor(), b"[" * 100_000)
    traffic.collect(client, traffic.visitor(), b" " * ((1 << 20) + 1))
    traffic.collect(client, traffic.visitor(), good, headers={"content-type": "text/html"})
    traffic.collect(client, traffic.visitor(), good, headers={"authorization": "Bearer nonsense"})
    traffic.collect(client, traffic.visitor(), {**good, "site_id": "ezi_000000000000"})


def _readers(traffic: Traffic, client: httpx.Client) -> None:
    """Stats, pages, and what is not there or not allowed."""
    site_id = traffic.site_ids[0]
    for path in (
        *("/", "/openapi.json", "/nothing", "/api/v1/trackers", "/api/nothing", "/%00%ff"),
        f"/api/public/stats?site_id={site_id}",
        f"/api/public/stats?site_id={site_id}&period=x",
    ):
        for kind in ("4", "6"):
            traffic.ask(client, "GET", path, traffic.visitor(kind=kind))
    traffic.ask(client, "DELETE", "/api/public/collect", traffic.visitor())


def _floods(traffic: Traffic, client: httpx.Client) -> None:
    """More than an address may send."""
    for kind in ("4", "6"):
        visitor = traffic.visitor(kind=kind)
        flood = {"events": [{"site_id": traffic.site_ids[0], "url": "/flood"}] * 60}
        for _ in range(2):
            traffic.collect(client, visitor, flood)


_KINDS: tuple[Kind, ...] = (
    *(_events, _chains, _wishes, _batches, _bots, _servers, _explained, _pixels, _mistakes),
    *(_readers, _floods),
)


def _words(agent: str) -> Iterator[str]:
    """The agent as it was sent, its mark, and how it may have been decoded."""
    yield agent
    yield agent[agent.index("mark") :][:10]
    yield agent.encode("latin-1").decode("utf-8", "backslashreplace")
