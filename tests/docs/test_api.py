"""``docs/api.md`` names everything the API knows, and its examples run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ezee.events.payload import Payload
from ezee.exports import parts
from ezee.model.dimensions import DIMENSIONS, EVERY_PROPERTY
from ezee.model.event import DropReason
from ezee.model.metrics import METRICS, REVENUE
from ezee.model.query import Interval, Operator
from ezee.stats import comparisons, parse, periods
from ezee.web.errors import STATUS
from tests.docs.pages import examples, first_column, page
from tests.support.service import Account, Service

API = "docs/api.md"
EXAMPLES = [block for block, _ in examples(API)]
RUNNERS = {
    "sh": ("sh", "-euc"),
    "js": ("node", "--input-type=module", "-e"),
    "python": (sys.executable, "-c"),
}


def test_every_error_code_is_documented_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", page(API), re.MULTILINE)
    assert {code: int(status) for status, code in rows} == STATUS


def test_every_field_of_collect_is_documented() -> None:
    fields = {name for name in Payload.__struct_fields__ if name != "events"}
    assert fields == set(first_column(API, "## Collect")) - set(DropReason) - {"reason"}


def test_every_drop_reason_is_documented() -> None:
    assert set(DropReason) <= set(first_column(API, "## Collect"))


def test_everything_to_ask_of_stats_is_documented() -> None:
    known = {*parse.KNOWN, *parts.PARAMETERS, *periods.NAMES, *Interval, *METRICS, *DIMENSIONS}
    assert set(first_column(API, "## Stats")) == known | {
        *("site_id", REVENUE, "prop:<key>", EVERY_PROPERTY)
    }
    assert set(first_column(API, "### Filters")) == set(Operator)
    assert set(first_column(API, "### Comparisons")) == {*comparisons.NAMES, "compare"}


def test_every_endpoint_is_documented(service: Service) -> None:
    paths = httpx.get(f"{service.url}/openapi.json").json()["paths"]
    served = {
        f"{method.upper()} {path}"
        for path, item in paths.items()
        for method in item
        if path.startswith("/api/")
    }
    assert served == set(re.findall(r"^\| \[`([A-Z]+ /api/[^`]*)`\]", page(API), re.MULTILINE))


@pytest.fixture(scope="module")
def writer(service: Service) -> Account:
    """Owns the trackers of the examples."""
    return service.account("writer@example.com")


@pytest.mark.service
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_example_runs(number: int, service: Service, writer: Account, tmp_path: Path) -> None:
    example = EXAMPLES[number]
    command, *options = RUNNERS[example.language]
    program = "curl" if command == "sh" else command
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    site_id = service.tracker(writer.email, f"{number}.example.com")["site_id"]
    script = example.text.replace("https://stats.example.com", service.url)
    done = subprocess.run(
        [command, *options, script.replace("ezi_64a31d92b70f", site_id)],
        env={**service.environ, "TOKEN": writer.token},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stdout, done.stdout
    if "collect" in example.text:
        assert re.search(r"accepted\W+1", done.stdout), done.stdout


def test_examples_are_there_in_three_languages() -> None:
    assert {block.language for block in EXAMPLES} == set(RUNNERS)
