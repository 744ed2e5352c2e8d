"""What ``docs/operating.md`` says of the data folder, of backups and of the operator's files."""

from __future__ import annotations

import subprocess
from dataclasses import fields
from pathlib import Path

import httpx
import pytest

from ezee.settings import Settings
from tests.docs.pages import blocks, first_column, page
from tests.support.service import Service

PAGE = "docs/operating.md"


def test_every_file_of_the_operators_own_is_in_the_table() -> None:
    files = {field.name for field in fields(Settings) if field.type == "Path | None"}
    options = [f"--{name.replace('_', '-')}" for name in files - {"certificate", "certificate_key"}]
    assert sorted(first_column(PAGE, "## Files of your own")) == sorted(options)


@pytest.mark.service
def test_a_backup_has_everything_but_the_salts(own_service: Service, tmp_path: Path) -> None:
    own_service.account("alice@example.com")
    site_id = own_service.tracker("alice@example.com")["site_id"]
    own_service.collect({"site_id": site_id, "url": "/"})
    before = _report(own_service, site_id)
    for path in own_service.data.iterdir():
        stem = path.name.removesuffix("-wal").removesuffix("-shm").removesuffix("-journal")
        shown = f"{stem}/" if path.is_dir() else stem.removesuffix(".wal")
        assert f"`{shown}`" in page(PAGE), path.name
    own_service.stop()

    (command,) = [block.text for block in blocks(PAGE) if block.text.startswith("tar ")]
    subprocess.run(["sh", "-euc", command], cwd=own_service.data.parent, check=True)
    restored = tmp_path / "restored"
    restored.mkdir()
    subprocess.run(
        ["tar", "--extract", "--file", tmp_path / "ezee-backup.tar"], cwd=restored, check=True
    )
    assert {path.name for path in (restored / "data").iterdir()} >= {
        "accounts.sqlite",
        "events.duckdb",
        "service.key",
    }
    assert not list((restored / "data").glob("salts*"))
    other = Service(restored / "data").start()
    try:
        assert _report(other, site_id) == before
    finally:
        other.stop()


def _report(service: Service, site_id: str) -> object:
    url = f"{service.url}/api/public/stats"
    return httpx.get(url, params={"site_id": site_id}, timeout=30).json()
