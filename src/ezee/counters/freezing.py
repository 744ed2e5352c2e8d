"""Counters as files, at the paths that pages ask for them by: for any web host, for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from ezee.accounts.claims import Claim
from ezee.counters.asked import FORMS, PREFIX, SAMPLE, Asked, read_asked
from ezee.counters.countapi import DEFAULT_NAMESPACE
from ezee.counters.countapi import PREFIX as COUNTAPI
from ezee.counters.forms import as_html, as_json
from ezee.counters.number import ALL_TIME, METRICS, Wanted, count
from ezee.counters.pictures import FORMS as DRAWN
from ezee.events.steps.page import page_of
from ezee.model.site import ReadableSite, SiteConfig
from ezee.store.base import EventStore
from ezee.store.looks import EveryTally, KeptPaths

_LONGEST_NAME = 200
REWRITES = """\
# Apache: what follows page= in /count.php?page=... is the name of a file.
RewriteEngine on
RewriteCond %{QUERY_STRING} (?:^|&)reloads=1(?:&|$)
RewriteCond %{QUERY_STRING} (?:^|&)page=([0-9]+)(?:&|$)
RewriteRule ^count\\.php$ count/%1-reloads.png [L]
RewriteCond %{QUERY_STRING} (?:^|&)page=([0-9]+)(?:&|$)
RewriteRule ^count\\.php$ count/%1.png [L]
AddType application/json .json
<FilesMatch "^[^.]*$">
ForceType application/json
</FilesMatch>
"""

File = tuple[str, bytes]
"""A path below the folder, and what is there."""


class Freezer:
    """Makes files of what a store holds at an instant (ms UTC). Everything blocks.

    ``look`` is as in a counter's address: its style and the rest. Of a tracker the ``pages`` that
    were seen most have a counter of their own.
    """

    def __init__(self, store: EventStore, now: int, look: str = "", pages: int = 1_000) -> None:
        self._store = store
        self._now = now
        self._look = look.encode()
        self._pages = pages

    def site(self, site: SiteConfig, readable: ReadableSite) -> Iterator[File]:
        """A tracker's counter and those of its pages, in every form."""
        for page in ("", *self._most_seen(site)):
            yield from self._counter(site, readable, page)

    def claim(self, site: SiteConfig, readable: ReadableSite, claim: Claim) -> Iterator[File]:
        """An old counter, as it is with ``reloads`` and without."""
        page = page_of(claim.path, site.rules.page_rules) if claim.path else ""
        for metric, ending in zip(METRICS, ("-reloads", ""), strict=True):
            wanted = Wanted(metric, page=page)
            number = count(self._store, readable, wanted, self._now) + claim.start
            yield f"count/{claim.number}{ending}.png", _drawn(self._sample("png"), "", number)

    def keys(self) -> Iterator[File]:
        """What CountAPI's ``/get`` and ``/hit`` answer."""
        for name, value, *_ in self._store.look(EveryTally(COUNTAPI)):
            key = str(name).removeprefix(COUNTAPI)
            body = msgspec.json.encode({"value": value})
            for endpoint in ("get", "hit"):
                yield f"{endpoint}/{key}", body
                if key.startswith(f"{DEFAULT_NAMESPACE}/"):
                    yield f"{endpoint}/{key.partition('/')[2]}", body

    def _sample(self, form: str) -> Asked:
        """A counter with the look that all have."""
        asked = read_asked(f"{PREFIX}{SAMPLE}.{form}".encode(), self._look)
        assert asked is not None
        return asked

    def _counter(self, site: SiteConfig, readable: ReadableSite, page: str) -> Iterator[File]:
        address = f"{PREFIX}{site.site_id}{page}"
        sent = quote(address, safe="/-._~")
        number = None
        for form in FORMS:
            asked = read_asked(f"{sent}.{form}".encode(), self._look)
            assert asked is not None
            if number is None:
                number = self._number(site, readable, asked, page)
            yield f"{address}.{form}".removeprefix("/"), _drawn(asked, page, number)

    def _number(self, site: SiteConfig, readable: ReadableSite, asked: Asked, page: str) -> int:
        number = count(self._store, readable, replace(asked.wanted, page=page), self._now)
        is_whole = not page and asked.wanted.period == ALL_TIME
        return number + site.rules.counter_start if is_whole else number

    def _most_seen(self, site: SiteConfig) -> list[str]:
        seen: Counter[str] = Counter()
        for _, page, pageviews in self._store.look(KeptPaths(site.key)):
            if str(page).startswith("/") and int(pageviews):
                seen[str(page)] += int(pageviews)
        return [page for page, _ in seen.most_common(self._pages)]


def write_files(folder: Path, files: Iterable[File]) -> tuple[int, list[str]]:
    """Write files below a folder; returns how many, and the paths that no file can have."""
    written, left_out = 0, []
    for path, body in files:
        target = folder / path
        if not _is_plain(path):
            left_out.append(path)
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
        except OSError:
            # A page may be called as another's folder is.
            left_out.append(path)
        else:
            written += 1
    return written, left_out


def _drawn(asked: Asked, page: str, number: int) -> bytes:
    face = replace(asked.face, number=number)
    if asked.form == "json":
        return as_json(asked, page, number)
    if asked.form == "html":
        return as_html(DRAWN["svg"](face), face.label)
    return DRAWN[asked.form](face)


def _is_plain(path: str) -> bool:
    """Whether every part of a path is a name that a file may have, and none leads elsewhere."""
    parts = path.split("/")
    return path.isprintable() and all(
        part not in {"", ".", ".."} and len(part.encode()) <= _LONGEST_NAME for part in parts
    )
