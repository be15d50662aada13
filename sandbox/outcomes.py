# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""pytest plugin: writes how each test ended into a file, as JSON.

Names of nodes will not do: for tests far from pytest's folder they lack the file.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

#: The file to write.
PLACE = "MGP_OUTCOMES"

_outcomes: dict[str, str] = {}


def _name(item: pytest.Item) -> str:
    """What pytest takes on its command line to run this test alone."""
    return "::".join([str(item.path), *item.nodeid.split("::")[1:]])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    report = yield
    name = _name(item)
    # The test itself, and whatever goes wrong before or after it.
    if report.when == "call" or report.outcome != "passed":
        if _outcomes.get(name) != "failed":
            _outcomes[name] = report.outcome
    return report


def pytest_sessionfinish() -> None:
    Path(os.environ[PLACE]).write_text(json.dumps(_outcomes))
