# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Four processes on one queue: each mail once, and within the limits of the server."""

import bisect
import json
import subprocess
import sys

import pytest

from .live import engine
from .queue_working import CONNECTIONS


@pytest.fixture
def database(stack):
    with engine(stack) as live:
        yield live.database


def shift(stack, database, mails, a_minute):
    config = str(stack.odoo_config(database))
    words = (config, database, mails, 4, a_minute)
    command = [sys.executable, "-m", "tests.queue_working", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def judge(found, mails, a_minute):
    assert found["states"] == ["sent"] and found["attempts"] == [0]
    assert len(found["taken"]) == mails and set(found["taken"].values()) == {1}
    assert found["told"] == [["accepted", 1]]
    assert 1 < found["connections"] <= CONNECTIONS
    moments = found["moments"]
    held = [
        at + 1 - bisect.bisect_right(moments, end - 60)
        for at, end in enumerate(moments)
    ]
    assert max(held) <= a_minute
    return max(held)


def test_four_processes_keep_the_limit_of_a_minute(stack, database):
    found = shift(stack, database, 400, a_minute=120)
    assert judge(found, 400, 120) > 100, "the limit was nowhere near"


@pytest.mark.soak
def test_four_processes_send_two_thousand_mails(stack, database):
    found = shift(stack, database, 2000, a_minute=500)
    assert judge(found, 2000, 500) > 400, "the limit was nowhere near"
