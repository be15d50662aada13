# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.delivery.permission import (
    Candidate,
    Known,
    Portion,
    answered,
    is_refusal,
    merged,
    order,
    portion,
    replaces,
)
from odoo.addons.mail_gateway_plus.core.smtp import fault, reply
from odoo.addons.mail_gateway_plus.core.smtp.probe import Verdict
from odoo.addons.mail_gateway_plus.core.smtp.relay import Envelope

ANN, BOB, CID = (Candidate(f"{name}@h.example", "user") for name in ("ann", "bob", "c"))


def test_one_row_an_address_under_what_says_most():
    twice = [
        Candidate("x@h.example", "user", 1),
        Candidate("x@h.example", "company", 1),
    ]
    assert merged(twice) == [Candidate("x@h.example", "company", 1)]
    everybody = Candidate("x@h.example", "template")
    assert merged([*twice, everybody]) == [Candidate("x@h.example", "company")]


@pytest.mark.parametrize(
    "count, minute, day, today, budget, expected",
    [
        # No limits: all that the time is enough for
        (5, 0, 0, 0, 30, Portion(5, 0.0)),
        (1000, 0, 0, 0, 30, Portion(200, 0.0)),
        # Half of what the provider takes in a minute
        (100, 30, 0, 0, 36, Portion(10, 4.0)),
        (100, 1, 0, 0, 30, Portion(1, 120.0)),
        # Half of what it takes in a day
        (100, 0, 50, 0, 30, Portion(25, 0.0)),
        (100, 0, 50, 20, 30, Portion(5, 0.0)),
        (100, 0, 50, 25, 30, Portion(0, 0.0)),
        (100, 0, 1, 0, 30, Portion(0, 0.0)),
        (0, 0, 0, 0, 30, Portion(0, 0.0)),
    ],
)
def test_limits_of_the_provider_hold(count, minute, day, today, budget, expected):
    assert portion(count, minute, day, today, budget) == expected


def test_who_was_never_asked_comes_first_then_the_oldest():
    known = {ANN.email: Known("allowed", 3), BOB.email: Known("refused", 9)}
    assert order([ANN, BOB, CID], known) == [CID, BOB, ANN]
    assert order([ANN, BOB, CID], known, due_s=5) == [CID, BOB]
    day = 24 * 3600
    known = {ANN.email: Known("allowed", day), BOB.email: Known("unknown", day)}
    assert order([ANN, BOB], known, due_s=7 * day) == [BOB]
    young = {BOB.email: Known("unknown", day / 4)}
    assert order([BOB], young, due_s=7 * day) == []


def verdict(stage, number=0):
    meaning = reply.meaning(stage, "no", number) if number else None
    return Verdict(Envelope("a@h.example", "b@h.example"), stage, "no", meaning)


def test_lost_connection_is_no_answer_once_there_were_some():
    took, refused = verdict("rcpt"), verdict("mail", 550)
    unreached, left, gone = verdict("connect", 500), verdict("mail", 421), closed()
    for lost in (unreached, left, gone):
        others = [verdict("mail", 421), closed()]
        assert answered([took, refused, lost, *others]) == [took, refused, lost]
        assert answered([lost, *others]) == [lost, *others]
    unsendable = fault.meaning("unsendable", "mail")
    bad = Verdict(Envelope("a b", "b@h.example"), "mail", "", unsendable)
    assert answered([took, bad, bad]) == [took, bad, bad]


def closed():
    meaning = fault.meaning("closed", "mail")
    return Verdict(Envelope("a@h.example", "b@h.example"), "mail", "", meaning)


@pytest.mark.parametrize(
    "known, depth, new, new_depth, expected",
    [
        ("unknown", "envelope", "unknown", "envelope", True),
        ("unknown", "content", "allowed", "envelope", True),
        ("refused", "envelope", "allowed", "envelope", True),
        ("allowed", "envelope", "refused", "envelope", True),
        # Nobody knows: that is no news
        ("refused", "envelope", "unknown", "envelope", False),
        ("allowed", "envelope", "unknown", "envelope", False),
        # What the content showed is not taken back by a sender that is taken
        ("refused", "content", "allowed", "envelope", False),
        ("rewritten", "content", "allowed", "envelope", False),
        ("allowed", "content", "refused", "envelope", True),
        ("refused", "content", "allowed", "content", True),
    ],
)
def test_what_takes_the_place_of_what_is_known(known, depth, new, new_depth, expected):
    assert replaces(known, depth, new, new_depth) is expected


@pytest.mark.parametrize(
    "stage, said, expected",
    [
        ("rcpt", "553 5.7.1 <a@h>: Sender address rejected: not owned by user b", True),
        ("data", "554 5.2.252 SendAsDenied; b not allowed to send as a", True),
        ("rcpt", "550 5.1.1 User unknown", False),
        ("rcpt", "554 5.7.1 Relay access denied", False),
        ("data", "550 Daily user sending limit exceeded", False),
        ("mail", "451 4.7.1 Sender address rejected, try again later", False),
    ],
)
def test_mail_is_refused_for_its_sender(stage, said, expected):
    assert is_refusal(reply.meaning(stage, said)) is expected
    assert not is_refusal(None)
