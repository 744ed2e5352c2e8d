"""A compaction changes nothing of what can be asked, and leaves nothing of what was erased."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from ezee.model.event import DropReason, Drops
from ezee.store.base import Batch
from ezee.store.changes import Compact, Erase, Regroup, RollUp
from ezee.store.looks import Erased, NotCounted, WrongRollups
from tests.store.engines import MINUTE, OTHER, SITE, TODAY, Engine, bot, everything
from tests.store.test_contract import progress
from tests.support.events import NOON, PatientStore, event

ERASED = ("/people/søren-kirk.9f2c/letters", "Letters of Søren 9f2c")
STAYS = ("/about/us.41b7/team", "Our team 41b7")


def fill(store: PatientStore | Engine) -> None:
    """Visitors who saw both pages, rolled up; many rows, so that values are packed as they are."""
    opened = store.store if isinstance(store, Engine) else store
    events = [
        event(NOON + at * MINUTE // 10, visitor=at % 40, path=path, page=path, title=title)
        for at in range(2_000)
        for path, title in (ERASED, STAYS)
    ]
    bots = [bot(NOON + at, path=ERASED[0], page=ERASED[0], event_id=at) for at in range(1, 9)]
    drops = [Drops(site, TODAY, DropReason.EXCLUDED, 5) for site in (SITE, OTHER)]
    opened.append(Batch(events, SITE, progress(), bots=bots, drops=drops))
    opened.append(Batch([event(site=OTHER, event_id=7)]))
    opened.change(RollUp(SITE))


def forms(text: str) -> list[bytes]:
    """How a text might be written down."""
    plain = text.encode()
    shifted = (base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3))
    quoted = (quote(text).encode(), quote(text, safe="").encode())
    wide = (text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("latin-1"))
    return [plain, plain[::-1], plain.hex().encode(), *shifted, *quoted, *wide]


def found(folder: Path, *texts: str) -> set[str]:
    """Which of the texts are somewhere in a file of the folder, or in a file's name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    content = b"\n".join(path.read_bytes() + str(path).encode() for path in files)
    return {text for text in texts if any(form in content for form in forms(text))}


def test_everything_is_as_before(engine: Engine) -> None:
    fill(engine)
    engine.store.change(Regroup(SITE, [(STAYS[0], "/about/*")]))
    engine.store.change(Erase(SITE, path=ERASED[0], receipt="r", at=NOON))
    before = everything(engine.store)[:-1]
    assert engine.store.change(Compact()) == 1
    assert everything(engine.store)[:-1] == before
    assert engine.store.look(NotCounted(OTHER, TODAY, TODAY)) != []
    assert engine.store.look(WrongRollups(SITE)) == []
    # The ids of people are known as before, those of erased bots are free.
    known = event(NOON + 1, site=OTHER, event_id=7)
    assert engine.store.append(Batch([known, event(event_id=8)])) == [0]
    after = everything(engine.store)
    engine.reopen()
    assert everything(engine.store) == after
    assert engine.store.change(Compact()) == 0
    assert everything(engine.store) == after


def test_the_store_knows_which_bytes_are_gone(engine: Engine) -> None:
    fill(engine)
    receipts = ("first", "second", "third")
    for gone, receipt in zip(((0,), (1, 0), (1, 1, 0)), receipts, strict=True):
        engine.store.append(Batch([event(path=STAYS[0], page=STAYS[0])]))
        engine.store.change(Erase(SITE, path=STAYS[0], receipt=receipt, at=NOON))
        known = [row[-1] for each in receipts for row in engine.store.look(Erased(each))]
        assert known == list(gone)
        assert engine.store.change(Compact()) == 1


@pytest.mark.parametrize("asked", [{}, {"first_day": TODAY + 1}, {"path": "/nowhere"}])
def test_where_nothing_was_removed_no_byte_is_left_and_nothing_is_written_anew(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    store = PatientStore(tmp_path)
    store.append(Batch([event(site=SITE if asked else OTHER)]))
    store.change(Erase(SITE, **asked, receipt="r", at=NOON))
    assert store.look(Erased("r")) == [(0, 0, 0, 0, 0, NOON, 1)]
    assert store._compactions_owed() == 0
    store.close()


def test_the_last_progress_of_an_import_is_something(tmp_path: Path) -> None:
    """It has the digest of what somebody's log begins with."""
    store = PatientStore(tmp_path)
    store.append(Batch([], SITE, progress()))
    store.change(Erase(SITE, receipt="r", at=NOON))
    assert store._compactions_owed() == 1
    store.close()


@pytest.mark.parametrize("packing", ["uncompressed", "dictionary", "fsst", "auto"])
def test_no_byte_of_what_was_erased_is_left(tmp_path: Path, packing: str) -> None:
    store = PatientStore(tmp_path)
    store._ready().writer.execute(f"pragma force_compression = '{packing}'")
    fill(store)
    everything(store)
    assert found(tmp_path, *ERASED, *STAYS) == {*ERASED, *STAYS}
    store.change(Erase(SITE, path=ERASED[0], receipt="r", at=NOON))
    store._checkpoint()
    # Deleted, and still there: the search would find it.
    assert found(tmp_path, *ERASED) == set(ERASED)
    store.change(Compact())
    assert found(tmp_path, *ERASED, *STAYS) == set(STAYS)
    store.append(Batch([replace(event(), path=STAYS[0])]))
    store.close()
    assert found(tmp_path, *ERASED, *STAYS) == set(STAYS)
    assert {path.name for path in tmp_path.iterdir()} == {"events.duckdb"}


def test_no_byte_is_left_in_the_journal_nor_in_the_log(tmp_path: Path) -> None:
    """What was just collected is in the journal, and a moment later in the log of the file."""
    store = PatientStore(tmp_path)
    fill(store)
    journals = [tmp_path / f"events.journal-{number}" for number in range(2)]
    log = tmp_path / "events.duckdb.wal"

    def holding(paths: list[Path]) -> bool:
        texts = [path.read_bytes() for path in paths if path.exists()]
        return any(ERASED[0].encode() in text for text in texts)

    # Nobody settles meanwhile.
    with store._writing:
        store.append(Batch([event(path=ERASED[0], page=ERASED[0], title=ERASED[1])]))
        assert holding(journals)
    store.change(Erase(SITE, path=ERASED[0], receipt="r", at=NOON))
    assert not holding(journals)
    assert holding([log])
    store.change(Compact())
    assert not log.exists()
    assert found(tmp_path, *ERASED, *STAYS) == set(STAYS)
    store.close()
