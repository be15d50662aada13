# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SIGKILL at each commit of a fetch and its processing: 0 lost, 0 twice."""

import json
import signal
import subprocess
import sys

import pytest

from .live import engine

#: A fetch of three messages cannot do with fewer: the folder, the messages, the
#: acknowledgement, and for each message its attempt and its outcome.
FEWEST_COMMITS = 8


@pytest.fixture(scope="module")
def database(stack):
    with engine(stack) as live:
        live.alias("sales", "crm.lead")
        live.alias("closed", "crm.lead", alias_contact="followers")
        yield live.database


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_kill_at_each_commit(stack, database, protocol):
    config = str(stack.odoo_config(database))
    command = [sys.executable, "-m", "tests.killing", config, database, protocol]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(kills) >= 2 * FEWEST_COMMITS
    for kill in kills:
        where = f"{'after' if kill['after'] else 'before'} commit {kill['at']}"
        assert kill["signal"] == signal.SIGKILL, f"nobody died {where}"
        assert kill["rows"] == kill["subjects"], f"lost or twice {where}"
        assert kill["states"] == ["routed", "quarantined", "rejected"], where
        assert kill["intact"] and kill["acknowledged"], where
        assert kill["leads"] == kill["subjects"][:1], f"record lost or twice {where}"
        assert kill["answers"] == 1, f"the sender hears it once, {where}"
