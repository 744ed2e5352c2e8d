"""The build of the script for pages: what it prints, and that it ends where one is too heavy."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ezee.web.script.versions import current_scripts
from tests.docs.pages import ROOT

ASSETS = ROOT / "assets"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A copy of the script's folder, beside the packages that its build needs."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (ASSETS / "node_modules").exists():
        pytest.skip("the packages of assets/ are not installed")
    (tmp_path / "node_modules").symlink_to(ASSETS / "node_modules")
    (tmp_path / "package.json").symlink_to(ASSETS / "package.json")
    return Path(shutil.copytree(ASSETS / "script", tmp_path / "script"))


def build(script: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", str(script / "build.mjs"), str(script.parent / "built")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_same_sources_make_the_same_script_and_its_weight_is_told(script: Path) -> None:
    done = build(script)
    assert done.returncode == 0, done.stderr
    for name, made in current_scripts().items():
        assert (script.parent / "built" / f"{name}.js").read_bytes() == made.contents[""]
        weight = f"{len(made.contents[''])} bytes, {len(made.contents['gzip'])} gzipped"
        assert f"{name}.js: {weight}" in done.stdout


def test_a_script_that_is_too_heavy_is_not_made(script: Path) -> None:
    source = script / "ezee.ts"
    noise = "".join(f"console.log({number * 7919 % 10007}, doc.title);" for number in range(100))
    source.write_text(source.read_text() + noise)
    done = build(script)
    assert done.returncode == 1
    assert "ezee.js is " in done.stderr
    assert "bytes too heavy" in done.stderr
    assert not (script.parent / "built").exists()


def test_a_script_whose_types_are_wrong_is_not_made(script: Path) -> None:
    source = script / "ezee.ts"
    source.write_text(source.read_text() + "const wrong: number = address();")
    assert build(script).returncode != 0
    assert not (script.parent / "built").exists()
