# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The servers for live tests, and the long tests' switch.

Run them through ``make test``: it starts the servers and Odoo around pytest.
"""

import re

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


@pytest.fixture
def login(stack, request):
    """A mailbox that nobody else uses, empty before and afterwards."""
    name = re.sub(r"\W+", "-", request.node.name).strip("-") + "@demo.example"
    stack.empty(name)
    yield name
    stack.empty(name)


@pytest.fixture
def ledger(live):
    """That of the module's ``live``."""
    from .ledger import Ledger

    return Ledger(live)


@pytest.fixture(scope="module")
def mail_queue(stack):
    """A database whose queue a module has for itself."""
    from .queueing import queue

    with queue(stack) as made:
        yield made


@pytest.fixture
def q(mail_queue):
    """That queue, empty."""
    return mail_queue.begin()


# For the tests in a browser. What they import is not there where core is tested alone.


@pytest.fixture(scope="module")
def browser():
    from .browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def house(stack):
    """An Odoo without mailboxes; modules that need more have their own."""
    from .office import office

    with office(stack) as opened:
        yield opened


@pytest.fixture(scope="module")
def signed_in(browser, house):
    from .browser import Desk

    return Desk(browser, house, "admin", "admin")


@pytest.fixture
def desk(signed_in):
    yield signed_in
    signed_in.settled()
