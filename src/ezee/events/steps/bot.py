"""Whether a person made the event.

The expressions of the ``crawler-user-agents`` package, compiled into one RE2 set that is searched
once, and the empty agent.
"""

from __future__ import annotations

from functools import cache, lru_cache

import crawleruseragents
import re2

from ezee.events.draft import Draft

_NO_AGENT = "no user agent"


def put_verdict(draft: Draft) -> None:
    """Judge the event, unless an import said to count everything."""
    if draft.judged:
        rule = bot_rule(draft.user_agent)
        draft.verdict = None if rule is None else (rule, "", "")


@lru_cache(maxsize=20_000)
def bot_rule(user_agent: str) -> str | None:
    """The rule that says this agent is a program, or None when a person is behind it."""
    if not user_agent.strip(" -"):
        return _NO_AGENT
    matches = _declared_crawlers().Match(user_agent)
    return _patterns()[matches[0]] if matches else None


@cache
def _patterns() -> tuple[str, ...]:
    return tuple(entry["pattern"] for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA)


@cache
def _declared_crawlers() -> re2.Set:
    # Agents are text of any kind; RE2 is told so, and to stay quiet about what it cannot match.
    options = re2.Options()
    options.log_errors = False
    crawlers = re2.Set.SearchSet(options)
    for pattern in _patterns():
        crawlers.Add(pattern)
    crawlers.Compile()
    return crawlers
