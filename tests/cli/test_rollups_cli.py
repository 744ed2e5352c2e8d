"""``ezee rollup``, with and without a service."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from ezee.cli.output import console
from ezee.cli.root import root
from ezee.store.duckdb.lives import FILE_NAME
from tests.cli.history import fill, folder_with
from tests.support.service import Service

pytestmark = pytest.mark.service


def run(capsys: pytest.CaptureFixture[str], folder: Service, *words: str) -> str:
    root(["rollup", *words, "--data", str(folder.data)])
    return capsys.readouterr().out


@pytest.fixture
def folder(tmp_path: Path) -> Service:
    """A folder with the history of two trackers."""
    made, sites = folder_with(tmp_path / "data", "a.example", "b.example")
    for site_id in sites:
        fill(made, site_id)
    return made


def test_days_are_built_once(folder: Service, capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = folder.json("tracker", "list")
    assert run(capsys, folder, "build", "--site", first["site_id"], "--json") == (
        '{\n  "events": 2408\n}\n'
    )
    assert "2,408" in run(capsys, folder, "build")
    assert run(capsys, folder, "build") == "Every day is rolled up.\n"
    assert "4,816" in run(capsys, folder, "build", "--again")
    assert run(capsys, folder, "verify") == "Every roll-up is what the events say.\n"


def test_what_is_wrong_is_listed_and_mended(
    folder: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "width", 200)
    run(capsys, folder, "build")
    with duckdb.connect(folder.data / FILE_NAME) as connection:
        connection.execute("update rollups set pageviews = 7 where value = '/[/b]' or value = ''")
    for words in (("verify",), ("verify", "--json")):
        with pytest.raises(SystemExit) as stopped:
            run(capsys, folder, *words)
        assert stopped.value.code == 1
        text = capsys.readouterr().out
        assert "/[/b]" in text
        assert "2026-03-11" in text
    run(capsys, folder, "build", "--again")
    text = run(capsys, folder, "verify", "--json")
    assert json.loads(text) == {"wrong": [], "kept_from": {}}


def test_beside_a_running_service(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert "roll" in run(capsys, service, "build").lower()
    # Other tests of the same service have days expire, of which it says so.
    assert run(capsys, service, "verify").startswith("Every roll-up is what the events say.\n")
