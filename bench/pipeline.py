"""``python -m bench.pipeline``: what an event costs between the wire and the store, in µs.

Pageviews are read from JSON, made a draft, taken through every step of the pipeline and finished:
on one core, in this process, without a server and without a disk. There are two kinds of them.

new        addresses, agents, pages and referrers that were never seen before: no cache helps
returning  the same visitors, pages and referrers again and again, as most pageviews are

Caches are as full as those of a service that has run for a while, the garbage collector is set as a
service sets it, and no result is kept longer than a service keeps one. What is counted is this
process's own time on the processor: others on the same machine make it more by what they push out
of its caches, and by nothing else.

"json alone" is the yardstick: msgspec reads the same bytes into the same type, and no more. "whole
event" is timed in one go. Each of the parts below it is timed by itself over all events; there the
processor's caches serve it better, so the parts sum to less than the whole. Medians of several
rounds are printed.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ezee.events.bots import declared
from ezee.events.client_hints import NO_HINTS
from ezee.events.collector import plain_address
from ezee.events.draft import Draft
from ezee.events.payload import Judged, Payload, read_body
from ezee.events.pipeline import Drop, read_event
from ezee.events.steps import agent, source
from ezee.events.steps.bot import is_too_fast, verdict_of
from ezee.events.steps.dropping import reason_to_drop
from ezee.events.steps.language import language_of
from ezee.events.steps.page import read_page
from ezee.events.steps.place import place_of
from ezee.events.steps.screen import screen_of
from ezee.events.steps.time import instant_of
from ezee.events.steps.visitor import visitor_of
from ezee.events.surroundings import Surroundings, surroundings_of
from ezee.events.url import Url
from ezee.model.calendar import local_hour
from ezee.model.event import Bot, Event
from ezee.model.site import SiteConfig
from ezee.settings import read_settings
from ezee.store.salts import Salts

T = TypeVar("T")

_VISITORS, _PAGES, _REFERRERS = 3_000, 2_000, 200
_CACHED = 20_000
_BEGAN, _APART = 1_790_000_000_000, 20
_SITE = SiteConfig("ezi_00000000000a", "example.com", "Europe/Berlin", (), True, "owner")
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{0}.0.{1}.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{0}.0.{1}.0 Safari/537.36 Edg/{0}.0.{1}.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.{1}) Gecko/20100101 Firefox/{0}.{1}",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{1} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.{1} Mobile/15E{0} Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; SM-S{0}B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.{1}.0 Mobile Safari/537.36",
)
_JSON, _WHOLE = "json alone", "whole event"
# The rest is the row that is stored, and names, titles and sums.
_STEPS: dict[str, Callable[[Halfway], object]] = {
    "time": lambda each: local_hour(instant_of(each.draft), _SITE.timezone),
    "page": lambda each: read_page(each.draft.payload.url, _SITE.rules.page_rules),
    "place": lambda each: place_of(each.draft),
    "dropping": lambda each: reason_to_drop(each.draft, each.day, "example.com", "/a", "DE"),
    "agent": lambda each: agent.told_of(each.draft.user_agent, NO_HINTS),
    "source": lambda each: source.origin_of(each.draft, each.url),
    "verdict": lambda each: verdict_of(each.draft, each.told, each.told.hints, each.referrer),
    "visitor": lambda each: visitor_of(each.draft, each.day),
    "rate": lambda each: is_too_fast(each.draft, each.visitor),
    "screen": lambda each: screen_of(each.draft.payload.screen_width),
    "language": lambda each: language_of(each.draft.payload.language),
    "all steps": lambda each: read_event(each.draft),
}
_console = Console()


class Sent(NamedTuple):
    """One pageview as it comes in; ``at`` is when, in ms UTC."""

    at: int
    body: bytes
    address: str
    user_agent: str


class Halfway(NamedTuple):
    """A draft, and what the steps need of each other."""

    draft: Draft
    day: int
    url: Url
    told: agent.Told
    referrer: str
    visitor: int


class Costs:
    """What each part cost an event, in µs, once a round."""

    def __init__(self) -> None:
        self._rounds: dict[str, list[float]] = {}

    def time(self, part: str, work: Callable[[T], object], items: Sequence[T]) -> None:
        """Do the work on each item, and keep nothing of what comes of it."""
        began = time.process_time()
        for item in items:
            work(item)
        took = time.process_time() - began
        self._rounds.setdefault(part, []).append(took / len(items) * 1e6)

    def medians(self) -> dict[str, float]:
        """The middle of all rounds, by part."""
        return {part: median(each) for part, each in self._rounds.items()}


def main() -> None:
    """Measure and print."""
    options = _options()
    for part in (declared, agent, source):
        part.warm_up()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    never_seen, known = _never_seen(), _known()
    new, returning = Costs(), Costs()
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({}, data=Path(folder))
        surroundings = surroundings_of(settings, Salts(Path(folder)))
        for events in (never_seen, known):
            _measure_whole(Costs(), surroundings, list(islice(events, _CACHED)))
        for _ in track(range(options.rounds), "Rounds", console=_console, transient=True):
            for costs, events in ((new, never_seen), (returning, known)):
                _measure_whole(costs, surroundings, list(islice(events, options.events)))
                _measure_parts(costs, surroundings, list(islice(events, options.events)))
    _print(new.medians(), returning.medians())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=5_000, help="of each kind, in each round")
    parser.add_argument("--rounds", type=int, default=9)
    return parser.parse_args()


def _measure_whole(costs: Costs, surroundings: Surroundings, sent: list[Sent]) -> None:
    def read_whole(each: Sent) -> Event | Bot | Drop:
        return read_event(_draft(read_body(each.body), each, surroundings))

    decoder = msgspec.json.Decoder(Payload)
    costs.time(_JSON, decoder.decode, [each.body for each in sent])
    costs.time(_WHOLE, read_whole, sent)


def _measure_parts(costs: Costs, surroundings: Surroundings, sent: list[Sent]) -> None:
    costs.time("read_body", read_body, [each.body for each in sent])
    read = [(read_body(each.body), each) for each in sent]
    costs.time("draft", lambda pair: _draft(*pair, surroundings), read)
    halfway = [_halfway(_draft(*pair, surroundings)) for pair in read]
    for name, step in _STEPS.items():
        costs.time(name, step, halfway)


def _draft(payload: Payload | list[Judged], sent: Sent, surroundings: Surroundings) -> Draft:
    assert isinstance(payload, Payload)
    return Draft(
        payload=payload,
        site=_SITE,
        address=plain_address(sent.address),
        user_agent=sent.user_agent,
        received_at=sent.at,
        surroundings=surroundings,
    )


def _halfway(draft: Draft) -> Halfway:
    day = local_hour(draft.received_at, _SITE.timezone).day
    url, _, _ = read_page(draft.payload.url, _SITE.rules.page_rules)
    # What is remembered of them is as cold as the steps find it.
    told = agent.Told("Chrome", 126, "Windows", "desktop", 0, None)
    return Halfway(draft, day, url, told, "blog.example.net", hash(draft.user_agent))


def _never_seen() -> Iterator[Sent]:
    for number in count(max(_VISITORS, _PAGES)):
        yield _pageview(number, number, number, f"https://blog-{number}.example.net/a")


def _known() -> Iterator[Sent]:
    chance = random.Random(1)
    for number in count():
        yield _pageview(
            number,
            visitor=chance.randrange(_VISITORS),
            page=chance.randrange(_PAGES),
            referrer=f"https://www.site-{chance.randrange(_REFERRERS)}.example/",
        )


def _pageview(number: int, visitor: int, page: int, referrer: str) -> Sent:
    event = {
        "site_id": _SITE.site_id,
        "url": f"https://example.com/articles/{page}?utm_source=letter",
        "referrer": referrer,
        "title": "An article about something",
        "screen_width": 1440,
        "language": "en-GB",
    }
    # Multiplied by a prime, visitors lie all over the addresses, and so in many countries.
    address = str(ip_address((visitor + 1) * 2_654_435_761 % 2**32))
    user_agent = _AGENTS[visitor % len(_AGENTS)].format(100 + visitor % 30, visitor)
    at = _BEGAN + number * _APART
    return Sent(at, msgspec.json.encode(event), address, user_agent)


def _print(new: dict[str, float], returning: dict[str, float]) -> None:
    table = Table(title="One event, µs")
    table.add_column("part")
    for kind in ("new", "returning"):
        table.add_column(kind, justify="right")
        table.add_column("share", justify="right")
    for part in new:
        cells = [(costs[part], costs[part] / costs[_WHOLE]) for costs in (new, returning)]
        texts = [text for cost, share in cells for text in (f"{cost:.2f}", f"{share:.0%}")]
        table.add_row(part, *texts, end_section=part == _WHOLE)
    _console.print(table)


if __name__ == "__main__":
    main()
