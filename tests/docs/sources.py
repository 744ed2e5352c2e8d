"""The tables of ``docs/sources.md``. ``python -m tests.docs.sources`` writes them into the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ezee.events.sources.channels import CHANNEL_WORDS, DISPLAY_WORDS, PAID_WORDS, VAGUE_WORDS
from ezee.events.sources.clicks import CLICKS
from ezee.events.sources.kinds import KINDS
from ezee.events.sources.table import ALIASES, FEDIVERSE, SOURCES
from tests.docs.pages import ROOT, page

PAGE = "docs/sources.md"
_SECTION = re.compile(r"<!-- (\w+) -->\n(.*?)<!-- /\1 -->", re.DOTALL)


def tables() -> dict[str, str]:
    """Each table as the code has it, by the name of its section."""
    return {
        "mediums": _mediums(),
        "clicks": _clicks(),
        "kinds": _kinds(),
        "aliases": _aliases(),
        "sources": "\n".join(_sources(kind) for kind in SOURCES),
    }


def sections() -> dict[str, str]:
    """The same as the page has them."""
    return dict(_SECTION.findall(page(PAGE)))


def write() -> None:
    """Bring the page up to the code."""
    made = tables()
    text = _SECTION.sub(
        lambda found: f"<!-- {found[1]} -->\n{made[found[1]]}<!-- /{found[1]} -->", page(PAGE)
    )
    (ROOT / PAGE).write_text(text)


def _table(*rows: Iterable[str]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = "|" + "---|" * lines[0].count(" |")
    return "\n".join([lines[0], rule, *lines[1:], ""])


def _codes(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _by_value(words: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        value: [word for word, its in words.items() if its == value]
        for value in dict.fromkeys(words.values())
    }


def _mediums() -> str:
    return _table(
        ("words of `utm_medium`", "`channel`"),
        (_codes(PAID_WORDS) + " `paid…`", "Paid Search, Paid Social or Campaign"),
        (_codes(DISPLAY_WORDS), "Paid Social or Campaign"),
        *((_codes(words), channel) for channel, words in _by_value(CHANNEL_WORDS).items()),
        *(
            (_codes(words), f"{channel}, where the source is not known")
            for channel, words in _by_value(VAGUE_WORDS).items()
        ),
    )


def _clicks() -> str:
    return _table(
        ("field", "`source`", "`channel`"),
        *(
            (f"`{field}`", click.by.name, _channel(click.by.kind, paid=click.paid))
            for field, click in CLICKS.items()
        ),
    )


def _channel(kind: str, *, paid: bool) -> str:
    return KINDS[kind].paid_channel if paid else KINDS[kind].channel


def _kinds() -> str:
    return _table(
        ("kind", "sources", "`channel`", "paid for"),
        *(
            (f"`{name}`", kind.title, kind.channel, kind.paid_channel)
            for name, kind in KINDS.items()
        ),
    )


def _aliases() -> str:
    named = _by_value(ALIASES)
    return _table(
        ("source", "also called"), *((name, _codes(named[name])) for name in sorted(named))
    )


def _sources(kind: str) -> str:
    rows = [(name, _codes(hosts.split())) for name, hosts in SOURCES[kind].items()]
    servers = [
        (name, f"servers whose name begins with `{label}.`")
        for label, name in FEDIVERSE.items()
        if name in SOURCES[kind]
    ]
    title, channel, _ = KINDS[kind]
    return f"### {title}: {channel}\n\n{_table(('source', 'hosts'), *rows, *servers)}"


if __name__ == "__main__":
    write()
