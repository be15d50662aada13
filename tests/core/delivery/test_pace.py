# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.delivery.pace import (
    Allowance,
    Limit,
    Use,
    allowance,
    connections,
    for_mass,
    limits,
)

MINUTE, HOUR = Limit(60, 10), Limit(3600, 100)


def test_limits_of_a_server():
    assert limits() == ()
    assert limits(minute=5, day=9) == (Limit(60, 5), Limit(86400, 9))
    assert for_mass(limits(minute=1, hour=100)) == (Limit(60, 1), Limit(3600, 90))


@pytest.mark.parametrize(
    "wanted, uses, expected",
    [
        (7, [], Allowance(7)),
        (7, [(MINUTE, Use(0))], Allowance(7)),
        (70, [(MINUTE, Use(0))], Allowance(10)),
        (70, [(MINUTE, Use(4)), (HOUR, Use(98))], Allowance(2)),
        (70, [(MINUTE, Use(10, 95.0))], Allowance(0, 95.0)),
        (70, [(MINUTE, Use(10, 95.0)), (HOUR, Use(100, 400.0))], Allowance(0, 400.0)),
        # The limit was lowered: none for now, nothing below nothing
        (70, [(MINUTE, Use(25, 95.0))], Allowance(0, 95.0)),
        (0, [(MINUTE, Use(3))], Allowance(0)),
    ],
)
def test_allowance(wanted, uses, expected):
    assert allowance(wanted, uses) == expected


@pytest.mark.parametrize(
    "count, most, expected",
    [(100, 3, 3), (2, 3, 1), (6, 3, 2), (0, 3, 0), (100, 0, 1), (0, 0, 0)],
)
def test_connections(count, most, expected):
    assert connections(count, most) == expected


def used(limit, now, moments):
    """What the database says of the moments at which mails left."""
    newest = sorted((at for at in moments if at > now - limit.window_s), reverse=True)
    is_full = len(newest) >= limit.most
    return Use(len(newest), newest[limit.most - 1] + limit.window_s if is_full else 0)


def uses(every, now, moments):
    return [(one, used(one, now, moments)) for one in every]


#: Whole seconds, which computers add exactly.
moments = st.lists(st.integers(0, 4_000), max_size=60)
some = st.builds(limits, minute=st.integers(0, 8), hour=st.integers(0, 30))


@given(some, st.lists(st.tuples(st.floats(0.01, 400), st.integers(0, 40)), max_size=40))
def test_no_window_ever_holds_more_than_the_limit(every, rounds):
    """Whoever asks, and whenever: the workers see the same database."""
    now, sent = 0.0, []
    for pause, wanted in rounds:
        now += pause
        sent += [now] * allowance(wanted, uses(every, now, sent)).count
    for one in every:
        for end in sent:
            held = [at for at in sent if end - one.window_s < at <= end]
            assert len(held) <= one.most


@given(some, moments, st.integers(3_900, 4_100))
def test_next_is_the_first_moment_at_which_one_may_leave(every, sent, now):
    sent = [at for at in sent if at <= now]
    found = allowance(1, uses(every, now, sent))
    if found.count:
        assert not found.next_at
        return
    assert found.next_at > now
    assert allowance(1, uses(every, found.next_at, sent)).count
    just_before = (found.next_at + now) / 2
    if now < just_before < found.next_at - 0.001:
        assert not allowance(1, uses(every, just_before, sent)).count


@given(st.integers(1, 1_000), st.floats(0, 0.99))
def test_mass_mailing_leaves_room_but_is_never_barred(most, reserved):
    (one,) = for_mass([Limit(60, most)], reserved)
    assert 1 <= one.most <= most
