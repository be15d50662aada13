# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SIGKILL at each commit of a fetch and its processing, and at any other moment: 0
lost, 0 twice."""

import json
import signal
import subprocess
import sys

import pytest

from .live import engine

BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])


@pytest.fixture(scope="module")
def database(stack):
    with engine(stack) as live:
        live.alias("sales", "crm.lead")
        live.alias("closed", "crm.lead", alias_contact="followers")
        yield live.database


def kills(stack, database, protocol, messages, randoms):
    config = str(stack.odoo_config(database))
    words = (config, database, protocol, str(messages), str(randoms))
    command = [sys.executable, "-m", "tests.killing", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(found, messages, randoms):
    # A message cannot do without two commits: that of its attempt and that of its
    # outcome. Each is died at twice, right before it and right after.
    at_commits = found[: len(found) - randoms]
    assert len(at_commits) >= 2 * (2 * messages + 3)
    for kill in at_commits:
        assert kill["signal"] == signal.SIGKILL, f"nobody died {kill['when']}"
    for kill in found:
        assert kill["found"] == kill["expected"], f"killed {kill['when']}"


@BOTH
def test_kill_at_each_commit_and_at_random(stack, database, protocol):
    judge(kills(stack, database, protocol, messages=3, randoms=5), 3, 5)


@BOTH
@pytest.mark.soak
def test_kill_a_longer_fetch(stack, database, protocol):
    judge(kills(stack, database, protocol, messages=12, randoms=50), 12, 50)
