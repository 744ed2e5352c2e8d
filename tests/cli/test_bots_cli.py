"""``ezee bots rejudge``, with and without a service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from ezee.cli.output import console
from ezee.cli.root import root
from ezee.errors import NotFound, SetupError
from tests.cli.history import fill, folder_with
from tests.support.service import Service

pytestmark = pytest.mark.service

SPAM = {"rule": "referrer spam", "category": "spam"}
OLD = {"rule": "Old [name]", "category": "seo"}
GOOGLEBOT = {"rule": "Googlebot", "category": "search"}
CHANGES = [(None, SPAM, 1_200), (OLD, GOOGLEBOT, 1), (SPAM, None, 1)]


def run(capsys: pytest.CaptureFixture[str], folder: Service, *options: str) -> str:
    root(["bots", "rejudge", "--data", str(folder.data), *options])
    return capsys.readouterr().out


def changes(site_id: str) -> list[dict[str, Any]]:
    return [
        {"site_id": site_id, "day": day, "was": was, "becomes": becomes, "events": events}
        for day in ("2026-03-10", "2026-03-11")
        for was, becomes, events in CHANGES
    ]


def test_every_tracker_is_shown_and_nothing_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, sites = folder_with(tmp_path, "a.example", "b.example", "empty.example")
    for site_id in sites[:2]:
        fill(folder, site_id)
    monkeypatch.setattr(console, "width", 80)
    text = run(capsys, folder)
    assert max(map(len, text.splitlines())) <= 80
    rows = [tuple(line.split()) for line in text.splitlines()]
    for domain, site_id in zip(("a.example", "b.example"), sites, strict=False):
        assert (domain, site_id) in rows
    assert "empty.example" not in text
    spammed = ("a", "person", "referrer", "spam", "(spam)", "1,200")
    assert rows.count(("2026-03-10", *spammed)) == rows.count(("2026-03-11", *spammed)) == 2
    assert rows.count(("Old", "[name]", "(seo)", "Googlebot", "(search)", "1")) == 4
    totals = ["to programs 4,800", "to people 4", "to another 4"]
    assert [" ".join(row[-3:]) for row in rows if row[:1] == ("from",)] == totals
    assert text.endswith("Nothing was changed. --apply changes it.\n")
    assert run(capsys, folder) == text


def test_what_is_applied_is_what_was_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, (first, second) = folder_with(tmp_path, "a.example", "b.example")
    for site_id in (first, second):
        fill(folder, site_id)
    only = ("--site", first)
    shown = json.loads(run(capsys, folder, "--json", *only))
    assert shown == {"applied": False, "events": 0, "changes": changes(first)}
    applied = json.loads(run(capsys, folder, "--json", "--apply", *only))
    assert applied == {"applied": True, "events": 2_404, "changes": changes(first)}
    assert json.loads(run(capsys, folder, "--json"))["changes"] == changes(second)
    assert run(capsys, folder, "--apply").endswith("Changed: 2,404 events.\n")
    assert "say the same of everything" in run(capsys, folder, "--apply")


def test_it_works_beside_a_running_service(tmp_path: Path) -> None:
    folder, (site_id,) = folder_with(tmp_path / "data", "a.example")
    fill(folder, site_id)
    folder.start()
    assert _pageviews(folder, site_id) == 2_408
    assert folder.json("bots", "rejudge")["changes"] == changes(site_id)
    assert folder.json("bots", "rejudge", "--apply")["events"] == 2_404
    assert _pageviews(folder, site_id) == 10
    assert folder.json("bots", "rejudge") == {"applied": False, "events": 0, "changes": []}
    folder.stop()


@pytest.mark.parametrize("how", ["option", "environment"])
def test_the_operators_own_spammers_count(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    folder, (site_id,) = folder_with(tmp_path / "data", "a.example")
    fill(folder, site_id)
    file = tmp_path / "spammers"
    file.write_text("ham.example\n")
    options = ["--spammers", str(file)] if how == "option" else []
    if how == "environment":
        monkeypatch.setenv("EZEE_SPAMMERS", str(file))
    found = json.loads(run(capsys, folder, "--json", *options))["changes"]
    assert [each["events"] for each in found] == [1_200, 1] * 2


def test_a_folder_without_trackers_has_nothing_to_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = folder_with(tmp_path)
    assert "say the same of everything" in run(capsys, folder, "--apply")
    assert json.loads(run(capsys, folder, "--json"))["changes"] == []


def test_what_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = folder_with(tmp_path, "a.example")
    with pytest.raises(NotFound, match="no tracker ezi_000000000000"):
        run(capsys, folder, "--site", "ezi_000000000000")
    with pytest.raises(SetupError, match="there is no file"):
        run(capsys, folder, "--spammers", str(tmp_path / "nothing"))


def _pageviews(service: Service, site_id: str) -> int:
    asked = {"site_id": site_id, "from": "2026-03-10", "to": "2026-03-11"}
    answer = httpx.get(f"{service.url}/api/public/stats", params=asked)
    pageviews: int = answer.json()["data"]["totals"]["pageviews"]
    return pageviews
