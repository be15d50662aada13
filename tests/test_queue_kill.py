# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SIGKILL of the sending worker at each commit of a run and around each message on the
wire: no mail lost, none twice, and what nobody knows is said to be uncertain."""

import json
import signal
import subprocess
import sys

import pytest

from .live import engine

#: Mails of a run; the first of them goes to two people.
MAILS = 3
MOMENTS = {
    *("before a commit", "after a commit"),
    *("before a content", "before an answer", "after an answer"),
}


@pytest.fixture(scope="module")
def database(stack):
    with engine(stack) as live:
        yield live.database


def kills(stack, database, *words):
    config = str(stack.odoo_config(database))
    command = [sys.executable, "-m", "tests.queue_killing", config, database]
    command += map(str, words)
    done = subprocess.run(command, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(found):
    for kill in found:
        check(kill, f"killed {kill['when']}")
    # Threads take turns as they like: a run may be over before the last of the moments.
    survived = [kill for kill in found if kill["signal"] != signal.SIGKILL]
    assert len(survived) <= len(found) // 5
    told = {kill["when"].rpartition(" (")[0] for kill in found}
    assert told == MOMENTS


def check(kill, when):
    assert "outgoing" not in kill["states"], when
    accepted = [subject for subject, state in kill["told"] if state == "accepted"]
    doubted = [subject for subject, state in kill["told"] if state == "uncertain"]
    # Of all that a worker does at a time one message is on the wire.
    assert len(doubted) <= 1 and len(accepted) + len(doubted) == MAILS + 1, when
    assert kill["states"].count("exception") == len(doubted), when
    extra = sorted(kill["arrived"])
    for subject in accepted:
        assert subject in extra, f"{subject} is lost, {when}"
        extra.remove(subject)
    assert extra in ([], doubted), f"{extra} twice, {when}"


def test_kill_at_moments_of_each_kind(stack, database):
    judge(kills(stack, database, MAILS, 10))


@pytest.mark.soak
def test_kill_at_thirty_moments_and_more(stack, database):
    found = kills(stack, database, MAILS, 0)
    assert len(found) >= 30
    judge(found)
