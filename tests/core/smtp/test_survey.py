# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many envelopes asked over one connection."""

import pytest

from odoo.addons.mail_gateway_plus.core.smtp.dialogue import Fault, Pause
from odoo.addons.mail_gateway_plus.core.smtp.probe import Survey
from odoo.addons.mail_gateway_plus.core.smtp.relay import Envelope

from .recorded import TIMEOUT, Server, relay

SENDERS = [f"{name}@example.com" for name in ("ann", "bob", "cat", "dan")]
ENVELOPES = tuple(Envelope(sender, "probe@example.org") for sender in SENDERS)
NOT_OWNED = "553 5.7.1 <bob@example.com>: Sender address rejected: not owned by ann"


def surveyed(server, **values):
    survey = Survey(relay("ssl"), ENVELOPES, **values)
    server.hold(survey.run())
    assert [one.envelope for one in survey.verdicts] == [*ENVELOPES]
    return survey


def states(survey):
    return [one.state for one in survey.verdicts]


def test_one_connection_and_a_verdict_each():
    server = Server(**{"MAIL FROM:<bob": NOT_OWNED, "RCPT": ["250 ok"]})
    survey = surveyed(server)
    assert states(survey) == ["allowed", "refused", "allowed", "allowed"]
    bob = survey.verdicts[1]
    assert (bob.stage, bob.meaning.code) == ("mail", "smtp_sender_not_owned")
    assert bob.reply == NOT_OWNED
    assert server.goodbyes == [True]
    assert [step.stage for step in survey.steps][-1] == "auth"
    assert "DATA" not in server.lines


def test_sender_that_is_refused_with_the_recipient():
    """Postfix waits for the recipient before it speaks of the sender."""
    answers = ["250 ok", NOT_OWNED, "250 ok"]
    survey = surveyed(Server(RCPT=answers))
    assert states(survey) == ["allowed", "refused", "allowed", "allowed"]
    assert survey.verdicts[1].stage == "rcpt"


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.1 <probe@example.org>: Recipient address rejected: User unknown",
        "450 4.2.0 <probe@example.org>: Recipient address rejected: Greylisted",
        "451 4.3.0 try again later",
    ],
)
def test_what_says_nothing_about_the_sender(answer):
    assert states(surveyed(Server(RCPT=answer))) == ["unknown"] * 4


def test_server_is_given_time():
    server = Server()
    surveyed(server, pause_s=0.5)
    pauses = [want for want in server.wants if isinstance(want, Pause)]
    assert pauses == [Pause(0.5)] * 3, "between them, not behind the last"


@pytest.mark.parametrize("lost", ["421 4.7.0 too many mails", Fault("closed", "gone")])
def test_connects_once_more_and_goes_on_where_it_was(lost):
    answers = ["250 ok", lost, "250 ok"]
    server = Server(MAIL=answers)
    survey = surveyed(server)
    assert states(survey) == ["allowed"] * 4
    assert server.goodbyes == [False, True]
    mails = [line for line in server.lines if line.startswith("MAIL")]
    assert len(mails) == 5
    assert [step.stage for step in survey.steps].count("auth") == 1


@pytest.mark.parametrize("lost", [TIMEOUT, Fault("closed", "gone"), "421 4.7.0 bye"])
def test_lost_between_two_envelopes(lost):
    """What comes late is no answer to the next question."""
    server = Server(RSET=[lost, "250 ok"])
    survey = surveyed(server)
    assert states(survey) == ["allowed"] * 4
    assert server.goodbyes == [False, True]
    again = surveyed(Server(RSET=TIMEOUT))
    assert states(again) == ["allowed", "allowed", "unknown", "unknown"]
    assert again.verdicts[-1].meaning.code == "smtp_command_timeout"
    assert again.verdicts[-1].stage == "mail"


def test_server_that_hangs_up_again_is_left_alone():
    answers = ["250 ok", "421 too many", "250 ok", "421 too many"]
    server = Server(MAIL=answers)
    survey = surveyed(server)
    assert states(survey) == ["allowed", "allowed", "unknown", "unknown"]
    assert survey.verdicts[3].meaning.code_number == 421
    assert server.goodbyes == [False, False]


def test_what_came_first_is_what_is_wrong():
    server = Server(
        MAIL=["250 ok", TIMEOUT], Resolve=[Server().answers["Resolve"], TIMEOUT]
    )
    survey = surveyed(server)
    assert {one.meaning.code for one in survey.verdicts[1:]} == {"smtp_command_timeout"}
    assert {one.stage for one in survey.verdicts[1:]} == {"mail"}


def test_way_that_ends_before_the_first_question():
    server = Server(AUTH="535 5.7.8 no")
    survey = surveyed(server)
    # A login that is refused again and again locks the account.
    assert [line.split()[1] for line in server.lines if "AUTH" in line] == [
        "PLAIN",
        "LOGIN",
    ]
    assert len(server.goodbyes) == 1
    assert states(survey) == ["unknown"] * 4
    assert {one.stage for one in survey.verdicts} == {"auth"}
    assert not survey.steps[-1].passed
