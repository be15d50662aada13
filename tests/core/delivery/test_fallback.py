# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.delivery.fallback import (
    EVENTS,
    STATES,
    TRANSITIONS,
    WAYS,
    Health,
    after,
    way,
)


def test_tables_are_whole():
    both = (True, False)
    possible = set(itertools.product(STATES, EVENTS, both))
    # Who has answered has no faults.
    assert set(TRANSITIONS) == {
        row for row in possible if row[1:] != ("answered", True)
    }
    assert set(WAYS) == set(itertools.product(STATES, both, both))


def run(events, limit):
    health = Health()
    for event in events:
        health = after(health, event, limit)
    return health


@pytest.mark.parametrize(
    "events, limit, state",
    [
        ([], 3, "up"),
        (["fault"], 3, "doubted"),
        (["fault"] * 2, 3, "doubted"),
        (["fault"] * 3, 3, "down"),
        (["fault", "fault", "answered", "fault"], 3, "doubted"),
        (["fault"] * 9 + ["answered"], 3, "up"),
        (["fault"], 1, "down"),
        (["fault"], 0, "down"),
    ],
)
def test_state(events, limit, state):
    assert run(events, limit).state == state


def test_raising_the_limit_does_not_mend_a_server():
    assert after(Health("down", 3), "fault", limit=9).state == "down"


@given(st.lists(st.sampled_from(EVENTS)), st.integers(1, 5))
def test_down_is_who_did_not_answer_so_often_in_a_row(events, limit):
    tail = list(itertools.takewhile(lambda event: event == "fault", reversed(events)))
    health = run(events, limit)
    assert health.faults == len(tail)
    assert (health.state == "down") == (len(tail) >= limit)


@given(st.lists(st.sampled_from(EVENTS)), st.integers(1, 5), st.booleans())
def test_the_first_is_always_asked_again(events, limit, has_fallback):
    """Or its mail would never come back to it."""
    health = run(events, limit)
    assert way(health, is_due=True, has_fallback=has_fallback) == "first"
    # What cannot go elsewhere waits for it, and so costs no attempt.
    assert way(health, is_due=False) in ("first", "wait")
