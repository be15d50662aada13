# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""pytest plugin: a skipped test fails the run unless its reason is on the list.

A test that skips proves nothing, and whole classes skip in silence when an option
or a program is missing. What a machine may lack is named here, with the reason.
"""

import os
import re
from dataclasses import dataclass

import pytest

EVERYWHERE = ("root", "mapped", "single", "plain")  # see sandbox/space.py
WITHOUT_NAMESPACES = ("plain",)
WITHOUT_POSTFIX = ("single", "plain")


@dataclass(frozen=True)
class Allowed:
    """`said` is searched in what the test gives as its reason."""

    said: str
    why: str
    modes: tuple[str, ...] = WITHOUT_NAMESPACES


ALLOWED = (
    Allowed(r"^shared material", "real mail is not part of a clone", EVERYWHERE),
    Allowed(r"^no real Postfix", "it has to be several users", WITHOUT_POSTFIX),
    Allowed(r"^no namespaces", "other processes cannot be told from ours"),
    Allowed(r"^no Chromium|^Chrome executable not found", "only an installed one runs"),
)
# What failed before pytest began, to be told above its closing line.
BEFORE = "MGP_FAILED"

_unexpected: list[str] = []


def is_allowed(reason: str, mode: str = "") -> bool:
    mode = mode or os.environ.get("MGP_MODE", "")
    return any(re.search(one.said, reason) and mode in one.modes for one in ALLOWED)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr)


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = _reason(report)
    if not is_allowed(reason):
        _unexpected.append(f"{report.nodeid}: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _unexpected and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for row in _unexpected:
        terminalreporter.write_line(f"SKIP NOT ALLOWED {row}", red=True)
    if before := os.environ.get(BEFORE):
        terminalreporter.write_line(f"FAILED BEFORE: {before}", red=True)
