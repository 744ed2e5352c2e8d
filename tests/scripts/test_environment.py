"""``./start`` and ``./test`` before there is anything to run: what they say, and when they install.

``python3`` is a stand-in here that notes how it is called, so nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Makes a virtual environment whose python and ezee only note how they were called.
PYTHON = """#!/bin/sh
echo "python $*" >>"$CALLS"
case "$*" in
"-V") echo Python 3.12.1 ;;
"-m venv"*)
    for last; do :; done
    mkdir -p "$last/bin"
    cp "$0" "$last/bin/python"
    printf '#!/bin/sh\\necho "ezee $* in $EZEE_DATA"\\n' >"$last/bin/ezee"
    chmod +x "$last/bin/ezee" ;;
esac
"""
OLD_PYTHON = """#!/bin/sh
case "$1" in -V) echo Python 3.9.2 ;; *) exit 1 ;; esac
"""
NO_VENV = """#!/bin/sh
case "$*" in *ensurepip*) exit 1 ;; -V) echo Python 3.12.1 ;; esac
"""
NO_NETWORK = """*--requirement* | *requirements*)
    echo "WARNING: Retrying after connection broken by 'NewConnectionError': /simple/" >&2
    exit 1 ;;
"""
FULL_DISK = """*requirements*)
    echo "ERROR: Could not install packages due to an OSError: No space left on device" >&2
    exit 1 ;;
"""
NO_SUCH_VERSION = """*requirements*)
    echo "ERROR: No matching distribution found for duckdb==2.0.0" >&2
    exit 1 ;;
"""


class Clone:
    """A clone with nothing installed, and the programs it finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        self.programs = folder / "programs"
        self.calls = folder / "calls"
        self.folder.mkdir()
        self.programs.mkdir()
        for name in ("start", "test", "hatch_build.py", "pyproject.toml", "requirements.lock"):
            _copy(ROOT / name, self.folder / name)
        _copy(ROOT / ".gitignore", self.folder / ".gitignore")
        for name in ("assets", "scripts"):
            _copy(ROOT / name, self.folder / name)
        for name in ("requirements-dev.lock", "requirements-witness.lock"):
            shutil.copy(ROOT / name, self.folder)
        self.python(PYTHON)

    def python(self, script: str) -> None:
        """Have every ``python3`` be this script."""
        for name in ("python3", "python3.13", "python3.12", "python3.11"):
            self.program(name, script)

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(script)
        path.chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one of the two; forget the calls of before."""
        self.calls.write_text("")
        return subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", "CALLS": str(self.calls)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def installed(self) -> bool:
        """Whether the last run called pip."""
        return "-m pip" in self.calls.read_text()

    def built_alone(self) -> bool:
        """Whether the last run had the project built, and no package installed."""
        calls = self.calls.read_text()
        return "--editable" in calls and "requirements" not in calls

    def product(self, text: str) -> Path:
        """Write one of the files that the build makes."""
        path = self.folder / "src/ezee/web/script/built/ezee.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules"))
    else:
        shutil.copy(source, target)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_start_installs_and_hands_its_arguments_on(clone: Clone) -> None:
    done = clone.run("./start", "--port", "9000")
    assert (done.returncode, clone.installed()) == (0, True)
    assert done.stdout == f"ezee serve --port 9000 in {clone.folder / 'data'}\n"
    assert "Installing" in done.stderr


def test_a_second_start_installs_nothing_and_says_nothing(clone: Clone) -> None:
    clone.run("./start")
    done = clone.run("./start")
    assert (done.returncode, clone.installed(), done.stderr) == (0, False, "")


def test_start_after_test_installs_nothing(clone: Clone) -> None:
    clone.run("./test", "-k", "nothing")
    assert clone.installed()
    assert clone.run("./start").returncode == 0
    assert not clone.installed()
    clone.run("./test", "-k", "nothing")
    assert not clone.installed()


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_a_change_is_installed(clone: Clone, name: str) -> None:
    clone.run("./start")
    with (clone.folder / name).open("a") as file:
        file.write("# changed\n")
    assert clone.run("./start").returncode == 0
    assert clone.installed()


@pytest.mark.parametrize("name", ["script/ezee.ts", "pages/styles/style.css", "world.js"])
def test_an_asset_that_changed_is_built_and_nothing_is_installed(clone: Clone, name: str) -> None:
    clone.run("./start")
    with (clone.folder / "assets" / name).open("a") as file:
        file.write("/* changed */\n")
    done = clone.run("./start")
    assert (done.returncode, clone.built_alone()) == (0, True)
    assert "What is built from assets/ is not of these assets." in done.stderr
    assert clone.run("./start").returncode == 0
    assert not clone.installed()


def test_what_was_built_of_other_assets_is_built_again(clone: Clone) -> None:
    product = clone.product("new")
    clone.run("./start")
    product.write_text("of another checkout, built by hand")
    made = product.stat().st_mtime
    assert clone.run("./start").returncode == 0
    assert clone.built_alone()
    # The build makes what is older than its inputs.
    assert product.stat().st_mtime < made
    assert product.parent.stat().st_mtime < made
    assert clone.run("./start").returncode == 0
    assert not clone.installed()


def test_a_build_that_failed_is_done_again(clone: Clone) -> None:
    product = clone.product("old")
    clone.run("./start")
    with (clone.folder / "assets/script/ezee.ts").open("a") as file:
        file.write("const wrong;\n")
    python = clone.folder / ".venv/bin/python"
    works = python.read_text()
    python.write_text(
        works.replace("esac", '*--editable*) echo "it is wrong" >&2; exit 1 ;;\nesac')
    )
    done = clone.run("./start")
    assert (done.returncode, product.read_text()) == (1, "old")
    assert "it is wrong" in done.stderr
    python.write_text(works)
    assert clone.run("./start").returncode == 0
    assert clone.built_alone()


def test_an_installation_that_failed_is_done_again(clone: Clone) -> None:
    clone.python(PYTHON.replace("esac", f"{NO_NETWORK}esac"))
    assert clone.run("./start").returncode == 1
    shutil.rmtree(clone.folder / ".venv")
    clone.python(PYTHON)
    assert clone.run("./start").returncode == 0
    assert clone.installed()


@pytest.mark.parametrize("command", ["./start", "./test"])
@pytest.mark.parametrize(
    ("python", "said"),
    [
        (OLD_PYTHON, "Python 3.11 or newer is needed; found: Python 3.9.2."),
        (NO_VENV, "apt-get install python3-venv"),
        (PYTHON.replace("esac", f"{NO_NETWORK}esac"), "pip cannot reach its package index"),
        (PYTHON.replace("esac", f"{FULL_DISK}esac"), "the disk is full"),
        (PYTHON.replace("esac", f"{NO_SUCH_VERSION}esac"), "No matching distribution found"),
    ],
    ids=["old python", "no venv", "no network", "full disk", "no such version"],
)
def test_what_is_missing_is_said(clone: Clone, command: str, python: str, said: str) -> None:
    clone.python(python)
    done = clone.run(command)
    assert done.returncode == 1
    assert said in done.stderr
    assert "ezee serve" not in done.stdout


def test_too_little_room_is_said_before_anything_is_downloaded(clone: Clone) -> None:
    clone.program("df", "#!/bin/sh\necho Filesystem\necho disk 100000 90000 10240 90% /\n")
    done = clone.run("./start")
    assert (done.returncode, clone.installed()) == (1, False)
    assert "400 MB of free disk space are needed" in done.stderr
    assert "there are 10." in done.stderr


def test_arguments_of_test_go_to_pytest_alone(clone: Clone) -> None:
    assert clone.run("./test", "-k", "a name").returncode == 0
    calls = clone.calls.read_text()
    assert "python -m pytest -k a name\n" in calls
    assert "mypy" not in calls


@pytest.mark.parametrize("command", ["./start", "./test"])
def test_help_installs_nothing(clone: Clone, command: str) -> None:
    done = clone.run(command, "--help")
    assert (done.returncode, clone.installed()) == (0, False)
    assert done.stdout.startswith(f"Usage: {command} ")


def test_what_tests_run_apart_is_installed_apart_and_alone(clone: Clone) -> None:
    assert clone.run("./start").returncode == 0
    assert not (clone.folder / ".venv-witness").exists()
    done = clone.run("./test", "-k", "nothing")
    assert done.returncode == 0
    assert f"Making a virtual environment in {clone.folder}/.venv-witness" in done.stderr
    (call,) = [
        each for each in clone.calls.read_text().splitlines() if "requirements-witness" in each
    ]
    assert "install --no-deps -r " in call


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "requirements-witness.lock"]
)
def test_a_lock_file_pins_and_names_no_registry(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    pins = [line for line in lines if not line.lstrip().startswith("#")]
    assert all("==" in line for line in pins)
    assert not any("://" in line or line.startswith("-") for line in pins)


def test_both_lock_files_pin_the_same_versions() -> None:
    needed = (ROOT / "requirements.lock").read_text().splitlines()[2:]
    assert set(needed) <= set((ROOT / "requirements-dev.lock").read_text().splitlines())
