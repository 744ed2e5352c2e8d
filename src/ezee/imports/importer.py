"""Importing an access log: lines become events with their own times, each counted once.

A line is known by its file and its number. How far a file has been read is stored in the same
transaction as the events of those lines, so an import that is interrupted at any point, even
killed, goes on where it ended, and the same file twice counts once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from ezee.clock import Clock
from ezee.errors import InvalidRequest
from ezee.events.draft import Draft
from ezee.events.payload import Payload
from ezee.events.pipeline import read_event
from ezee.events.surroundings import Surroundings
from ezee.imports.accesslog import Request, is_whole, read_line
from ezee.imports.logfile import Line, LogFile
from ezee.model.event import Event
from ezee.model.site import SiteConfig
from ezee.store.base import Batch, EventStore, Progress
from ezee.store.salts import Salts

_BATCH_LINES = 10_000
_BAD_LINES_SHOWN = 20

Watch = Callable[[int, int], None]


@dataclass(slots=True)
class Tally:
    """What became of the lines. ``bad`` are the numbers of the first lines in neither format."""

    lines: int = 0
    counted: int = 0
    known: int = 0
    failed: int = 0
    not_pages: int = 0
    bots: int = 0
    bad_lines: int = 0
    bad: list[int] = field(default_factory=list)
    first_day: int | None = None
    last_day: int | None = None
    resumed: bool = False

    def note_day(self, day: int) -> None:
        """An event lies on that day."""
        self.first_day = day if self.first_day is None else min(self.first_day, day)
        self.last_day = day if self.last_day is None else max(self.last_day, day)

    def note_bad(self, number: int) -> None:
        """That line is in neither format."""
        self.bad_lines += 1
        if len(self.bad) < _BAD_LINES_SHOWN:
            self.bad.append(number)


@dataclass(frozen=True, slots=True)
class Importer:
    """Imports files into one tracker. ``everything`` keeps assets and bots, which it then marks
    unjudged; ``dry`` stores nothing.
    """

    store: EventStore
    salts: Salts
    surroundings: Surroundings
    site: SiteConfig
    clock: Clock
    everything: bool = False
    dry: bool = False

    def run(self, file: LogFile, watch: Watch) -> Tally:
        """Import what is new in a file. ``watch`` is told the bytes read and the lines counted.

        Raises:
            InvalidRequest: the file is damaged, or was imported in the other way before.
            Unavailable: the store cannot take more; what came before is there.
        """
        progress = file.recognise(self.store.describe(self.site.key).imports)
        tally = Tally(resumed=progress is not None)
        if progress is None:
            progress = file.begin(secrets.randbits(48), unjudged=self.everything)
        elif progress.unjudged != self.everything:
            raise InvalidRequest(_other_way(progress))
        tally.known = progress.lines
        with ThreadPoolExecutor(1, thread_name_prefix="append") as appender:
            stored: Future[None] | None = None
            for batch in self._batches(file, progress, tally):
                if stored is not None:
                    stored.result()
                stored = appender.submit(self._store, batch)
                watch(file.read_so_far, tally.counted)
            if stored is not None:
                stored.result()
        if not self.dry:
            self._finish(file, progress)
        return tally

    def _batches(self, file: LogFile, progress: Progress, tally: Tally) -> Iterator[Batch]:
        """What is to be stored, some lines at a time; before a damaged place, what came first."""
        now = self.clock.now()
        events: list[Event] = []
        last: Line | None = None
        damage: InvalidRequest | None = None
        lines = file.lines_after(progress)
        while True:
            try:
                line = next(lines, None)
            except InvalidRequest as error:
                damage = error
                break
            if line is None or self._unfinished(line, file):
                break
            last = line
            event = self._event(line, progress.salts, now, tally)
            if event is not None:
                events.append(event)
            if tally.lines % _BATCH_LINES == 0:
                yield self._batch(events, progress, file, last)
                events = []
        if last is not None:
            yield self._batch(events, progress, file, last)
        if damage is not None:
            raise damage

    def _unfinished(self, line: Line, file: LogFile) -> bool:
        """Whether the line's writer is still at it; the next import reads it when it is whole."""
        return not line.ended and not file.compressed and not is_whole(line.text)

    def _batch(self, events: list[Event], progress: Progress, file: LogFile, last: Line) -> Batch:
        done = msgspec.structs.replace(
            progress, lines=last.number, bytes=last.end, tail=file.tail(last.end)
        )
        return Batch(events, self.site.key, done)

    def _event(self, line: Line, import_id: int, now: int, tally: Tally) -> Event | None:
        """The event of a line, if it makes one; the tally is told either way."""
        tally.lines += 1
        request = read_line(line.text)
        if request is None:
            if line.text.strip():
                tally.note_bad(line.number)
            return None
        if request.failed:
            tally.failed += 1
            return None
        if not self.everything and not request.is_page:
            tally.not_pages += 1
            return None
        event = read_event(self._draft(request, import_id, now))
        if not isinstance(event, Event):
            tally.bots += 1
            return None
        tally.counted += 1
        tally.note_day(event.day)
        return event

    def _draft(self, request: Request, import_id: int, now: int) -> Draft:
        return Draft(
            payload=Payload(url=request.url, referrer=request.referrer),
            site=self.site,
            address=request.address,
            user_agent=request.agent,
            received_at=now,
            surroundings=self.surroundings,
            trusted=True,
            judged=not self.everything,
            import_id=import_id,
            happened_at=request.at,
        )

    def _store(self, batch: Batch) -> None:
        if self.dry:
            return
        if self.salts.unsaved:
            self.salts.save()
        self.store.append(batch)

    def _finish(self, file: LogFile, progress: Progress) -> None:
        """A compressed file grows no more, so its salts go at once."""
        if file.compressed:
            self.salts.finish_import(progress.salts)
        else:
            self.salts.rest_import(progress.salts, self.clock.now())


def _other_way(progress: Progress) -> str:
    way = "with --all" if progress.unjudged else "without --all"
    return (
        f"This file was imported into this tracker {way} before. Import it the same way, or into "
        "another tracker."
    )
