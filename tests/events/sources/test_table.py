"""The table of sources is in order."""

from __future__ import annotations

import re
from collections import Counter

from ezee.events.sources.clicks import CLICKS
from ezee.events.sources.kinds import KINDS, Known
from ezee.events.sources.referrers import known_referrer, known_source
from ezee.events.sources.table import ALIASES, FEDIVERSE, SOURCES

HOSTS = [
    (host, Known(name, kind))
    for kind, names in SOURCES.items()
    for name, hosts in names.items()
    for host in hosts.split()
]
NAMES = [name for names in SOURCES.values() for name in names]
CHANNELS = {
    *("Direct", "Organic Search", "Paid Search", "Organic Social", "Paid Social", "Email"),
    *("Referral", "AI Assistants", "Campaign"),
}


def test_its_kinds_and_channels_are_those_there_are() -> None:
    assert set(SOURCES) == set(KINDS)
    assert {kind.channel for kind in KINDS.values()} < CHANNELS
    assert {kind.paid_channel for kind in KINDS.values()} < CHANNELS


def test_a_host_stands_for_one_source() -> None:
    assert [host for host, times in Counter(host for host, _ in HOSTS).items() if times > 1] == []


def test_every_host_is_found() -> None:
    for host, known in HOSTS:
        assert known_referrer(host.replace(".*", ".de")) == known
        assert re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(\.\*)?", host), host


def test_every_name_may_be_a_utm_source() -> None:
    found = {name: known_source(name.upper()) for name in NAMES}
    assert {name for name, known in found.items() if known is None or known.name != name} == set()


def test_every_alias_is_of_a_source() -> None:
    for alias, name in (ALIASES | FEDIVERSE).items():
        known = known_source(alias)
        assert known is not None
        assert known.name == name


def test_a_click_is_by_the_source_of_that_name() -> None:
    kinds = {known.name: known.kind for _, known in HOSTS}
    for click in CLICKS.values():
        assert kinds.get(click.by.name, click.by.kind) == click.by.kind, click
        assert click.by.kind in KINDS
