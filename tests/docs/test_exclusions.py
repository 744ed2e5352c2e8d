"""``docs/exclusions.md`` names every list and setting, and its entries can be set."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from ezee.accounts.rules import ENTRY_LIMIT, FIELDS, changed_rules
from ezee.model.exclusions import Exclusions
from ezee.model.rules import DEFAULT_RULES
from tests.docs.pages import examples, first_column, page
from tests.support.service import Service

PAGE = "docs/exclusions.md"
LISTS = Exclusions.__struct_fields__
ROWS = dict(re.findall(r"(?m)^\| `(\w+)` \| (`.*?`) \| (?=.*\|$)", page(PAGE)))


def test_every_list_is_there() -> None:
    assert tuple(first_column(PAGE, "## Exclusions")) == LISTS
    assert f"Five lists of up to {ENTRY_LIMIT} entries" in page(PAGE)
    assert len(LISTS) == 5


def test_every_setting_is_there_with_its_default() -> None:
    told = dict(re.findall(r"(?m)^\| `(respect_\w+)` \| `(\w+)` \|", page(PAGE)))
    assert told == {
        name: str(getattr(DEFAULT_RULES, name)).lower() for name in FIELDS if "respect" in name
    }
    for name in LISTS:
        assert f"`exclusions.{name}`" in page(PAGE)


@pytest.mark.parametrize("name", LISTS)
def test_the_entries_can_be_set(name: str) -> None:
    entries = re.findall(r"`([^`]+)`", ROWS[name])
    rules, errors = changed_rules(DEFAULT_RULES, {"exclusions": {name: entries}})
    assert (len(entries) > 1, errors) == (True, [])
    assert len(getattr(rules.exclusions, name)) == len(entries)


def test_networks_become_what_is_told() -> None:
    told = re.findall(r"`([0-9a-f.:]+/\d+)` is `([0-9a-f.:]+/\d+)`", page(PAGE))
    assert len(told) == 2
    for given, kept in told:
        rules, _ = changed_rules(DEFAULT_RULES, {"exclusions": {"networks": [given]}})
        assert rules.exclusions.networks == (kept,)


@pytest.mark.service
def test_the_example_runs(service: Service) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    account = service.account("exclusions@example.com")
    ((example, _),) = examples(PAGE)
    done = subprocess.run(
        ["sh", "-euc", example.text.replace("https://stats.example.com", service.url)],
        env={**service.environ, "TOKEN": account.token},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert '"networks":["192.0.2.0/24"],"paths":["/admin/**"]' in done.stdout
