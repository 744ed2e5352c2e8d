"""What a session is known by: a family of browsers and a system, nothing that tells two apart."""

from __future__ import annotations

from ezee.events.steps.agent import read_agent


def agent_family(user_agent: str) -> str:
    """``Firefox · Linux``; "" for what says nothing."""
    agent = read_agent(user_agent)
    return " · ".join(part for part in (agent.browser, agent.os) if part)
