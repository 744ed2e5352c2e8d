"""The files in ``helpers/deploy`` are right, and ``docs/deploying.md`` shows them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, page
from tests.support.running import need
from tests.support.service import Service

DEPLOY = ROOT / "helpers" / "deploy"
PAGE = "docs/deploying.md"
UNITS = ("ezee.service", "ezee-backup.service", "ezee-backup.timer")


def instructions() -> list[tuple[str, str]]:
    """The Containerfile, as pairs of instruction and what follows."""
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    told = [line for line in lines if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in told)]


def of(instruction: str) -> list[str]:
    return [rest for word, rest in instructions() if word == instruction]


def test_every_file_is_shown_on_the_page() -> None:
    linked = set(re.findall(r"\]\(\.\./helpers/deploy/([^)]+)\)", page(PAGE)))
    assert linked == {path.name for path in DEPLOY.iterdir()}


@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_nothing_to_say_of_a_unit(name: str, tmp_path: Path) -> None:
    need("systemd-analyze")
    for unit in UNITS:
        text = (DEPLOY / unit).read_text().replace("/opt/ezee/bin/ezee", "/bin/true")
        # Whether a user and a page are there is this machine's affair.
        text = re.sub(r"^(User|Group|Documentation)=.*\n", "", text, flags=re.MULTILINE)
        (tmp_path / unit).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
    )
    said = [line for line in done.stderr.splitlines() if name in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_the_service_is_out_of_reach_of_nearly_everything() -> None:
    need("systemd-analyze")
    # 10 is a service without any protection. 2.5 leaves room for what systemd adds to its list.
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(DEPLOY / UNITS[0])],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_the_image_copies_what_is_there_and_runs_as_nobody_in_particular() -> None:
    for rest in of("COPY"):
        *sources, _ = shlex.split(rest)
        for source in sources:
            if source.startswith("--from=") or sources[0].startswith("--from="):
                continue
            assert (ROOT / source).exists(), source
    order = [word for word, _ in instructions()]
    assert order.index("USER") < order.index("ENTRYPOINT")
    (user,) = of("USER")
    assert user not in {"root", "0"}
    first, second = (rest.split()[0] for rest in of("FROM"))
    assert first == second
    assert of("VOLUME") == ["/data"]
    assert "EZEE_DATA=/data" in of("ENV")[0]


def test_the_image_is_of_the_format_that_has_health_checks() -> None:
    assert of("HEALTHCHECK")
    told = [block.text for block in blocks(PAGE) if "podman build" in block.text]
    first = (DEPLOY / "Containerfile").read_text().partition("\n")[0]
    for text in (*told, first):
        assert "podman build --format docker " in text


@pytest.mark.service
def test_the_image_starts_and_is_found_healthy(tmp_path: Path) -> None:
    """With its own environment and command, and port 0 instead of its own."""
    environ = dict(pair.split("=", 1) for pair in shlex.split(of("ENV")[0]))
    environ |= {"EZEE_DATA": str(tmp_path / "data"), "EZEE_PORT": "0", "EZEE_DRAIN": "0"}
    environ["PATH"] = str(Path(sys.executable).parent)
    assert json.loads(of("ENTRYPOINT")[0]) == ["ezee"]
    assert json.loads(of("CMD")[0]) == ["serve"]
    service = Service(tmp_path / "data", environ=environ).start()
    (check,) = of("HEALTHCHECK")
    program, *arguments = json.loads(check.partition(" CMD ")[2])
    assert program == "python"
    port = service.url.rpartition(":")[2]
    command = [sys.executable, *(each.replace(":8000", f":{port}") for each in arguments)]
    assert subprocess.run(command, timeout=60).returncode == 0
    assert service.stop() == 0
    assert subprocess.run(command, timeout=60, stderr=subprocess.DEVNULL).returncode != 0


@pytest.mark.slow
@pytest.mark.service
def test_the_image_is_built_of_steps_that_work(tmp_path: Path) -> None:
    """The steps of the first stage, in a folder that has what is copied, and nothing else."""
    source, target = tmp_path / "src", tmp_path / "opt"
    source.mkdir()
    copied = of("COPY")[: -len([rest for rest in of("COPY") if rest.startswith("--from=")])]
    kept = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    wanted = [name for rest in copied for name in shlex.split(rest)[:-1]]
    for name in kept:
        if name in wanted or name.split("/")[0] in wanted:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    first_stage = [rest for rest in of("RUN") if "/opt/ezee" in rest]
    assert len(first_stage) == 3
    for step in first_stage:
        script = step.replace("/opt/ezee", str(target)).replace("python -m", f"{sys.executable} -m")
        done = subprocess.run(
            ["sh", "-euc", script], cwd=source, capture_output=True, text=True, timeout=800
        )
        assert done.returncode == 0, done.stderr[-2000:]
    told = subprocess.run([target / "bin" / "ezee", "--version"], capture_output=True, text=True)
    assert told.stdout.startswith("ezee ")
    asked = "import psycopg, webauthn, redis; from importlib.resources import files; "
    asked += "print((files('ezee') / 'web' / 'html' / 'docs' / 'operating.md').is_file())"
    done = subprocess.run([target / "bin" / "python", "-c", asked], capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr
