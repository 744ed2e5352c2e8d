"""A tracker's rules: what is given is brought to one form, and what is wrong is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from ezee.accounts.rules import changed_rules
from ezee.model.exclusions import Exclusions
from ezee.model.pages import PageRules
from ezee.model.rules import DEFAULT_RULES, SiteRules

SET = SiteRules(
    page_rules=PageRules(keep_parameters=("id",), groups=("/user/*",)),
    exclusions=Exclusions(networks=("192.0.2.0/24",), countries=("DE",)),
    respect_gpc=False,
    respect_dnt=True,
    places="city",
)


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        ({}, {}),
        ({"respect_gpc": True}, {"respect_gpc": True}),
        ({"respect_dnt": False, "places": "region"}, {"respect_dnt": False, "places": "region"}),
        ({"page_rules": {}}, {}),
        (
            {"page_rules": {"groups": [], "strip_slash": True}},
            {"page_rules": PageRules(keep_parameters=("id",), strip_slash=True)},
        ),
        (
            {"exclusions": {"networks": [], "agents": ["Pingdom"]}},
            {"exclusions": Exclusions(countries=("DE",), agents=("Pingdom",))},
        ),
    ],
)
def test_what_is_not_given_stays(asked: Mapping[str, object], changed: Mapping[str, Any]) -> None:
    assert changed_rules(SET, asked) == (msgspec.structs.replace(SET, **changed), [])


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("networks", "192.0.2.7", "192.0.2.7"),
        ("networks", "192.0.2.7/32", "192.0.2.7"),
        ("networks", "10.0.0.1/8", "10.0.0.0/8"),
        ("networks", "10.0.0.1/255.0.0.0", "10.0.0.0/8"),
        ("networks", " 2001:DB8:0::1/32 ", "2001:db8::/32"),
        ("networks", "2001:db8::1/128", "2001:db8::1"),
        ("networks", "::ffff:192.0.2.7", "192.0.2.7"),
        ("networks", "::ffff:192.0.2.7/120", "192.0.2.0/24"),
        ("networks", "::ffff:0:0/96", "0.0.0.0/0"),
        ("paths", " /admin/** ", "/admin/**"),
        ("countries", "de", "DE"),
        ("agents", " Pingdom ", "Pingdom"),
        ("hostnames", "https://www.Example.COM:8443/shop", "example.com"),
        ("hostnames", "Bücher.example", "xn--bcher-kva.example"),
        ("hostnames", "*.Bücher.example", "*.xn--bcher-kva.example"),
        ("hostnames", "*.www.example.com", "*.www.example.com"),
        ("hostnames", "localhost", "localhost"),
    ],
)
def test_an_entry_is_brought_to_one_form(name: str, given: str, kept: str) -> None:
    rules, errors = changed_rules(DEFAULT_RULES, {"exclusions": {name: [given, given]}})
    assert errors == []
    assert rules.exclusions == Exclusions(**{name: (kept,)})
    # What was kept is kept as it is.
    assert changed_rules(DEFAULT_RULES, {"exclusions": {name: [kept]}}) == (rules, [])


ENTRIES: dict[str, list[Any]] = {
    "networks": [f"10.0.{number}.0/24" for number in range(101)],
    "paths": [f"/{number}" for number in range(101)],
    "countries": [f"{first}{second}" for first in "ABCDE" for second in "ABCDEFGHIJKLMNOPQRSTU"],
    "agents": [f"agent {number}" for number in range(101)],
    "hostnames": [f"{number}.example" for number in range(101)],
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_list_has_at_most_100_entries(name: str) -> None:
    full = ENTRIES[name][:100]
    rules, errors = changed_rules(DEFAULT_RULES, {"exclusions": {name: full}})
    assert (list(getattr(rules.exclusions, name)), errors) == (full, [])
    _, errors = changed_rules(DEFAULT_RULES, {"exclusions": {name: ENTRIES[name][:101]}})
    assert [error.field for error in errors] == [f"exclusions.{name}"]


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"respect_gpc": 1}, ["respect_gpc"]),
        ({"respect_dnt": "true"}, ["respect_dnt"]),
        ({"places": "street"}, ["places"]),
        ({"places": ["city"]}, ["places"]),
        ({"exclusions": []}, ["exclusions"]),
        ({"page_rules": "strip_slash"}, ["page_rules"]),
        ({"exclusions": {"networks": "192.0.2.7"}}, ["exclusions.networks"]),
        ({"exclusions": {"networks": None}}, ["exclusions.networks"]),
        ({"exclusions": {"network": []}}, ["exclusions.network"]),
        (
            {"exclusions": {"network": [], "countries": ["D"], "paths": 1}},
            ["exclusions.network", "exclusions.paths", "exclusions.countries"],
        ),
        ({"page_rules": {"slash": True}}, ["page_rules.slash"]),
        ({"page_rules": {"strip_slash": 1}}, ["page_rules.strip_slash"]),
        ({"page_rules": {"keep_parameters": [1]}}, ["page_rules.keep_parameters"]),
        ({"page_rules": {"groups": ["a"]}}, ["page_rules.groups"]),
        ({"exclusions": {"networks": ["10.0.0.0/33"]}}, ["exclusions.networks"]),
        ({"exclusions": {"networks": ["192.0.2.1-192.0.2.9"]}}, ["exclusions.networks"]),
        ({"exclusions": {"networks": ["10.0.0.0/8", ""]}}, ["exclusions.networks"]),
        ({"exclusions": {"networks": ["fe80::1%eth0"]}}, ["exclusions.networks"]),
        ({"exclusions": {"networks": ["fe80::1%eth0/64"]}}, ["exclusions.networks"]),
        ({"exclusions": {"paths": ["admin"]}}, ["exclusions.paths"]),
        ({"exclusions": {"paths": ["/***"]}}, ["exclusions.paths"]),
        ({"exclusions": {"countries": ["DEU"]}}, ["exclusions.countries"]),
        ({"exclusions": {"countries": ["ÄÖ"]}}, ["exclusions.countries"]),
        ({"exclusions": {"agents": [" "]}}, ["exclusions.agents"]),
        ({"exclusions": {"agents": ["x" * 101]}}, ["exclusions.agents"]),
        ({"exclusions": {"agents": ["a\tb"]}}, ["exclusions.agents"]),
        ({"exclusions": {"hostnames": ["exa mple.com"]}}, ["exclusions.hostnames"]),
        ({"exclusions": {"hostnames": ["*"]}}, ["exclusions.hostnames"]),
        ({"exclusions": {"hostnames": ["*."]}}, ["exclusions.hostnames"]),
        ({"exclusions": {"hostnames": ["*.https://example.com"]}}, ["exclusions.hostnames"]),
        ({"exclusions": {"hostnames": ["shop.*.com"]}}, ["exclusions.hostnames"]),
        (
            {
                "respect_gpc": "no",
                "places": "city",
                "page_rules": {"groups": ["/***"], "keep_parameters": [""]},
                "exclusions": {"countries": ["D"], "agents": [""], "paths": ["/ok"]},
            },
            [
                *("respect_gpc", "page_rules.keep_parameters", "page_rules.groups"),
                *("exclusions.countries", "exclusions.agents"),
            ],
        ),
    ],
)
def test_every_wrong_field_is_named_and_nothing_changes(
    asked: Mapping[str, object], fields: list[str]
) -> None:
    rules, errors = changed_rules(SET, asked)
    assert (rules, [error.field for error in errors]) == (SET, fields)
    assert all(error.message.startswith(("must ", "is ", "pattern ", "name ")) for error in errors)


@pytest.mark.parametrize("rules", [DEFAULT_RULES, SET])
def test_they_are_stored_and_read_back(rules: SiteRules) -> None:
    stored = msgspec.json.encode(rules)
    assert msgspec.json.decode(stored, type=SiteRules) == rules


def test_defaults_are_not_stored() -> None:
    rules, _ = changed_rules(DEFAULT_RULES, {"respect_gpc": True, "places": "country"})
    assert msgspec.to_builtins(rules) == {}
