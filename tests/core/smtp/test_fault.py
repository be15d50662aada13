# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong on the way to an outgoing server, and whether it passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.mailbox import fault as mailbox_fault
from odoo.addons.mail_gateway_plus.core.smtp import (
    enhanced,
    fact,
    fault,
    reply,
    wording,
)

FORM_FIELDS = {
    *("smtp_host", "smtp_port", "smtp_encryption", "smtp_authentication"),
    *("smtp_user", "smtp_pass", "smtp_ssl_certificate", "from_filter", ""),
}


@pytest.mark.parametrize(
    "kind, stage, port, code",
    [
        ("unknown_host", "resolve", 587, "host_unknown"),
        ("timeout", "resolve", 587, "host_unknown"),
        ("timeout", "resolve", 25, "host_unknown"),
        ("refused", "connect", 25, "connection_refused"),
        ("timeout", "connect", 587, "connect_timeout"),
        ("timeout", "connect", 25, "port25_blocked"),
        ("unreachable", "connect", 25, "port25_blocked"),
        ("unreachable", "connect", 587, "host_unreachable"),
        ("timeout", "greeting", 25, "port25_intercepted"),
        ("closed", "greeting", 25, "port25_intercepted"),
        ("timeout", "greeting", 2525, "greeting_timeout"),
        ("closed", "greeting", 2525, "greeting_missing"),
        ("closed", "greeting", 587, "greeting_missing"),
        ("timeout", "tls", 465, "tls_timeout"),
        ("closed", "tls", 465, "tls_not_spoken"),
        ("plain_on_tls", "tls", 465, "tls_not_spoken"),
        ("certificate_expired", "tls", 465, "certificate_expired"),
        ("certificate_name", "tls", 465, "certificate_name"),
        ("certificate", "tls", 465, "certificate_untrusted"),
        ("tls", "tls", 465, "tls_failed"),
        ("starttls_missing", "tls", 587, "starttls_missing"),
        ("auth_missing", "auth", 587, "auth_missing"),
        ("unsendable", "auth", 587, "login_unsendable"),
        ("unsendable", "rcpt", 587, "recipient_syntax"),
        ("timeout", "mail", 587, "command_timeout"),
        ("closed", "rcpt", 587, "connection_lost"),
        ("timeout", "data", 587, "outcome_uncertain"),
        ("closed", "data", 587, "outcome_uncertain"),
        ("unexpected", "mail", 587, "unexpected"),
        ("from_the_future", "mail", 587, "unexpected"),
    ],
)
def test_fault_without_an_answer(kind, stage, port, code):
    meant = fault.meaning(kind, stage, "Connection reset by peer", port=port)
    assert meant.code == f"smtp_{code}"
    assert meant.permanent is not fact.passes(meant.code)
    assert (meant.code_number, meant.enhanced) == (0, "")
    assert meant.text == "Connection reset by peer"


def test_server_that_hangs_up_may_say_why():
    meant = fault.meaning("closed", "mail", b"4.7.0 too many errors", 421)
    assert meant.code == "smtp_too_many_errors"
    assert fault.meaning("closed", "mail", "421 Bye").code == (
        "smtp_service_unavailable"
    )


def test_the_system_says_nothing_about_the_account():
    assert fault.meaning("timeout", "auth", "password expired").code == (
        "smtp_command_timeout"
    )


def test_answer_is_what_the_reply_means():
    said = "550 5.1.1 User unknown"
    assert fault.meaning("answer", "rcpt", said) == reply.meaning("rcpt", said)


def test_kinds_of_the_way_in_are_all_known_on_the_way_out():
    others = {"answer", "login_disabled", "password_refused"}
    known = {kind for kind, _stage in fault.CODES}
    assert {kind for kind, _stage in mailbox_fault.CODES} - others <= known


def test_each_code_can_come_about():
    used = {*fault.CODES.values(), *fault.BLOCKED.values(), "smtp_token_refused"}
    used |= {*reply.NUMBERS.values(), *reply.REFUSED.values()}
    used |= {"smtp_refused", "smtp_answer_odd"}
    used |= {code for *_row, code in wording.WORDINGS + enhanced.CODES}
    assert used - {""} == set(fact.FACTS)


def test_facts_are_sound():
    for code, one in fact.FACTS.items():
        assert code.startswith("smtp_")
        assert one.kind in fact.KINDS
        assert one.field in FORM_FIELDS
    assert {one.kind for one in fact.FACTS.values()} == set(fact.KINDS)
    assert set(reply.DELAYED) | set(fact.PASSING) <= set(fact.KINDS)


def test_code_of_another_version_is_no_fault_of_a_field_and_does_not_pass():
    assert fact.field_of("from_the_future") == ""
    assert not fact.passes("from_the_future")


@given(
    st.text(), st.sampled_from((*fact.STAGES, "")), st.text() | st.binary(),
    st.integers(),
)  # fmt: skip
def test_no_fault_raises(kind, stage, said, port):
    for one in (kind, "answer", "closed", "timeout"):
        meant = fault.meaning(one, stage, said, port=port)
        assert meant.code in fact.FACTS
