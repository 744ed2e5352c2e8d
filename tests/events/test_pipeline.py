"""The steps every event takes, in order, and each way to be dropped on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.errors import InvalidRequest
from ezee.events.pipeline import STEPS, read_event
from ezee.model.event import Bot, Event, Kind, Population
from tests.support.events import NOON, draft


def test_the_steps_in_order() -> None:
    assert [step.__name__ for step in STEPS] == [
        "put_identity",
        "put_time",
        "drop_expired",
        "put_page",
        "drop_opted_out",
        "drop_other_hosts",
        "put_place",
        "drop_excluded",
        "put_agent",
        "put_source",
        "put_verdict",
        "put_screen",
        "put_language",
        "put_money",
        "put_stamp",
        "put_visitor",
        "put_rate_verdict",
    ]


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


def test_an_impossible_time_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_event(draft(tmp_path, timestamp="1970-01-01T00:00:00Z"))
    assert caught.value.details[0].field == "timestamp"
