"""Importing an access log: lines become events with their own times, each counted once.

A line is known by its file and its number. How far a file has been read is stored in the same
transaction as the events of those lines, so an import that is interrupted at any point, even
killed, goes on where it ended, and the same file twice counts once.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from ezee.clock import Clock
from ezee.errors import InvalidRequest
from ezee.events.draft import Draft
from ezee.events.payload import Payload
from ezee.events.pipeline import Drop, in_place, read_event
from ezee.events.surroundings import Surroundings
from ezee.imports.accesslog import Request, is_whole, read_line
from ezee.imports.logfile import Block, LogFile
from ezee.model.event import Bot, DropReason, Drops, Event
from ezee.model.site import SiteConfig
from ezee.store.base import Batch, EventStore, Progress
from ezee.store.salts import Salts

_BATCH_LINES = 10_000
# More than one, because the store pauses now and then for visits and checkpoints.
_WAITING_AT_MOST = 3
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
    excluded: int = 0
    beyond_retention: int = 0
    bad_lines: int = 0
    bad: list[int] = field(default_factory=list)
    first_day: int | None = None
    last_day: int | None = None
    resumed: bool = False

    def note(self, block: Block, batch: Batch) -> None:
        """Those lines made that batch."""
        self.lines += len(block.lines)
        self.counted += len(batch.events)
        self.bots += len(batch.bots)
        expired = sum(each.reason == DropReason.BEYOND_RETENTION for each in batch.drops)
        self.beyond_retention += expired
        self.excluded += len(batch.drops) - expired
        if batch.events:
            days = [event.day for event in batch.events]
            self.first_day = min(days if self.first_day is None else [self.first_day, *days])
            self.last_day = max(days if self.last_day is None else [self.last_day, *days])

    def note_refused(self, refused: Sequence[Drops]) -> None:
        """These were counted, and then not stored: their days have expired meanwhile."""
        self.counted -= len(refused)
        self.beyond_retention += len(refused)

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
            waiting: deque[Future[list[Drops]]] = deque()
            refused: list[Drops] = []
            for batch in self._batches(file, progress, tally):
                if len(waiting) == _WAITING_AT_MOST:
                    refused += waiting.popleft().result()
                before = waiting[-1] if waiting else None
                waiting.append(appender.submit(self._store, batch, before))
                watch(file.read_so_far, tally.counted)
            for stored in waiting:
                refused += stored.result()
        if refused:
            tally.note_refused(refused)
            self.store.append(Batch((), drops=refused))
        if not self.dry:
            self._finish(file, progress)
        return tally

    def _batches(self, file: LogFile, progress: Progress, tally: Tally) -> Iterator[Batch]:
        """What is to be stored, some lines at a time; before a damaged place, what came first."""
        now = self.clock.now()
        for block in file.blocks_after(progress, _BATCH_LINES):
            whole = block.without_last() if self._unfinished(block, file) else block
            if whole.lines:
                yield self._batch(whole, progress, now, tally)

    def _unfinished(self, block: Block, file: LogFile) -> bool:
        """Whether the last line's writer is still at it; the next import reads it when whole."""
        return not block.ended and not file.compressed and not is_whole(block.texts[-1])

    def _batch(self, block: Block, progress: Progress, now: int, tally: Tally) -> Batch:
        reads = [
            self._read(number, text, progress.salts, now, tally)
            for number, text in enumerate(block.texts, start=block.first)
        ]
        done = msgspec.structs.replace(progress, lines=block.last, bytes=block.end, tail=block.tail)
        batch = Batch(
            [read for read in reads if isinstance(read, Event)],
            self.site.key,
            done,
            in_place(reads),
            [read for read in reads if isinstance(read, Drops)],
        )
        tally.note(block, batch)
        return batch

    def _read(
        self, number: int, text: str, import_id: int, now: int, tally: Tally
    ) -> Event | Bot | Drops | None:
        """What a line makes; where that is nothing, the tally is told why."""
        request = read_line(text)
        if request is None:
            if text.strip():
                tally.note_bad(number)
        elif request.failed:
            tally.failed += 1
        elif not self.everything and not request.is_page:
            tally.not_pages += 1
        else:
            read = read_event(self._draft(request, import_id, now))
            if isinstance(read, Drop):
                return Drops(self.site.key, read.day, str(read.reason), 1)
            return read
        return None

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

    def _store(self, batch: Batch, before: Future[list[Drops]] | None) -> list[Drops]:
        """Store a batch, unless the one before it could not be: no line is left out.

        Returns what is of days that have expired since the import was begun.
        """
        if before is not None:
            before.result()
        if self.dry:
            return []
        if self.salts.unsaved:
            self.salts.save()
        reason = str(DropReason.BEYOND_RETENTION)
        days = (batch.events[index].day for index in self.store.append(batch))
        return [Drops(self.site.key, day, reason, 1) for day in days]

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
