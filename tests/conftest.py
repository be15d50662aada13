# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The servers for live tests, and the long tests' switch.

Run them through ``make test``: it starts the servers and Odoo around pytest.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="only the long fault tests")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselected rather than skipped: nothing is missing, it is another run."""
    is_soak = bool(config.getoption("--soak"))
    kept = [one for one in items if bool(one.get_closest_marker("soak")) == is_soak]
    others = [one for one in items if one not in kept]
    config.hook.pytest_deselected(items=others)
    items[:] = kept


@pytest.fixture(scope="session")
def stack():
    """The private servers; see sandbox/stack.py."""
    from sandbox.stack import Stack

    return Stack.attach()
