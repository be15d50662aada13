# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.delivery.state import (
    CHOICES,
    EVENTS,
    NEW,
    STATES,
    TRANSITIONS,
    Forbidden,
    after,
    found,
    left,
    may,
    outcome,
)


@pytest.mark.parametrize("state, event", itertools.product((NEW, *STATES), EVENTS))
def test_what_is_not_in_the_table_is_forbidden(state, event):
    assert may(state, event) == ((state, event) in TRANSITIONS)
    if may(state, event):
        assert after(state, event) in STATES
    else:
        with pytest.raises(Forbidden):
            after(state, event)


def test_what_the_server_has_stays_so():
    assert not any(may("accepted", event) for event in EVENTS)


def test_what_is_uncertain_waits_for_a_person():
    assert {event for event in EVENTS if may("uncertain", event)} == set(CHOICES)


@pytest.mark.parametrize("state", (NEW, *STATES))
@pytest.mark.parametrize("is_alive", (True, False))
def test_after_a_crash(state, is_alive):
    is_orphan = state == "sending" and not is_alive
    assert found(state, is_alive=is_alive) == ("uncertain" if is_orphan else state)


def test_who_is_left():
    states = {"b": "accepted", "c": "refused", "d": "uncertain", "e": "sending"}
    assert left(["a", "b", "c", "d", "e", "a"], states) == ("a", "c")


@pytest.mark.parametrize(
    "states, is_waiting, expected",
    [
        ([], False, "sent"),
        (["accepted"], False, "sent"),
        (["accepted", "accepted"], True, "sent"),
        (["refused"], True, "waiting"),
        (["refused"], False, "failed"),
        (["accepted", "refused"], True, "waiting"),
        (["accepted", "refused"], False, "partial"),
        (["accepted", NEW], False, "waiting"),
        (["accepted", "sending", NEW], False, "sending"),
        (["accepted", "uncertain", "refused"], True, "uncertain"),
    ],
)
def test_outcome_of_a_mail(states, is_waiting, expected):
    assert outcome(states, is_waiting=is_waiting) == expected


#: What a server and a worker do with one attempt: (what the server got, event that the
#: worker writes; "" where it is dead before it can).
ATTEMPTS = [
    (True, "accept"),
    (False, "refuse"),
    (False, "lose"),
    (True, "doubt"),
    (False, "doubt"),
    (True, ""),
    (False, ""),
]
PEOPLE = "abc"


@given(
    st.lists(
        st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(ATTEMPTS), min_size=1),
        max_size=12,
    )
)
def test_nobody_gets_a_mail_twice_and_what_may_be_lost_is_said(runs):
    states = dict.fromkeys(PEOPLE, NEW)
    got = dict.fromkeys(PEOPLE, 0)
    for attempts in runs:
        states = {who: found(state, is_alive=False) for who, state in states.items()}
        for who in left(PEOPLE, states):
            arrived, event = attempts.get(who, (False, "refuse"))
            states[who] = after(states[who], "begin")
            got[who] += arrived
            if event:
                states[who] = after(states[who], event)
    for who in PEOPLE:
        assert got[who] <= 1
        if got[who]:
            assert states[who] in ("accepted", "uncertain", "sending")
        if states[who] == "accepted":
            assert got[who] == 1


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_only_a_person_repeats_what_may_have_arrived(events):
    """Through all orders of events: each second sending is one that was chosen."""
    state, taken, chosen = NEW, 0, 0
    for event in events:
        if may(state, event):
            state = after(state, event)
            taken += event in ("accept", "doubt")
            chosen += event == "resend"
    assert taken <= 1 + chosen
