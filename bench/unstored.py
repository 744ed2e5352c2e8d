"""The service, but for one thing: a pageview is answered without being stored.

``python -m bench.unstored`` takes the arguments of ``ezee``. Parsing, every step, and the answers
are the service's own, so the difference to it is what durable storage costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

from ezee import app
from ezee.cli import main
from ezee.events.committer import GroupCommit, Tell
from ezee.model.event import Bot, Event


class AnsweringAtOnce(GroupCommit):
    """Says of every event that it is on disk, which it is not."""

    def add(
        self,
        events: Sequence[Event],  # noqa: ARG002
        bots: Sequence[Bot],  # noqa: ARG002
        tell: Tell,
    ) -> None:
        """Do nothing."""
        tell(frozenset())


if __name__ == "__main__":
    with patch.object(app, "GroupCommit", AnsweringAtOnce):
        main()
