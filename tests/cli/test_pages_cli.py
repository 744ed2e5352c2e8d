"""``ezee pages regroup``, with and without a service."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import httpx
import pytest

from ezee.cli.output import console
from ezee.cli.root import root
from ezee.errors import InvalidRequest, NotFound
from ezee.model.site import site_key
from ezee.store.base import Batch
from tests.cli.history import fill, folder_with
from tests.support.events import PatientStore, event
from tests.support.service import Service

pytestmark = pytest.mark.service

GROUP = "/user/*"
CHANGES = [
    {"path": f"/user/{number}", "page": f"/user/{number}", "becomes": GROUP, "pageviews": views}
    for number, views in ((8, 4), (7, 2))
]


def run(capsys: pytest.CaptureFixture[str], folder: Service, *options: str) -> str:
    root(["pages", "regroup", "--data", str(folder.data), *options])
    return capsys.readouterr().out


@pytest.fixture
def folder(tmp_path: Path) -> Service:
    """A folder with the history of one tracker."""
    made, (site_id,) = folder_with(tmp_path / "data", "a.example")
    fill(made, site_id)
    return made


def set_groups(folder: Service, *groups: str) -> str:
    (tracker,) = folder.json("tracker", "list")
    value = f"page_rules.groups={json.dumps(groups)}"
    folder.command("tracker", "set", tracker["site_id"], value)
    site_id: str = tracker["site_id"]
    return site_id


def test_a_tried_group_is_shown_with_the_command_that_sets_it(
    folder: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    text = run(capsys, folder, "--group", GROUP, "--group", "/[/b]")
    rows = [line.split() for line in text.splitlines()]
    assert ["pageviews", "path", "becomes"] in rows
    assert [row for row in rows if row[-1:] == [GROUP]] == [
        ["4", "/user/8", GROUP],
        ["2", "/user/7", GROUP],
    ]
    assert "In all 2 paths with 6 pageviews." in text
    assert text == run(capsys, folder, "--group", GROUP, "--group", "/[/b]")
    _, *command = shlex.split(text.splitlines()[-1])
    folder.command(*command)
    assert json.loads(run(capsys, folder, "--json"))["changes"] == CHANGES


def test_what_is_applied_is_what_was_shown(
    folder: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Every page is shown as the groups say." in run(capsys, folder)
    set_groups(folder, GROUP)
    assert run(capsys, folder).endswith("Nothing was changed. --apply changes it.\n")
    shown = json.loads(run(capsys, folder, "--json"))
    assert shown == {"applied": False, "events": 0, "changes": CHANGES}
    applied = json.loads(run(capsys, folder, "--json", "--apply"))
    assert applied == {"applied": True, "events": 6, "changes": CHANGES}
    assert json.loads(run(capsys, folder, "--json"))["changes"] == []
    set_groups(folder)
    text = run(capsys, folder, "--apply")
    assert ["4", "/user/8", GROUP, "/user/8"] in [line.split() for line in text.splitlines()]
    assert text.endswith("Changed: 6 events.\n")


def test_it_works_beside_a_running_service(folder: Service) -> None:
    site_id = set_groups(folder, GROUP)
    folder.start()
    assert folder.json("pages", "regroup")["changes"] == CHANGES
    assert folder.json("pages", "regroup", "--apply")["events"] == 6
    asked = {"site_id": site_id, "from": "2026-03-10", "to": "2026-03-11", "dimension": "page"}
    answer = httpx.get(f"{folder.url}/api/public/stats", params=asked).json()["data"]
    pages = {row["value"]: row["pageviews"] for row in answer["breakdowns"]["page"]}
    assert pages == {"/": 2_400, GROUP: 6, "/[/b]": 2}
    folder.stop()


@pytest.mark.parametrize("width", [80, 120])
def test_long_paths_are_cut_to_the_terminal_and_many_to_50(
    folder: Service,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    (tracker,) = folder.json("tracker", "list")
    store = PatientStore(folder.data)
    paths = [f"/{number}/{'long' * 100}" for number in range(60)]
    site = site_key(tracker["site_id"])
    store.append(Batch([event(site=site, path=path, page=path) for path in paths]))
    store.close()
    monkeypatch.setattr(console, "width", width)
    text = run(capsys, folder, "--group", "/**")
    table = [line for line in text.splitlines() if line.rstrip().endswith("/**")]
    assert len(table) == 50
    assert width - 10 < max(map(len, table)) <= width
    assert "and 14 paths more; --json lists all." in text
    assert len(json.loads(run(capsys, folder, "--group", "/**", "--json"))["changes"]) == 64


def test_a_tracker_must_be_clear_and_groups_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = folder_with(tmp_path)
    with pytest.raises(NotFound, match="`ezee tracker add`"):
        run(capsys, folder)
    folder.tracker("owner@example.com", "a.example")
    with pytest.raises(InvalidRequest, match="pattern 1 must start with /"):
        run(capsys, folder, "--group", "user/*")
    with pytest.raises(InvalidRequest, match="Set the groups for the tracker first"):
        run(capsys, folder, "--group", GROUP, "--apply")
    folder.tracker("owner@example.com", "b.example")
    with pytest.raises(InvalidRequest, match="several trackers"):
        run(capsys, folder)
    with pytest.raises(NotFound, match="no tracker ezi_000000000000"):
        run(capsys, folder, "--site", "ezi_000000000000")
