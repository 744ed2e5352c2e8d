"""The way every event takes, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.errors import InvalidRequest
from ezee.events.bots.rates import Rates
from ezee.events.client_hints import NO_HINTS
from ezee.events.pipeline import Drop, read_event
from ezee.events.signals import Signals
from ezee.events.surroundings import Surroundings
from ezee.model.event import Bot, DropReason, Event, Kind, Population
from ezee.store.salts import Salts
from tests.support.events import NOON, draft
from tests.support.service import BROWSER


def test_an_event_as_it_is_stored(tmp_path: Path) -> None:
    made = draft(
        tmp_path,
        "Europe/Berlin",
        address="193.0.6.139",
        url="https://example.com/a?utm_medium=email&utm_source=weekly",
        name="buy",
        referrer="https://www.google.de/",
        title="Shop",
        screen_width=1280,
        language="de",
        props={"plan": "pro"},
        interactive=False,
        value=12.5,
        currency="EUR",
    )
    event = read_event(made)
    assert isinstance(event, Event)
    stored = {name: getattr(event, name) for name in Event.__struct_fields__}
    assert stored.pop("visitor") > 0
    assert stored == {
        "site": 10,
        "day": NOON // 86_400_000,
        "hour": 13,
        "utc_offset": 60,
        "happened_at": NOON,
        "received_at": NOON,
        "event_id": 0,
        "kind": Kind.CUSTOM,
        "name": "buy",
        "path": "/a",
        "page": "/a",
        "title": "Shop",
        "referrer": "google.de",
        "source": "weekly",
        "channel": "Email",
        "utm_source": "weekly",
        "utm_medium": "email",
        "utm_campaign": "",
        "utm_term": "",
        "utm_content": "",
        "country": "NL",
        "region": "",
        "city": "",
        "browser": "Chrome",
        "version": 126,
        "os": "Windows",
        "device": "desktop",
        "hints": 0,
        "screen": "xl",
        "language": "de",
        "props": '{"plan":"pro"}',
        "amount": 1250,
        "currency": "EUR",
        "interactive": False,
        "population": Population.LIVE,
        "judged": True,
        "verified": False,
    }


# What the pipeline itself can say; the collector and the store say the rest.
@pytest.mark.parametrize("agent", ["Googlebot/2.1", ""])
def test_a_bot_is_read_whole_but_kept_apart(tmp_path: Path, agent: str) -> None:
    read = read_event(draft(tmp_path, user_agent=agent, url="https://example.com/a"))
    assert isinstance(read, Bot)
    assert read.rule
    assert (read.event.page, read.event.visitor != 0) == ("/a", True)


@pytest.mark.parametrize(("agent", "browser"), [("Googlebot/2.1", ""), (BROWSER, "HeadlessChrome")])
def test_a_programs_own_name_is_no_browser(tmp_path: Path, agent: str, browser: str) -> None:
    hinted = Signals(NO_HINTS._replace(brands='"HeadlessChrome";v="126"'))
    read = read_event(draft(tmp_path, user_agent=agent, signals=hinted))
    assert isinstance(read, Bot)
    assert read.event.browser == browser


def test_too_many_events_are_a_program(tmp_path: Path) -> None:
    surroundings = Surroundings(Salts(tmp_path), rates=Rates(2))
    reads = [read_event(draft(tmp_path, surroundings=surroundings)) for _ in range(3)]
    assert [type(read) for read in reads] == [Event, Event, Bot]
    trusted = read_event(draft(tmp_path, surroundings=surroundings, trusted=True))
    assert isinstance(trusted, Event)


def test_what_is_dropped_may_be_read_anyway(tmp_path: Path) -> None:
    signals = Signals(gpc=True)
    made = draft(tmp_path, url="https://example.com/a", signals=signals)
    assert read_event(made) == Drop(DropReason.OPTED_OUT, NOON // 86_400_000)
    read = read_event(made, anyway=True)
    assert isinstance(read, Event)
    assert read.page == "/a"


def test_an_impossible_time_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_event(draft(tmp_path, timestamp="1970-01-01T00:00:00Z"))
    assert caught.value.details[0].field == "timestamp"
