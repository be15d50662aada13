# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What servers say, product by product, and what nobody has heard before."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.smtp import enhanced, fact, reply, wording

from . import table

REPLIES = table.replies()
REFUSALS = table.refusals()


def codes(stage, *answers):
    return [reply.meaning(stage, said).code for said in answers]


@pytest.mark.parametrize("stage, said, kind", REFUSALS)
def test_refusal_is_of_its_kind(stage, said, kind):
    assert reply.meaning(stage, said).kind == kind


def test_there_are_as_many_as_there_were():
    assert len(REFUSALS) == 55


@pytest.mark.skipif(
    not table.SHARED.exists(), reason="shared material: no ../shared/facts"
)
def test_collection_of_refusals_holds_no_others():
    assert table.refusals(table.SHARED) == REFUSALS


@pytest.mark.parametrize("stage, said, code", REPLIES)
def test_reply_is_understood(stage, said, code):
    assert reply.meaning(stage, said).code == code


@pytest.mark.parametrize("stage, said, code", REPLIES[::7])
def test_reply_means_the_same_as_smtplib_gives_it(stage, said, code):
    number, text = said[:3], said[4:]
    if number.isdigit():
        assert reply.meaning(stage, text.encode(), int(number)).code == code


@pytest.mark.parametrize("row", wording.WORDINGS, ids=lambda row: row[2][:30])
def test_each_wording_is_what_decides_of_some_reply(row):
    """A row that others stand in front of would be dead."""
    for stage, said, _code in REPLIES + REFUSALS:
        stage = "greeting" if stage == "connect" else stage
        text = reply.meaning(stage, said).text
        first = (
            other
            for other in wording.WORDINGS
            if stage in other[1] and re.search(other[2], text, re.IGNORECASE)
        )
        if next(first, None) is row:
            return
    pytest.fail("no reply shows it")


def test_meanings_of_535_5_7_139_are_told_apart():
    said = [said for _stage, said, _kind in REFUSALS if "5.7.139" in said]
    assert len(said) == 5
    assert codes("auth", *said) == [
        "smtp_auth_off_tenant",
        "smtp_auth_off_mailbox",
        "smtp_basic_auth_off",
        "smtp_login_refused",
        "smtp_security_defaults",
    ]
    unheard = "535 5.7.139 Authentication unsuccessful, Mercury is retrograde."
    assert codes("auth", unheard) == ["smtp_auth_policy"]


def test_meanings_of_550_5_7_26_are_told_apart():
    said = {code for _stage, said, code in REPLIES if "550-5.7.26" in said}
    assert said == {"smtp_unauthenticated", "smtp_dmarc_failed", "smtp_spf_failed"}
    assert codes("data", "550 5.7.26 Not this one.") == ["smtp_authentication_failed"]


def test_lines_are_read_as_one():
    said = (
        "550-5.7.26 This mail has been blocked because the\r\n"
        "550-5.7.26 sender is unauthenticated. Gmail requires all\r\n"
        "550 5.7.26 senders to authenticate. abc - gsmtp\r\n"
    )
    meant = reply.meaning("data", said)
    assert meant.code == "smtp_unauthenticated"
    assert meant.text == (
        "This mail has been blocked because the sender is unauthenticated."
        " Gmail requires all senders to authenticate. abc - gsmtp"
    )
    assert (meant.code_number, meant.enhanced) == (550, "5.7.26")
    as_smtplib_has_it = re.sub("550[ -]", "", said).encode()
    assert reply.meaning("data", as_smtplib_has_it, 550) == meant


@pytest.mark.parametrize(
    "said, number, status",
    [
        ("550 no", 550, ""),
        ("550", 550, ""),
        ("550-\r\n550 5.1.1\r\n", 550, "5.1.1"),
        ("smtp; 550 5.1.1 <a@b>: no", 550, "5.1.1"),
        ("5.1.1 alone", 550, "5.1.1"),
        ("4.2.2 alone", 450, "4.2.2"),
        ("550 #5.1.0 Address rejected.", 550, "5.1.0"),
        ("553 (5.1.8) no", 553, "5.1.8"),
        ("550 sorry, no. (#5.1.1)", 550, "5.1.1"),
        ("550 sorry, no (#5.7.1 - chkuser)", 550, "5.7.1"),
        ("550 5.7.1 says mx: 550 no (#5.1.1)", 550, "5.7.1"),
        ("550 192.0.2.1 no", 550, ""),
        ("550 5.1.1.9 no", 550, ""),
        ("5500 no", 0, ""),
        ("\u0665\u0665\u0660 no", 0, ""),
        ("", 0, ""),
    ],
)
def test_numbers_are_taken_from_the_beginning(said, number, status):
    meant = reply.meaning("rcpt", said)
    assert (meant.code_number, meant.enhanced) == (number, status)


@pytest.mark.parametrize(
    "stage, number, code",
    [
        ("connect", 521, "smtp_no_service"),
        ("connect", 550, "smtp_greeting_refused"),
        ("greeting", 421, "smtp_service_unavailable"),
        ("ehlo", 501, "smtp_helo_refused"),
        ("tls", 454, "smtp_tls_unavailable"),
        ("tls", 554, "smtp_starttls_refused"),
        ("auth", 432, "smtp_password_transition"),
        ("auth", 454, "smtp_auth_temporary"),
        ("auth", 504, "smtp_auth_mechanism"),
        ("auth", 530, "smtp_auth_or_tls_required"),
        ("auth", 534, "smtp_auth_too_weak"),
        ("auth", 535, "smtp_login_refused"),
        ("auth", 538, "smtp_auth_needs_tls"),
        ("auth", 550, "smtp_auth_refused"),
        ("mail", 530, "smtp_auth_or_tls_required"),
        ("mail", 550, "smtp_sender_refused"),
        ("mail", 452, "smtp_temporary"),
        ("mail", 555, "smtp_option_unsupported"),
        ("rcpt", 450, "smtp_temporary"),
        ("rcpt", 503, "smtp_protocol_error"),
        ("rcpt", 550, "smtp_recipient_refused"),
        ("rcpt", 551, "smtp_recipient_moved"),
        ("rcpt", 553, "smtp_recipient_refused"),
        ("rcpt", 556, "smtp_recipient_no_mail"),
        ("data", 451, "smtp_temporary"),
        ("data", 552, "smtp_storage_exceeded"),
        ("data", 554, "smtp_content_refused"),
        ("data", 599, "smtp_content_refused"),
        ("after", 550, "smtp_delivery_failed"),
        ("quit", 550, "smtp_refused"),
        ("data", 250, "smtp_answer_odd"),
        ("auth", 334, "smtp_answer_odd"),
        ("mail", 0, "smtp_answer_odd"),
        ("mail", -1, "smtp_answer_odd"),
        ("mail", 99_999, "smtp_answer_odd"),
    ],
)
def test_unknown_words_leave_it_at_the_number_and_the_stage(stage, number, code):
    for said in ("Nö", b"\xff\xfe", "", "9.9.9 what", "5.9.9 what", "x" * 10_000):
        if said[:1] == "5" and number == 0:
            continue  # then that is the number
        assert reply.meaning(stage, said, number).code == code


@pytest.mark.parametrize(
    "stage, said, code",
    [
        # One that would be a mailbox's name is no reason, nor is the sender's.
        ("rcpt", "550 5.7.1 see https://x.example/account", "smtp_recipient_refused"),
        ("data", "550 5.1.1 <spam@h.example>: no", "smtp_recipient_unknown"),
        ("data", "554 <virus.found@h.example>: no", "smtp_content_refused"),
        ("mail", "550 <no-reverse-dns.spamhaus@h.example>: no", "smtp_sender_refused"),
        # After the content nobody logs in any more.
        ("data", "550 5.7.1 Message failed authentication", "smtp_content_refused"),
        ("data", "554 5.7.9 Not taken", "smtp_content_refused"),
        ("data", "550 5.7.8 Not taken", "smtp_content_refused"),
        ("data", "550 5.7.1 please log in to see why", "smtp_content_refused"),
        # A word that stands for something else there.
        ("data", "550 5.7.1 Refused by sandbox analysis", "smtp_content_refused"),
        ("mail", "550 5.7.1 message count exceeded", "smtp_sender_refused"),
        ("rcpt", "550 You are not allowed to send to it", "smtp_recipient_refused"),
        (
            "rcpt",
            "550 SPF: 192.0.2.1 is not allowed to send mail from example.com",
            "smtp_spf_failed",
        ),
        ("data", "552 Quota exceeded", "smtp_storage_exceeded"),
        # Not yet is not never, and this server's time is not the next one's.
        ("rcpt", "450 4.1.1 unverified address: in progress", "smtp_temporary"),
        ("rcpt", "421 4.4.2 Error: timeout exceeded", "smtp_service_unavailable"),
        # The same code of another command.
        ("tls", "502 5.5.1 Not implemented", "smtp_starttls_missing"),
        ("auth", "502 5.5.1 Not implemented", "smtp_auth_missing"),
        ("auth", "504 5.5.4 Not this one", "smtp_auth_mechanism"),
        ("ehlo", "501 5.5.4 Invalid domain name", "smtp_helo_refused"),
        ("mail", "555 5.5.4 Unsupported option", "smtp_option_unsupported"),
        # Before a recipient is named, none is unknown.
        ("auth", "550 5.1.1 What?", "smtp_auth_refused"),
        ("auth", "535 5.7.0 User unknown", "smtp_login_refused"),
    ],
)
def test_replies_mean_what_they_can_mean_at_that_stage(stage, said, code):
    assert reply.meaning(stage, said).code == code


@pytest.mark.parametrize(
    "said",
    [
        "550 5.4.5 Daily user sending limit exceeded",
        "554 5.2.0 STOREDRV; SubmissionQuotaExceededException",
        "550 5.7.233 tenant external recipient rate limit exceeded",
        "550 Domain a.example has exceeded the max emails per hour (9/8 (112%))",
        "550 5.7.1 Too many messages",
        "554 5.7.1 Greylisted",
    ],
)
def test_5xx_that_only_means_later_is_not_permanent(said):
    assert not reply.meaning("data", said).permanent


@pytest.mark.parametrize("stage, said, code", REPLIES)
def test_4xx_is_never_permanent_and_stops_nothing(stage, said, code):
    meant = reply.meaning(stage, re.sub(r"\b5([0-9]{2}[ -]|[.])", r"4\1", said), 450)
    assert not meant.permanent
    assert meant.kind not in reply.DELAYED


def test_5xx_is_permanent():
    assert reply.meaning("rcpt", "550 5.1.1 User unknown").permanent
    assert reply.meaning("data", "554 no").permanent


def test_refused_token_is_no_refused_password():
    said = "535 5.7.3 Authentication unsuccessful"
    for mechanism, code in (
        ("LOGIN", "smtp_login_refused"),
        ("XOAUTH2", "smtp_token_refused"),
        ("OAUTHBEARER", "smtp_token_refused"),
    ):
        assert reply.meaning("auth", said, mechanism=mechanism).code == code
    off = "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant."
    assert reply.meaning("auth", off, mechanism="XOAUTH2").code == (
        "smtp_auth_off_tenant"
    )


def test_each_code_of_the_tables_has_its_facts():
    used = {code for *_row, code in wording.WORDINGS + enhanced.CODES}
    used |= {*reply.NUMBERS.values(), *reply.REFUSED.values()}
    assert used - {""} <= set(fact.FACTS)


def test_stages_of_the_tables_are_stages():
    for _one, stages, *_rest in enhanced.CODES:
        assert stages <= set(fact.STAGES)
    for _product, stages, *_rest in wording.WORDINGS:
        assert stages <= set(fact.STAGES)
    for _number, stage in reply.NUMBERS:
        assert stage in (*fact.STAGES, reply.ANY)


@given(
    st.sampled_from((*fact.STAGES, "", "quit")),
    st.text() | st.binary(),
    st.integers(-10, 1000),
    st.sampled_from(("", "LOGIN", "XOAUTH2")),
)
def test_nothing_a_server_says_raises(stage, said, number, mechanism):
    meant = reply.meaning(stage, said, number, mechanism)
    assert meant.code in fact.FACTS
    assert meant.kind in fact.KINDS
    assert not (meant.permanent and meant.code_number < 500)


@pytest.mark.parametrize(
    "said",
    [
        "a" * 10_000_000,
        b"\xff" * 10_000_000,
        "\n" * 1_000_000,
        "550-" * 1_000_000,
        "550-5.1.1 " * 100_000,
        "message size sender not mailbox account " * 100_000,
        "spf dkim dmarc domain no reverse dns limit " * 100_000,
        " " * 10_000_000,
        "5." * 1_000_000,
    ],
    ids=lambda said: repr(said[:12]),
)
def test_what_is_very_long_takes_no_long(said):
    for stage in ("auth", "data"):
        begin = time.process_time()
        meant = reply.meaning(stage, said, 550)
        assert time.process_time() - begin < 0.5
        assert len(meant.text) <= reply.LOOKED_AT
