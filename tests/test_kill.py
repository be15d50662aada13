# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SIGKILL at each commit of a fetch and its processing, at each command that changes a
mailbox, and at any other moment: 0 lost, 0 twice."""

import json
import signal
import subprocess
import sys

import pytest

from .killing import MODES
from .live import engine

EACH = pytest.mark.parametrize("mode", MODES)

#: What must be among the moments: the words that change the server, by mode.
WORDS = {
    "imap-seen": {"UID STORE"},
    "imap-move": {"UID STORE", "UID MOVE", "CREATE"},
    "imap-delete": {"UID STORE", "UID EXPUNGE"},
    "pop-keep": {"QUIT"},
    "pop-delete": {"DELE", "QUIT"},
}


@pytest.fixture(scope="module")
def database(stack):
    with engine(stack) as live:
        live.alias("sales", "crm.lead")
        live.alias("closed", "crm.lead", alias_contact="followers")
        yield live.database


def kills(stack, database, *words):
    config = str(stack.odoo_config(database))
    command = [sys.executable, "-m", "tests.killing", config, database]
    command += map(str, words)
    done = subprocess.run(command, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(mode, found, randoms):
    at_moments = found[: len(found) - randoms]
    for kill in at_moments:
        assert kill["signal"] == signal.SIGKILL, f"nobody died {kill['when']}"
    told = {kill["when"].rpartition(" (")[0] for kill in at_moments}
    known = {"before a commit", "after a commit"}
    assert told == known | {f"after {word}" for word in WORDS[mode]}
    for kill in found:
        assert kill["found"] == kill["expected"], f"killed {kill['when']}"


@EACH
def test_kill_at_moments_of_each_kind_and_at_random(stack, database, mode):
    judge(mode, kills(stack, database, mode, 3, 12, 3), randoms=3)


@EACH
@pytest.mark.soak
def test_kill_a_longer_fetch_at_each_moment(stack, database, mode):
    judge(mode, kills(stack, database, mode, 9, 0, 30), randoms=30)
