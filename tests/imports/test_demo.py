"""The demo's visits: of the last days, none ahead, the same each time."""

from __future__ import annotations

from ezee.imports.accesslog import read_line
from ezee.imports.demo import DAYS, made_up_lines
from ezee.model.calendar import DAY
from tests.support.clock import instant

NOW = instant("2026-03-10T12:00:00+00:00")


def test_every_line_is_one_of_an_access_log_and_in_order() -> None:
    lines = [*made_up_lines(NOW)]
    assert 5_000 < len(lines) < 30_000
    assert lines == [*made_up_lines(NOW)]
    requests = [read_line(line) for line in lines[::50]]
    assert None not in requests
    times = [request.at for request in requests if request is not None]
    assert NOW - (DAYS + 1) * DAY < min(times) <= max(times) < NOW
