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
    OPEN,
    STATES,
    TRANSITIONS,
    Forbidden,
    after,
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


def test_who_has_it_or_may_have_it_is_not_begun():
    assert set(OPEN) == {NEW, "refused"}


@pytest.mark.parametrize(
    "states, expected",
    [
        ([], "sent"),
        (["accepted"], "sent"),
        (["accepted", "accepted"], "sent"),
        (["refused"], "failed"),
        (["accepted", "refused"], "partial"),
        (["accepted", NEW], "waiting"),
        (["accepted", "sending", NEW], "sending"),
        (["accepted", "uncertain", "refused"], "uncertain"),
    ],
)
def test_outcome_of_a_mail(states, expected):
    assert outcome(states) == expected


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
        for who in (one for one, state in states.items() if state == "sending"):
            states[who] = after(states[who], "doubt")
        for who in (one for one, state in states.items() if state in OPEN):
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
