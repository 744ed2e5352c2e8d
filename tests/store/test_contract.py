"""What every engine must do: events are stored once, and counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from ezee.errors import Unavailable
from ezee.model.event import Event, Kind
from ezee.model.query import Filter, Interval, Operator, Order, Range
from ezee.model.result import Answer, Breakdown, BreakdownRow, Counts
from ezee.store.base import Batch, Description, Progress
from ezee.store.changes import Erase
from ezee.store.listener import StoreListener
from ezee.store.remote import RemoteStore
from ezee.store.wire import SOCKET_NAME
from tests.store.engines import DAY, MINUTE, OTHER, SITE, TODAY, Engine, RemoteEngine, ask, question
from tests.support.events import NOON, PatientStore, event


def test_an_empty_store(engine: Engine) -> None:
    assert ask(engine, question(breakdowns=("page",))) == Answer(
        Counts(), {}, {"page": Breakdown([], 0)}
    )
    description = engine.store.describe()
    assert (description.events, description.first_day, description.last_day) == (0, None, None)
    assert (description.engine, description.imports) == (engine.name, [])


def test_what_is_appended_is_counted(engine: Engine) -> None:
    events = [
        event(page="/a"),
        event(NOON + MINUTE, kind=Kind.CUSTOM, name="buy"),
        event(NOON + 2 * MINUTE, kind=Kind.ENGAGEMENT, name="engagement"),
        event(visitor=2**64 - 1),
    ]
    assert engine.store.append(Batch(events)) == []
    answer = ask(engine, question(breakdowns=("page", "event", "entry_page")))
    counts = Counts(visitors=2, visits=2, pageviews=2, events=1, bounces=1, duration=2 * MINUTE)
    assert answer == Answer(
        counts,
        {(TODAY,): counts},
        {
            "page": Breakdown([BreakdownRow("/", 1, 1), BreakdownRow("/a", 1, 1)], 2),
            "event": Breakdown([BreakdownRow("buy", 1, 1)], 1),
            "entry_page": Breakdown([BreakdownRow("/", 1, 1), BreakdownRow("/a", 1, 1)], 2),
        },
    )


def test_series_are_keyed_by_what_the_interval_needs(engine: Engine) -> None:
    engine.store.append(Batch([event(NOON + 61_000, "Europe/Berlin")]))
    keys = {
        interval: list(ask(engine, question(interval)).series)
        for interval in (Interval.MINUTE, Interval.HOUR, Interval.MONTH)
    }
    assert keys == {
        Interval.MINUTE: [(TODAY, 13, 60, NOON + 60_000)],
        Interval.HOUR: [(TODAY, 13, 60)],
        Interval.MONTH: [(TODAY,)],
    }


@pytest.mark.parametrize("rest", [0, 1, 32_767, 32_768, 59_999])
def test_every_instant_of_a_minute_is_in_it(engine: Engine, rest: int) -> None:
    engine.store.append(Batch([event(NOON + rest)]))
    assert list(ask(engine, question(Interval.MINUTE)).series) == [(TODAY, 12, 0, NOON)]


def test_order_limit_and_offset(engine: Engine) -> None:
    pages = ["/c", "/a", "/a", "/b", "/b", "/b"]
    engine.store.append(Batch([event(NOON + at, page=page) for at, page in enumerate(pages)]))
    asked = question(breakdowns=("page",), order=Order("pageviews"), limit=1, offset=1)
    assert ask(engine, asked).breakdowns == {"page": Breakdown([BreakdownRow("/a", 1, 2)], 3)}


@pytest.mark.parametrize(("limit", "offset"), [(2, 0), (100, 950), (2, 1001), (2, 1005), (2, 2000)])
def test_a_breakdown_of_many_rows(engine: Engine, limit: int, offset: int) -> None:
    pages = [f"/{at:04}" for at in range(1005)]
    engine.store.append(Batch([event(page=page) for page in pages]))
    asked = question(breakdowns=("page",), limit=limit, offset=offset)
    rows = [BreakdownRow(page, 1, 1) for page in pages[offset : offset + limit]]
    assert ask(engine, asked).breakdowns == {"page": Breakdown(rows, 1005)}


def test_a_visit_is_one_however_many_of_its_events_are_asked_for(engine: Engine) -> None:
    """Whichever batch they came in: each is of a part of its own, which a thread may read."""
    for minute in range(12):
        engine.store.append(
            Batch([event(NOON + minute * MINUTE, visitor=each, page="/a") for each in range(1, 6)])
        )
    only = Filter("page", Operator.IS, ("/a",))
    for _ in range(3):
        answer = ask(engine, question(filters=(only,), breakdowns=("entry_page",)))
        assert answer.totals.visits == 5
        assert answer.breakdowns == {"entry_page": Breakdown([BreakdownRow("/a", 5, 5)], 1)}


def test_a_range_that_cuts_a_day(engine: Engine) -> None:
    """The visit belongs to where it began, its events to where they happened."""
    engine.store.append(Batch([event(country="DE"), event(NOON + 20 * MINUTE, page="/b")]))
    span = Range(TODAY, TODAY, NOON + MINUTE, NOON + 60 * MINUTE)
    answer = ask(engine, question(range=span, breakdowns=("country", "page")))
    assert answer.totals == Counts(visitors=1, visits=0, pageviews=1)
    assert answer.breakdowns == {
        "country": Breakdown([BreakdownRow("DE", 1, 0)], 1),
        "page": Breakdown([BreakdownRow("/b", 1, 1)], 1),
    }


@pytest.mark.parametrize(
    ("later", "duplicates"), [(0, [0]), (DAY - 1, [0]), (DAY, []), (3 * DAY, [])]
)
def test_the_same_id_within_24_hours_of_receipt_counts_once(
    engine: Engine, later: int, duplicates: list[int]
) -> None:
    first = event(event_id=7)
    engine.store.append(Batch([first]))
    again = replace(first, received_at=first.received_at + later)
    assert engine.store.append(Batch([again])) == duplicates
    assert engine.store.describe().events == 2 - len(duplicates)


def test_duplicates_within_one_batch_and_of_other_trackers(engine: Engine) -> None:
    batch = [event(event_id=7), event(), event(event_id=7), event(event_id=7, site=OTHER), event()]
    assert engine.store.append(Batch(batch)) == [2]
    assert engine.store.describe().events == 4


def test_duplicates_are_known_after_reopening(engine: Engine) -> None:
    engine.store.append(Batch([event(event_id=2**64 - 1)]))
    engine.reopen()
    assert engine.store.append(Batch([event(event_id=2**64 - 1), event(event_id=1)])) == [0]


def test_a_batch_is_stored_wholly_or_not_at_all(engine: Engine) -> None:
    impossible = event(hour=-1)
    with pytest.raises(Unavailable):
        engine.store.append(Batch([event(), impossible, event()], SITE, progress(lines=3)))
    description = engine.store.describe(SITE)
    assert (description.events, description.imports) == (0, [])
    assert engine.store.append(Batch([event()])) == []
    assert ask(engine).totals.visits == 1


def progress(**others: object) -> Progress:
    made = Progress(
        head_size=4096,
        head="ab" * 32,
        lines=10,
        bytes=1000,
        tail="cd" * 32,
        salts=2**62,
        finished=False,
        unjudged=False,
    )
    return replace(made, **others)


def test_import_progress_comes_with_its_events(engine: Engine) -> None:
    engine.store.append(Batch([event()], SITE, progress()))
    engine.store.append(Batch([], SITE, progress(lines=20, bytes=2000, finished=True)))
    engine.store.append(Batch([], SITE, progress(head="ef" * 32, salts=7, unjudged=True)))
    engine.store.append(Batch([], OTHER, progress(salts=8)))
    engine.reopen()
    assert engine.store.describe(SITE).imports == [
        progress(head="ef" * 32, salts=7, unjudged=True),
        progress(lines=20, bytes=2000, finished=True),
    ]
    assert engine.store.describe(OTHER).imports == [progress(salts=8)]
    assert engine.store.describe(SITE).events == 1


def test_describing_one_tracker_or_all(engine: Engine) -> None:
    engine.store.append(Batch([event(), event(NOON - 2 * DAY), event(NOON + DAY, site=OTHER)]))
    assert _summary(engine.store.describe()) == (3, TODAY - 2, TODAY + 1)
    assert _summary(engine.store.describe(SITE)) == (2, TODAY - 2, TODAY)
    assert _summary(engine.store.describe(99)) == (0, None, None)


def _summary(description: Description) -> tuple[int, int | None, int | None]:
    return description.events, description.first_day, description.last_day


def test_erasing_a_tracker_leaves_the_others(engine: Engine) -> None:
    engine.store.append(Batch([event(), event()], SITE, progress()))
    engine.store.append(Batch([event(site=OTHER)]))
    ask(engine)
    assert engine.store.change(Erase(SITE)) == 2
    assert engine.store.change(Erase(SITE)) == 0
    assert ask(engine).totals == Counts()
    assert engine.store.describe(SITE).imports == []
    assert engine.store.describe().events == 1
    engine.store.append(Batch([event()]))
    assert ask(engine).totals.visits == 1


def test_erased_and_reopened_nothing_comes_back(engine: Engine) -> None:
    engine.store.append(Batch([event(), event(NOON + 1)]))
    engine.store.change(Erase(SITE))
    engine.reopen()
    engine.store.append(Batch([event(page="/new")]))
    answer = ask(engine, question(breakdowns=("entry_page",)))
    assert answer.totals == Counts(visitors=1, visits=1, pageviews=1, bounces=1)
    assert answer.breakdowns["entry_page"] == Breakdown([BreakdownRow("/new", 1, 1)], 1)


def test_what_was_appended_stays_when_the_file_is_opened_again(engine: Engine) -> None:
    engine.store.append(Batch([event(NOON + at * 31 * MINUTE) for at in range(5)]))
    before = ask(engine, question(Interval.HOUR, ("page", "source")))
    assert before.totals.visits == 5
    engine.reopen()
    assert ask(engine, question(Interval.HOUR, ("page", "source"))) == before


def test_a_question_has_every_event_appended_before(engine: Engine) -> None:
    for number in range(1, 8):
        engine.store.append(Batch([event(NOON + number, visitor=number)]))
        assert ask(engine).totals == Counts(
            visitors=number, visits=number, pageviews=number, bounces=number
        )


def test_calls_may_come_from_any_thread(engine: Engine) -> None:
    def work(number: int) -> int:
        engine.store.append(Batch([event(NOON + number, visitor=number)] * 5))
        return ask(engine).totals.pageviews

    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(work, range(16)))
    assert max(seen) == 80
    assert ask(engine).totals.visitors == 16


def test_text_of_any_script_comes_back_as_it_was(engine: Engine) -> None:
    page = "/" + "ä\U0001f600'\"; drop table events;--" + "x" * 1900
    engine.store.append(Batch([event(page=page)]))
    answer = ask(engine, question(breakdowns=("page",)))
    assert answer.breakdowns["page"].rows == [BreakdownRow(page, 1, 1)]


def test_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    store = PatientStore(tmp_path)
    store.close()
    with pytest.raises(Unavailable):
        store.append(Batch([event()]))
    with pytest.raises(Unavailable):
        store.describe()


def test_a_service_that_hangs_up_is_unavailable(tmp_path: Path) -> None:
    remote = RemoteEngine(tmp_path)
    remote.close()
    with pytest.raises(Unavailable):
        remote.store.describe()


def test_a_store_behind_the_listener_that_fails_is_told_as_such(tmp_path: Path) -> None:
    local = PatientStore(tmp_path)
    listener = StoreListener(tmp_path, local)
    store = RemoteStore(tmp_path)
    local.close()
    with pytest.raises(Unavailable):
        store.append(Batch([event()]))
    store.close()
    listener.stop()


def test_the_socket_is_for_its_owner_alone_and_goes_with_the_listener(tmp_path: Path) -> None:
    remote = RemoteEngine(tmp_path)
    assert (tmp_path / SOCKET_NAME).stat().st_mode & 0o777 == 0o600
    remote.close()
    assert not (tmp_path / SOCKET_NAME).exists()


def test_large_batches_pass_through_the_socket(tmp_path: Path) -> None:
    remote = RemoteEngine(tmp_path)
    events: list[Event] = [event(NOON + at, page="/" + "x" * 1000) for at in range(5000)]
    assert remote.store.append(Batch(events)) == []
    assert remote.store.describe().events == 5000
    remote.close()


@pytest.mark.parametrize("reopened", [False, True])
def test_a_batch_that_is_sent_again_under_its_number_is_stored_once(
    engine: Engine, reopened: bool
) -> None:
    batch = Batch([event(), event(visitor=2)], number=2**62)
    for again in (False, True, True):
        assert engine.store.append(replace(batch, again=again)) == []
        if reopened:
            engine.reopen()
    assert engine.store.describe().events == 2
    # What was never stored under its number is, though it says that it comes again.
    engine.store.append(replace(batch, number=5, again=True))
    engine.store.append(Batch([event()]))
    engine.store.append(replace(batch, number=5, again=True))
    assert engine.store.describe().events == 5
