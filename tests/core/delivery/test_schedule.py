# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.delivery import schedule
from odoo.addons.mail_gateway_plus.core.delivery.schedule import (
    AGAIN,
    BY_CODE,
    BY_KIND,
    FAIL,
    HOLD,
    RETRY,
    STOP_IDENTITY,
    STOP_SERVER,
    Effect,
    Retry,
    effect,
)
from odoo.addons.mail_gateway_plus.core.smtp import fault
from odoo.addons.mail_gateway_plus.core.smtp.fact import (
    FACTS,
    KINDS,
    PASSING,
    STAGES,
)

HOUR_S = 3600.0

# kind of fault, stage, what was said -> effect
TABLE = [
    # The server cannot be reached: one attempt of one mail, the others wait for it
    ("unknown_host", "resolve", "", HOLD),
    ("refused", "connect", "", HOLD),
    ("timeout", "connect", "", HOLD),
    ("closed", "greeting", "", HOLD),
    ("answer", "greeting", "421 too busy", HOLD),
    ("answer", "mail", "451 4.3.0 queue file write error", HOLD),
    ("answer", "greeting", "554 no SMTP service here", HOLD),
    ("timeout", "tls", "", HOLD),
    ("answer", "auth", "454 4.7.0 temporary authentication failure", HOLD),
    ("no_login", "auth", "the token could not be renewed", HOLD),
    # What somebody has to mend first stops the server, not the queue
    ("certificate_expired", "tls", "", STOP_SERVER),
    ("starttls_missing", "tls", "", STOP_SERVER),
    ("answer", "auth", "535 5.7.8 Username and Password not accepted", STOP_SERVER),
    ("answer", "mail", "530 5.7.0 Authentication required", STOP_SERVER),
    ("answer", "rcpt", "554 5.7.1 <x@y.example>: Relay access denied", STOP_SERVER),
    # Or the sender
    ("answer", "rcpt", "553 5.7.1 <a@h.example>: Sender address rejected: not owned"
     " by user erp", STOP_IDENTITY),
    ("answer", "data", "554 5.2.252 SendAsDenied; a@h not allowed to send as b@h",
     STOP_IDENTITY),
    # This mail alone
    ("answer", "rcpt", "550 5.1.1 User unknown", FAIL),
    ("answer", "data", "554 5.7.1 message rejected as spam", FAIL),
    ("unsendable", "rcpt", "", FAIL),
    ("too_large", "mail", "", FAIL),
    # A line that breaks while a mail is spoken of costs that mail an attempt
    ("closed", "mail", "", AGAIN),
    ("closed", "rcpt", "", AGAIN),
    ("timeout", "rcpt", "", AGAIN),
    ("closed", "data", "", Effect("uncertain")),
    ("timeout", "data", "", Effect("uncertain")),
    # It may pass
    ("answer", "rcpt", "450 4.2.0 Greylisted, try again later", AGAIN),
    ("answer", "rcpt", "451 temporary", AGAIN),
    ("answer", "rcpt", "452 4.5.3 too many recipients", AGAIN),
    # Too much: whoever goes on now makes it worse
    ("answer", "data", "550 5.4.5 Daily user sending limit exceeded", HOLD),
    ("answer", "mail", "450 4.7.1 Error: too much mail from 192.0.2.1", HOLD),
]  # fmt: skip


@pytest.mark.parametrize("kind, stage, said, expected", TABLE)
def test_effect(kind, stage, said, expected):
    assert effect(fault.meaning(kind, stage, said), stage) == expected


def test_tables_are_whole():
    lasting = [(kind, True) for kind in KINDS if kind not in PASSING]
    assert set(BY_KIND) == {*lasting, *((kind, False) for kind in KINDS)}
    assert set(BY_CODE) <= set(FACTS)
    for one in [*BY_KIND.values(), *BY_CODE.values()]:
        assert one.mail in schedule.MAIL and one.others in schedule.OTHERS


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("code", FACTS)
def test_what_passes_never_fails_a_mail_at_once(code, stage):
    fact = FACTS[code]
    for permanent in (True, False):
        meant = fault.Meaning(fact.kind, code, permanent, 0, "", "")
        found = effect(meant, stage)
        if not permanent and code not in BY_CODE:
            assert found.mail == "retry"
        if stage in schedule.ON_THE_WAY:  # no mail fails for the server's sake
            assert found.mail in ("retry", "wait") and found.others


def test_default_schedule():
    delays = [RETRY.delay_s(n, waited_s=0, dice=0.5) for n in range(1, 8)]
    assert delays == [60, 300, 900, 1800, 3600, 3600, 3600]


def times(retry, dice=0.5, kind=""):
    """The moments of all attempts, in seconds after the first."""
    now, attempts = 0.0, 1
    yield now
    while (delay := retry.delay_s(attempts, now, dice, kind)) is not None:
        now, attempts = now + delay, attempts + 1
        yield now


@given(dice=st.floats(0, 1), kind=st.sampled_from(KINDS))
def test_all_ends_within_two_days_and_never_hurries(dice, kind):
    moments = list(times(RETRY, dice, kind))
    pauses = [after - before for before, after in itertools.pairwise(moments)]
    assert 46 * HOUR_S < moments[-1] <= 48 * HOUR_S
    assert min(pauses) >= 60 and max(pauses) <= 1.1 * HOUR_S
    if kind == "quota":
        assert min(pauses) >= 0.9 * HOUR_S


def test_jitter_spreads_what_comes_hourly_only():
    for dice in (0.0, 1.0):
        assert RETRY.delay_s(1, 0, dice) == 60
    assert RETRY.delay_s(9, 0, 0.0) == pytest.approx(3240)
    assert RETRY.delay_s(9, 0, 1.0) == pytest.approx(3960)


def test_a_server_may_have_its_own():
    own = Retry(schedule.Schedule((10,)), then_s=20, jitter=0, until_s=60)
    assert list(times(own)) == [0, 10, 30, 50]
    assert list(times(Retry(until_s=0))) == [0]


def test_a_schedule_as_people_type_it():
    assert schedule.retry() == RETRY
    assert schedule.retry("1,2  30") == Retry(schedule.Schedule((60, 120, 1800)))
    assert schedule.retry(hours=3) == Retry(until_s=3 * HOUR_S)
    for odd in (("soon",), ("1, 0",), ("-1",), ("1.5",), ("", -1)):
        with pytest.raises(ValueError, match="no schedule"):
            schedule.retry(*odd)
