"""The service, but for one thing: an event is stored as it came, without what the steps find out.

``python -m bench.unenriched`` takes the arguments of ``ezee``. Reading the request, its tracker,
the time, the page, the visitor's hash and the durable append are the service's own, so the
difference to it is what agents, bots, sources, places and exclusions cost.
"""

from __future__ import annotations

from unittest.mock import patch

from ezee.cli import main
from ezee.events import pipeline
from ezee.events.steps.identity import put_identity
from ezee.events.steps.page import put_page
from ezee.events.steps.time import put_time
from ezee.events.steps.visitor import put_visitor

STEPS: tuple[pipeline.Step, ...] = (put_identity, put_time, put_page, put_visitor)

if __name__ == "__main__":
    with patch.object(pipeline, "STEPS", STEPS):
        main()
