"""Referring hosts, and the sources we know them and their campaigns by."""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache

import idna
from publicsuffixlist import PublicSuffixList

from ezee.events.sources.kinds import Known
from ezee.events.sources.overrides import NO_OVERRIDES, Overrides
from ezee.events.sources.table import ALIASES, FEDIVERSE, SOURCES

# Other schemes (file:, about:, chrome-extension:) name nobody who could have linked here.
_HOST = re.compile(
    r"(?:(?:https?|android-app):)?//(?:[^/?#@]*@)?(\[[^\]/]*\]|[^/?#:]*)", re.IGNORECASE
)
_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?=[/?#:]|\.?$)")
_NAME = re.compile(r"[a-z0-9_-]{1,63}+(?:\.[a-z0-9_-]{1,63}+)*+")
# What nearly all referrers are, and how they are written already.
_PLAIN = re.compile(
    r"https?://(?:www\.)?+((?:[a-z0-9_-]{1,40}+\.){1,4}+(?!localhost\b)[a-z]{2,63}+)(?:[/?#]|\Z)"
)
_PUNCTUATION = re.compile(r"[\W_]+")


def referrer_host(referrer: str) -> str:
    """The host of a referrer: lower case, punycode, without port and ``www.``.

    Empty when there is none, or when it is the visitor's own machine or network.
    """
    plain = _PLAIN.match(referrer)
    if plain:
        return plain[1]
    found = _HOST.match(referrer)
    if found:
        host = found[1]
    else:
        bare = _BARE_HOST.match(referrer)
        host = bare[0] if bare else ""
    if not host.isascii():
        host = _punycode(host)
    host = host.lower().rstrip(".").removeprefix("www.")
    if host.startswith("[") or host.rpartition(".")[2].isdecimal():
        return _public_address(host)
    if len(host) > 253 or host == "localhost" or host.endswith(".localhost"):
        return ""
    return host if _NAME.fullmatch(host) else ""


def _punycode(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _public_address(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return ""
    if not address.is_global:
        return ""
    return f"[{address}]" if address.version == 6 else str(address)


def known_referrer(host: str, overrides: Overrides = NO_OVERRIDES) -> Known | None:
    """The source of a referring host: itself, the nearest parent with an entry, or its brand."""
    if not host:
        return None
    ours, published, parent = overrides.sources, _hosts(), host
    # A top-level domain has no entry: an override of the word "shop" is not for every .shop.
    while parent is host or "." in parent:
        known = ours.get(parent) or published.get(parent)
        if known:
            return known
        parent = parent.partition(".")[2]
    labels = host.split(".")
    # To ask the suffix list takes microseconds, and few hosts have a brand's label at all.
    brand = None if _brands().keys().isdisjoint(labels) else _brands().get(_brand(host))
    return brand or _named(FEDIVERSE.get(labels[0]))


@lru_cache(maxsize=20_000)
def known_source(given: str, overrides: Overrides = NO_OVERRIDES) -> Known | None:
    """The source that a campaign means: by override, name, alias or host (``fb``, ``x.com``)."""
    key = given.lower()
    return (
        overrides.sources.get(key)
        or known_referrer(referrer_host(key), overrides)
        or _names().get(_PUNCTUATION.sub("", key))
    )


def _brand(host: str) -> str:
    """The label before ``com`` or a country's suffix: ``google`` of ``images.google.co.uk``.

    Elsewhere (``google.zip``) a name may be anybody's, as it may below a host that gives names
    away (``google.blogspot.com``).
    """
    registrable = _suffixes().privatesuffix(host) or ""
    label, _, suffix = registrable.partition(".")
    return label if suffix == "com" or len(suffix.rpartition(".")[2]) == 2 else ""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)


@cache
def _hosts() -> dict[str, Known]:
    return {
        host: Known(name, kind)
        for kind, names in SOURCES.items()
        for name, hosts in names.items()
        for host in hosts.split()
    }


@cache
def _brands() -> dict[str, Known]:
    return {
        host.removesuffix(".*"): known for host, known in _hosts().items() if host.endswith(".*")
    }


@cache
def _names() -> dict[str, Known]:
    names = {
        _PUNCTUATION.sub("", name.lower()): Known(name, kind)
        for kind, sources in SOURCES.items()
        for name in sources
    }
    aliases = {alias: names[_PUNCTUATION.sub("", name.lower())] for alias, name in ALIASES.items()}
    return names | aliases


def _named(name: str | None) -> Known | None:
    return _names()[name.lower()] if name else None
