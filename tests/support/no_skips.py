"""With ``EZEE_TESTS_COMPLETE=1`` a test that is left out is a failure.

A developer's machine may lack a program that some tests need; those are skipped there. Where
everything is meant to be installed a skip would hide that something is not.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

_COMPLETE = os.environ.get("EZEE_TESTS_COMPLETE") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # An expected failure is reported as skipped too, but it did run.
    if not hasattr(report, "wasxfail"):
        _fail_if_left_out(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_left_out(report)
    return report


def _fail_if_left_out(report: pytest.TestReport | pytest.CollectReport) -> None:
    if _COMPLETE and report.outcome == "skipped":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was left out, and none may be here. {why}"
