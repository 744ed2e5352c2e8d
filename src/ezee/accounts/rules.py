"""Changing a tracker's rules: what was asked for is read, and every wrong field is named."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_type_hints

import msgspec

from ezee.accounts.domains import normal_domain
from ezee.errors import FieldError
from ezee.model.aliases import ALIAS_LIMIT, normal_alias
from ezee.model.exclusions import Exclusions
from ezee.model.pages import PageRules, find_errors
from ezee.model.rules import MOST_MONTHS, MOST_START, SiteRules

FIELDS = tuple(name for name in SiteRules.__struct_fields__ if name != "kept_from")
ENTRY_LIMIT = 100
AGENT_LIMIT = 100
_MAPPED_BITS = 96
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def changed_rules(
    rules: SiteRules, asked: Mapping[str, object]
) -> tuple[SiteRules, list[FieldError]]:
    """The rules with the fields that were asked for; within an object, too, the others stay.

    ``asked`` is decoded JSON. Where there are errors the rules are as they were.
    """
    values: dict[str, object] = {}
    errors: list[FieldError] = []
    for name, given in asked.items():
        current = getattr(rules, name)
        if isinstance(current, PageRules | Exclusions):
            values[name], wrong = _changed_object(current, given)
            errors += (FieldError(f"{name}{each.field}", each.message) for each in wrong)
        elif name == "aliases" and (aliases := _checked_aliases(given)) is not None:
            values[name] = aliases
        elif name != "aliases" and _is_of_type(SiteRules, name, given):
            values[name] = given
        else:
            errors.append(FieldError(name, EXPECTED[name]))
    return (rules if errors else msgspec.structs.replace(rules, **values)), errors


def _changed_object(current: Any, given: object) -> tuple[Any, list[FieldError]]:
    """An object of the rules with the given fields; its errors name ``.field``."""
    if not isinstance(given, Mapping):
        return current, [FieldError("", "must be an object")]
    kind = type(current)
    right = {name: value for name, value in given.items() if _is_of_type(kind, name, value)}
    errors = [FieldError(f".{name}", _expected(kind, name)) for name in given if name not in right]
    wanted = msgspec.convert({**msgspec.to_builtins(current), **right}, kind)
    if isinstance(wanted, PageRules):
        errors += (FieldError(f".{name}", text) for name, text in find_errors(wanted))
        return wanted, errors
    wanted, more = _checked_exclusions(wanted)
    return wanted, errors + more


def _checked_aliases(given: object) -> tuple[str, ...] | None:
    """Each alias in its one form, once; None where one of them is none."""
    if not isinstance(given, list | tuple) or len(given) > ALIAS_LIMIT:
        return None
    aliases = [normal_alias(each) if isinstance(each, str) else None for each in given]
    known = [alias for alias in aliases if alias is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(aliases) else None


def _is_of_type(owner: type, name: str, value: object) -> bool:
    kind = _types(owner).get(name)
    if kind is None:
        return False
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _expected(owner: type, name: str) -> str:
    known = _types(owner)
    return EXPECTED[name] if name in known else f"is no setting; there are {', '.join(known)}"


@cache
def _types(owner: type) -> dict[str, Any]:
    return get_type_hints(owner, include_extras=True)


def _checked_exclusions(given: Exclusions) -> tuple[Exclusions, list[FieldError]]:
    """Each entry in its one form, or the fields with an entry that has none."""
    values: dict[str, tuple[str, ...]] = {}
    errors: list[FieldError] = []
    for name, read in _ENTRIES.items():
        entries = [read(text.strip()) for text in getattr(given, name)]
        known = [entry for entry in entries if entry is not None]
        if len(known) < len(entries) or len(entries) > ENTRY_LIMIT:
            errors.append(FieldError(f".{name}", EXPECTED[name]))
        values[name] = tuple(dict.fromkeys(known))
    if len(given.paths) <= ENTRY_LIMIT:
        wrong = find_errors(PageRules(groups=values["paths"]))
        errors += (FieldError(".paths", each.message) for each in wrong)
    return Exclusions(**values), errors


def _network(text: str) -> str | None:
    """``10.0.0.1/8`` → ``10.0.0.0/8``, ``::ffff:192.0.2.0/120`` → ``192.0.2.0/24``."""
    # fe80::1%eth0 would fit that address on every line: its zone is not looked at.
    if "%" in text:
        return None
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    # Events have IPv4 addresses unwrapped: within IPv6 the network would never match.
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped and network.prefixlen >= _MAPPED_BITS:
        network = ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    whole = network.num_addresses == 1
    return str(network.network_address) if whole else str(network)


def _country(text: str) -> str | None:
    return text.upper() if _COUNTRY.fullmatch(text) else None


def _agent(text: str) -> str | None:
    return text if 0 < len(text) <= AGENT_LIMIT and text.isprintable() else None


def _hostname(text: str) -> str | None:
    if not text.startswith("*."):
        return normal_domain(text)
    # A label in its place, so that the rest is not taken for a whole domain: *.www.example.com
    host = normal_domain(f"any{text[1:]}")
    return f"*{host[3:]}" if host and host.startswith("any.") else None


_ENTRIES: dict[str, Callable[[str], str | None]] = {
    "networks": _network,
    "paths": str,
    "countries": _country,
    "agents": _agent,
    "hostnames": _hostname,
}
_LIST = f"must be a list of up to {ENTRY_LIMIT}"
EXPECTED = {
    "networks": f"{_LIST} addresses or networks such as 192.0.2.0/24, without zones such as %eth0",
    "paths": f"{_LIST} paths such as /admin/**",
    "countries": f"{_LIST} two-letter country codes such as DE",
    "agents": f"{_LIST} parts of agent strings, of 1 to {AGENT_LIMIT} printable characters each",
    "hostnames": f"{_LIST} hosts such as example.com or *.example.com",
    "keep_parameters": "must be a list of names of query parameters",
    "groups": "must be a list of patterns such as /user/*/posts",
    "hash_routing": "must be true or false",
    "strip_slash": "must be true or false",
    "respect_gpc": "must be true or false",
    "respect_dnt": "must be true or false",
    "places": "must be country, region or city",
    "counter": "must be true or false",
    "aliases": f"must be a list of up to {ALIAS_LIMIT} aliases such as matomo:7",
    "keep_months": f"must be a whole number from 1 to {MOST_MONTHS:,}, or 0 for ever",
    "counter_start": f"must be a whole number from 0 to {MOST_START:,}",
}
