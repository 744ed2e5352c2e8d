"""``python -m bench.accuracy``: how often agents are read as Matomo's people read them.

The fixtures of the device-detector package, a development dependency, are read as they are
installed. Browser, system and device are compared for every fixture whose client is a browser,
feature phones and television sets included; a system or device that Matomo does not tell is not
asked for. Matomo's names count as ours where bench/synonyms.py has them. Apps are compared by name
for the record. Bots are its bot fixtures; people are those with a browser.

The fixtures are rather one of every model than what visits a site: rare devices weigh as much as
common ones. The rules were written with half a in view; half b was held out.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.fixtures import Fixture, read_fixtures
from bench.synonyms import expected_browser, expected_device, expected_os
from ezee.events.bots.declared import judge_agent
from ezee.events.plain_agents import Agent
from ezee.events.steps.agent import read_agent

_console = Console(width=100)
_BARS = {"browser": 95.0, "os": 93.0, "device": 92.0, "bots": 98.5, "people": 0.5}
_APPS = {"mobile app", "messaging"}


class Case(NamedTuple):
    """One question: what was expected, what was read."""

    half: str
    expected: str
    read: str

    @property
    def hit(self) -> bool:
        """Whether both are the same name."""
        return self.expected.casefold() == self.read.casefold()


def main() -> int:
    """Compare and print; 1 when a bar is missed."""
    options = _options()
    fixtures = [each for each in _read() if options.half in {"", each.half}]
    cases = _cases(fixtures)
    _console.print(_summary(cases, options))
    for question in ("browser", "os", "device"):
        _console.print(_families(question, cases[question], options.rows))
        _console.print(_confusions(question, cases[question], options.rows))
    _console.print(_bots(fixtures))
    return 0 if all(_reached(name, cases[name], options) for name in _BARS) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.accuracy",
        description=__doc__,
        epilog="Exits with 1 when a bar is missed.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, bar in _BARS.items():
        bound = "at most" if name == "people" else "at least"
        what = {"bots": "bots found", "people": "people called bots"}.get(name, f"{name} hits")
        parser.add_argument(
            f"--{name}", type=float, default=bar, metavar="PERCENT",
            help=f"{what}: {bound} this many in a hundred; default: {bar}",
        )  # fmt: skip
    parser.add_argument("--half", choices=("a", "b"), default="", help="only this half")
    parser.add_argument("--rows", type=int, default=12, help="rows of each table; default: 12")
    return parser.parse_args()


def _read() -> Iterable[Fixture]:
    for file in track(list(read_fixtures()), "Reading agents", console=_console, transient=True):
        for fixture in file:
            read_agent(fixture.user_agent, fixture.hints)
            judge_agent(fixture.user_agent)
            yield fixture


def _cases(fixtures: list[Fixture]) -> dict[str, list[Case]]:
    browsers = [each for each in fixtures if each.kind == "browser"]
    apps = [each for each in fixtures if each.kind in _APPS]
    bots = [each for each in fixtures if each.kind == "bot"]
    return {
        "browser": _compare(browsers, expected_browser, lambda agent: agent.browser),
        "os": _compare(browsers, expected_os, lambda agent: agent.os),
        "device": _compare(browsers, expected_device, lambda agent: agent.device),
        "apps": _compare(apps, lambda fixture: fixture.browser, lambda agent: agent.browser),
        "bots": [_judged(each, "bot") for each in bots],
        "people": [_judged(each, "bot") for each in browsers],
    }


def _compare(
    fixtures: list[Fixture], expected: Callable[[Fixture], str], read: Callable[[Agent], str]
) -> list[Case]:
    return [
        Case(each.half, name, read(read_agent(each.user_agent, each.hints)))
        for each in fixtures
        if (name := expected(each))
    ]


def _judged(fixture: Fixture, expected: str) -> Case:
    found = judge_agent(fixture.user_agent) is not None
    return Case(fixture.half, expected, "bot" if found else "person")


def _percent(cases: list[Case]) -> float:
    return 100 * sum(case.hit for case in cases) / max(1, len(cases))


def _reached(name: str, cases: list[Case], options: argparse.Namespace) -> bool:
    bar: float = getattr(options, name)
    return _percent(cases) <= bar if name == "people" else _percent(cases) >= bar


def _summary(cases: dict[str, list[Case]], options: argparse.Namespace) -> Table:
    table = Table("", title="Agents read as Matomo's people read them")
    for name in ("fixtures", "hits", "%", "half a %", "half b %", "bar"):
        table.add_column(name, justify="right")
    for name, asked in cases.items():
        halves = ([case for case in asked if case.half == half] for half in "ab")
        bar = ""
        if name in _BARS:
            reached = "" if _reached(name, asked, options) else " missed"
            bar = f"{'≤' if name == 'people' else '≥'} {getattr(options, name):g}{reached}"
        table.add_row(
            {"people": "people called bots", "bots": "bots found"}.get(name, name),
            f"{len(asked):,}",
            f"{sum(case.hit for case in asked):,}",
            f"{_percent(asked):.2f}",
            *(f"{_percent(half):.2f}" if half else "" for half in halves),
            bar,
        )
    return table


def _families(question: str, cases: list[Case], rows: int) -> Table:
    table = Table(question, title=f"The biggest by {question}")
    for name in ("fixtures", "hits", "%", "read so wrongly"):
        table.add_column(name, justify="right")
    asked = Counter(case.expected for case in cases)
    hits = Counter(case.expected for case in cases if case.hit)
    wrong = Counter(case.read for case in cases if not case.hit)
    for name, number in asked.most_common(rows):
        share = f"{100 * hits[name] / number:.1f}"
        table.add_row(name, f"{number:,}", f"{hits[name]:,}", share, f"{wrong[name]:,}")
    return table


def _confusions(question: str, cases: list[Case], rows: int) -> Table:
    table = Table("Matomo", "read here", title=f"The most frequent confusions of {question}")
    table.add_column("fixtures", justify="right")
    pairs = Counter((case.expected, case.read) for case in cases if not case.hit)
    for (expected, read), number in pairs.most_common(rows):
        table.add_row(expected, read or "(nothing)", f"{number:,}")
    return table


def _bots(fixtures: list[Fixture]) -> Table:
    """Not all that is no bot to Matomo is a person: libraries and feed readers are programs."""
    table = Table("client", title="Called bots, by type of client")
    for name in ("fixtures", "called bots", "%"):
        table.add_column(name, justify="right")
    asked = Counter(each.kind for each in fixtures)
    called = Counter(each.kind for each in fixtures if judge_agent(each.user_agent))
    for kind, number in asked.most_common():
        share = f"{100 * called[kind] / number:.2f}"
        table.add_row(kind or "(none told)", f"{number:,}", f"{called[kind]:,}", share)
    return table


if __name__ == "__main__":
    sys.exit(main())
