"""Day roll-ups answer what events answer: whenever they were made, and whatever came since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.model.dimensions import DIMENSIONS
from ezee.stats.run import report
from ezee.store.base import Batch
from ezee.store.changes import Erase, RollUp
from ezee.store.duckdb import folding
from ezee.store.duckdb.visits import VisitKeeper
from ezee.store.looks import WrongRollups
from tests.support import reference
from tests.support.cases import Asked, Case, cases, filters, written
from tests.support.events import PatientStore, readable
from tests.support.examples import examples
from tests.support.reference import assert_in_time


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        opened = PatientStore(tmp_path_factory.mktemp("rolled"))
        yield opened
        opened.close()


@st.composite
def rolled_cases(draw: st.DrawFn, place: tuple[str, str] | None = None) -> Case:
    """Questions that roll-ups have something to say about, more often than not."""
    case = draw(cases() if place is None else cases(st.just(place)))
    only = [each for each in draw(st.lists(filters(), max_size=1)) if each[0] in DIMENSIONS]
    question = replace(
        case.question,
        filters=tuple((name, "is", values[:1]) for name, _, values in only),
        verified=False,
        metrics=draw(st.sampled_from([(), ("visits", "revenue", "bounce_rate", "events")])),
        dimensions=tuple(
            draw(st.lists(st.sampled_from(sorted(DIMENSIONS)), min_size=1, max_size=4))
        ),
    )
    return case._replace(question=question)


# Any growth is taken for little, so that every roll-up that is there is brought up to date.
BROUGHT_UP = patch.object(folding, "FEW", 0)


@examples(60)
@given(case=rolled_cases(), cuts=st.lists(st.integers(0, 14), max_size=3), brought_up=st.booleans())
def test_a_report_is_what_a_plain_reading_says(
    store: PatientStore, case: Case, cuts: list[int], brought_up: bool
) -> None:
    """Days are rolled up after each part of the events but the last."""
    site = readable(case.zone)
    store.change(Erase(site.key))
    done = 0
    with BROUGHT_UP if brought_up else nullcontext():
        for cut in sorted(cuts):
            store.append(Batch(case.events[done : max(done, cut)]))
            done = max(done, cut)
            store.change(RollUp(site.key))
    store.append(Batch(case.events[done:]))
    got = report(store, site, parameters_of(case), case.question.now)
    expected = reference.report(case.events, case.zone, case.question)
    assert_in_time(got, expected)
    assert got["breakdowns"] == expected["breakdowns"]
    assert got["rows"] == expected["rows"]
    assert store.look(WrongRollups(site.key)) == []


def parameters_of(case: Case) -> list[tuple[str, str]]:
    asked: list[Asked] = list(case.question.filters)
    replaced = {"dimension", "filter", "metrics", "verified"}
    return [
        *(pair for pair in case.parameters if pair[0] not in replaced),
        *(("dimension", name) for name in case.question.dimensions),
        *(("filter", written(each)) for each in asked),
        *([("metrics", ",".join(case.question.metrics))] if case.question.metrics else []),
    ]
