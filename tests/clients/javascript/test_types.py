"""The types that the client declares are those that it has."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.javascript.nodes import CLIENT, run
from tests.docs.pages import ROOT

COMPILER = ROOT / "assets/node_modules/typescript/bin/tsc"
DECLARED = (CLIENT / "ezee.d.mts").read_text()
PROGRAM = """\
import { Batcher, Ezee, EzeeError, pageview, type Event, type Stats } from "./ezee.mjs";

const ezee = new Ezee("https://stats.example.com", { token: "x", attempts: 2 });
const event: Event = { site_id: "x", url: "/", props: { plan: "pro", seats: 2 } };
const told: number = (await ezee.collect([event, pageview("x")])).accepted;
const stats: Stats = await ezee.stats("x", { metrics: ["visitors"], interval: "day" });
const rows = await ezee.exportStats("x", "page", { format: "ndjson", limit: 5 });
const first: Uint8Array | undefined = (await rows.getReader().read()).value;
await ezee.exportEvents("x", { from: "2026-10-01", to: "2026-10-31" });
const batcher: Batcher = ezee.batcher({ onError: (error, gone) => gone.map((each) => each.url) });
batcher.add(event);
const secret: string = await ezee.newSigningSecret("x");
try {
  await ezee.changeTracker("x", { places: "city" });
} catch (error) {
  if (error instanceof EzeeError) console.log(error.retryAfter, told, stats.rows, secret, first);
}
%s
"""
WRONG = [
    'await ezee.collect({ url: "/" });',
    'await ezee.stats("x", { interval: "year" });',
    'await ezee.exportStats("x", "page", { format: "xlsx" });',
    'await ezee.addTracker({ name: "x" });',
    'await ezee.changeTracker("x", { places: "street" });',
]


def check(tmp_path: Path, program: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not COMPILER.exists():
        pytest.skip("the packages of assets/ are not installed")
    for name in ("ezee.mjs", "ezee.d.mts"):
        shutil.copy(CLIENT / name, tmp_path)
    (tmp_path / "program.mts").write_text(program)
    options = "--noEmit --strict --target es2022 --module nodenext --lib es2022,dom,dom.iterable"
    return subprocess.run(
        ["node", str(COMPILER), *options.split(), "--types", "", "program.mts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_program_by_the_types_compiles(tmp_path: Path) -> None:
    done = check(tmp_path, PROGRAM % "")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_one_does_not(wrong: str, tmp_path: Path) -> None:
    assert check(tmp_path, PROGRAM % wrong).returncode != 0


def test_everything_that_there_is_is_declared_and_nothing_else() -> None:
    told = run(
        """
        const module = await import("ezee-client");
        const own = (made) => Object.getOwnPropertyNames(made.prototype);
        const methods = (made) => own(made).filter((name) => name !== "constructor");
        tell({ names: Object.keys(module), Ezee: methods(Ezee), Batcher: methods(Batcher) });
        """
    )
    names = re.findall(r"^export (?:class|function) (\w+)", DECLARED, re.MULTILINE)
    assert sorted(names) == sorted(told["names"])
    for name in ("Ezee", "Batcher"):
        body = DECLARED.split(f"export class {name} {{")[1].split("\n}")[0]
        methods = re.findall(r"^  (\w+)\(", body, re.MULTILINE)
        assert sorted(set(methods) - {"constructor"}) == sorted(told[name])
