"""A data folder with history, for the commands that look at it again."""

from __future__ import annotations

from pathlib import Path

from ezee.model.calendar import DAY
from ezee.model.event import Bot
from ezee.model.site import site_key
from ezee.store.base import Batch
from tests.support.events import NOON, PatientStore, event
from tests.support.service import PASSWORD, Service

OWNER = "owner@example.com"


def folder_with(path: Path, *domains: str) -> tuple[Service, list[str]]:
    """A folder that no service runs on, and the ``site_id`` of a tracker for each domain."""
    folder = Service(path)
    folder.command("user", "add", OWNER, "--password-stdin", stdin=f"{PASSWORD}\n")
    return folder, [folder.tracker(OWNER, domain)["site_id"] for domain in domains]


def fill(folder: Service, site_id: str) -> None:
    """Two days of people, of a spammer and of a crawler that had another name."""
    site = site_key(site_id)
    store = PatientStore(folder.data)
    for at in (NOON, NOON + DAY):
        people = [
            event(at + number, site=site, path=path, page=path)
            for number, path in enumerate(("/user/7", "/user/8", "/user/8", "/[/b]"))
        ]
        spam = [event(at, site=site, visitor=2, referrer="semalt.com")] * 1_200
        crawler = Bot(event(at, site=site, visitor=3), "Old [name]", "seo", "Googlebot/2.1")
        ham = Bot(
            event(at, site=site, visitor=4, referrer="ham.example"), "referrer spam", "spam", ""
        )
        store.append(Batch([*people, *spam], bots=[crawler, ham]))
    store.close()
