# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each row of the tables with an answer that a server of that product gives."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.finding import Finding
from odoo.addons.mail_gateway_plus.core.mailbox import fault, reply

#: (stage, answer, code without "mailbox_")
ANSWERS = [
    # Google
    ("login", "[ALERT] Application-specific password required: "
     "https://support.google.com/accounts/answer/185833 (Failure)", "app_password"),
    ("login", "-ERR [AUTH] Application-specific password required: "
     "https://support.google.com/accounts/answer/185833", "app_password"),
    ("login", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "login_refused"),
    ("login", "[ALERT] Invalid credentials (Failure)", "login_refused"),
    ("login", "-ERR [AUTH] Username and password not accepted.", "login_refused"),
    ("login", "[ALERT] Please log in via your web browser: "
     "https://support.google.com/mail/accounts/answer/78754 (Failure)",
     "web_login_needed"),
    ("login", "-ERR [AUTH] Web login required: "
     "https://support.google.com/mail/answer/78754", "web_login_needed"),
    ("login", "[WEBALERT https://accounts.google.com/x] Sign in", "web_login_needed"),
    ("login", "[ALERT] Your account is not enabled for IMAP use. Please visit your"
     " Gmail settings page and enable your account for IMAP access. (Failure)",
     "imap_disabled"),
    ("login", "[ALERT] IMAP access is disabled for your domain. Please contact your"
     " domain administrator for questions about this feature. (Failure)",
     "imap_disabled"),
    ("list", "-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit"
     " your Gmail settings page and enable your account for POP access.",
     "pop_disabled"),
    ("login", "-ERR [SYS/PERM] POP access is disabled for your domain.",
     "pop_disabled"),
    ("login", "[ALERT] Too many simultaneous connections. (Failure)",
     "too_many_connections"),
    ("download", "[OVERQUOTA] Account exceeded command or bandwidth limits.",
     "throttled"),
    ("login", "[THROTTLED] slow down", "throttled"),
    ("folder", "[NONEXISTENT] Unknown Mailbox: Work (Failure)", "folder_missing"),
    ("folder", "[UNAVAILABLE] Temporary System Problem. Please try again later."
     " (Failure)", "temporary_fault"),
    # Microsoft
    ("login", "LOGIN failed.", "login_refused"),
    ("login", "AUTHENTICATE failed.", "login_refused"),
    ("login", "AUTHENTICATE failed. BasicAuthBlocked", "basic_auth_off"),
    ("login", "Basic authentication is disabled.", "basic_auth_off"),
    ("login", "-ERR Logon failure: unknown user name or bad password.",
     "login_refused"),
    ("folder", "User is authenticated but not connected.", "not_connected"),
    ("download", "Request is throttled. Suggested Backoff Time: 299910 milliseconds",
     "throttled"),
    ("folder", "Server Unavailable. 15", "temporary_fault"),
    ("folder", "Archive doesn't exist.", "folder_missing"),
    ("login", "-ERR Login to your account via a web browser to verify your account.",
     "web_login_needed"),
    ("login", "-ERR Exceeded the login limit for a 15 minute period. Reduce the"
     " frequency of requests to the POP3 server.", "login_too_soon"),
    ("login", "-ERR login allowed only every 15 minutes", "login_too_soon"),
    # Yahoo, AOL
    ("login", "[AUTHENTICATIONFAILED] LOGIN Invalid credentials", "login_refused"),
    ("login", "[LIMIT] LOGIN Rate limit hit.", "too_many_attempts"),
    ("download", "[LIMIT] UID FETCH Rate limit hit.", "throttled"),
    ("login", "-ERR Your account is not enabled for POP access. Please visit options"
     " section in yahoo mail accounts for enable POP access.", "pop_disabled"),
    # Dovecot
    ("login", "[AUTHENTICATIONFAILED] Authentication failed.", "login_refused"),
    ("login", "-ERR [AUTH] Authentication failed.", "login_refused"),
    ("login", "[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure"
     " (SSL/TLS) connections.", "tls_required"),
    ("login", "-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS)"
     " connections.", "tls_required"),
    ("login", "-ERR [AUTH] Cleartext authentication disallowed on non-secure (SSL/TLS)"
     " connections.", "tls_required"),
    ("login", "[UNAVAILABLE] Maximum number of connections from user+IP exceeded"
     " (mail_max_userip_connections=10)", "too_many_connections"),
    ("login", "[UNAVAILABLE] Temporary authentication failure. [mx:2026-11-20]",
     "temporary_fault"),
    ("login", "-ERR [SYS/TEMP] Temporary authentication failure.", "temporary_fault"),
    ("login", "[UNAVAILABLE] Account is temporarily unavailable.", "temporary_fault"),
    ("login", "[EXPIRED] Password expired", "password_expired"),
    ("login", "[CONTACTADMIN] Login disabled for this user", "account_locked"),
    ("login", "-ERR [AUTH] Login disabled for this user", "account_locked"),
    ("login", "[AUTHORIZATIONFAILED] Authorization failed", "login_not_allowed"),
    ("login", "-ERR [IN-USE] mailbox already in use by pid 12345", "in_use"),
    ("move", "[OVERQUOTA] Quota exceeded (mailbox for user is full)", "over_quota"),
    ("move", "[OVERQUOTA] Not enough disk quota", "over_quota"),
    ("folder", "[NONEXISTENT] Mailbox doesn't exist: Work", "folder_missing"),
    ("move", "[TRYCREATE] Mailbox doesn't exist: Done", "folder_missing"),
    ("move", "[EXPUNGEISSUED] Some of the requested messages no longer exist",
     "message_gone"),
    ("folder", "[SERVERBUG] Internal error occurred. Refer to server log for more"
     " information.", "server_bug"),
    ("move", "[CANNOT] Invalid mailbox name: Begins with '/'", "folder_impossible"),
    ("move", "Client tried to access nonexistent namespace. (Mailbox name should"
     " probably be prefixed with: INBOX.)", "folder_impossible"),
    ("folder", "[NOPERM] Permission denied", "no_permission"),
    # Cyrus
    ("login", "Login only available under a layer", "tls_required"),
    ("login", "Login incorrect", "login_refused"),
    ("login", "Too many connections from this user", "too_many_connections"),
    ("login", "-ERR [IN-USE] Unable to lock maildrop: Mailbox is locked by POP server",
     "in_use"),
    ("login", "-ERR Unable to lock maildrop", "in_use"),
    ("login", "-ERR [SYS/PERM] Unable to open maildrop", "permanent_fault"),
    ("login", "-ERR [LOGIN-DELAY] Logins must be at least 15 minutes apart",
     "login_too_soon"),
    ("login", "-ERR Logins must be at least 1 minute apart", "login_too_soon"),
    ("folder", "Mailbox does not exist", "folder_missing"),
    ("move", "Mailbox already exists", "folder_exists"),
    ("move", "Invalid mailbox name", "folder_impossible"),
    ("folder", "Permission denied", "no_permission"),
    ("move", "Over quota", "over_quota"),
    # Courier
    ("folder", "Mailbox does not exist, or must be subscribed to.", "folder_missing"),
    ("move", "[ALERT] You exceeded your mail quota.", "over_quota"),
    ("login", "-ERR Temporary problem, please try again later", "temporary_fault"),
    # Zimbra
    ("login", "LOGIN failed", "login_refused"),
    ("login", "must change password", "password_expired"),
    ("move", "mailbox selected READ-ONLY", "no_permission"),
    # Others
    ("login", "[AUTHENTICATIONFAILED] Authentication Failed", "login_refused"),
    ("login", "[AUTHENTICATIONFAILED] NEOBHODIM parol prilozheniya"
     " https://help.mail.ru/mail/security/protection/external / Application password"
     " is REQUIRED", "app_password"),
    ("login", "NEOBHODIM parol prilozheniya / Aplication password is REQUIRED",
     "app_password"),
    ("login", "[AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled"
     " sc=cYXlpv732Cg1_010534_2-1e59ad28a72c", "login_refused"),
    ("login", "[ALERT] You are yet to enable IMAP for your account. Please contact"
     " your administrator (Failure)", "imap_disabled"),
    ("login", "A SSL/TLS-connection is required for authentication.", "tls_required"),
    ("login", "Temporary authentication failure (rate-limit)", "too_many_attempts"),
    ("login", "Authentication rate limit from one source exceeded",
     "too_many_attempts"),
    ("login", "-ERR [IN-USE] Maildrop lock busy!  Is another session active?",
     "in_use"),
    ("login", "-ERR Maildrop lock busy!  Is another session active?", "in_use"),
    ("folder", "Can't open mailbox Archive: no such mailbox", "folder_missing"),
    # Words that several use
    ("login", "Please use an app password instead", "app_password"),
    ("login", "This login needs an application specific password", "app_password"),
    ("login", "Solve the captcha first", "web_login_needed"),
    ("login", "IMAP service has been disabled", "imap_disabled"),
    ("login", "-ERR POP3 is not enabled for this user", "pop_disabled"),
    ("login", "STARTTLS required", "tls_required"),
    ("login", "Too many failed login attempts", "too_many_attempts"),
    ("greeting", "* BYE Too many sessions", "too_many_connections"),
    ("greeting", "* BYE Connection limit exceeded", "too_many_connections"),
    ("login", "-ERR Mailbox is locked", "in_use"),
    ("login", "Your account has been suspended", "account_locked"),
    ("login", "Password has expired", "password_expired"),
    ("login", "[CONTACTADMIN] Ask us", "permanent_fault"),
    ("login", "[INUSE] Busy", "in_use"),
    ("folder", "[CORRUPTION] Index broken", "permanent_fault"),
    ("list", "[CLIENTBUG] What?", "command_refused"),
    ("move", "[ALREADYEXISTS] There is one", "folder_exists"),
    ("folder", "[LIMIT] Enough", "limit_reached"),
]  # fmt: skip


@pytest.mark.parametrize("stage, said, code", ANSWERS)
def test_answer_is_understood(stage, said, code):
    assert fault.code("answer", stage, said) == f"mailbox_{code}"


@pytest.mark.parametrize("product, words, code", reply.WORDINGS)
def test_each_wording_has_an_answer_above(product, words, code):
    said = [said for _stage, said, meant in ANSWERS if f"mailbox_{meant}" == code]
    assert any(re.search(words, one, re.IGNORECASE) for one in said), product


@pytest.mark.parametrize("name, code", reply.RESPONSE_CODES.items())
def test_response_code_is_understood(name, code):
    for said in (f"[{name}] x", f"-ERR [{name}] x", f"* BYE [{name.lower()}]"):
        assert list(reply.meanings(said)) == [code][: bool(code)]


def test_each_response_code_of_the_standards_is_there():
    standards = """
        UNAVAILABLE AUTHENTICATIONFAILED AUTHORIZATIONFAILED EXPIRED PRIVACYREQUIRED
        CONTACTADMIN NOPERM INUSE EXPUNGEISSUED CORRUPTION SERVERBUG CLIENTBUG CANNOT
        LIMIT OVERQUOTA ALREADYEXISTS NONEXISTENT ALERT TRYCREATE IN-USE LOGIN-DELAY
        SYS/TEMP SYS/PERM AUTH
    """
    assert set(standards.split()) <= set(reply.RESPONSE_CODES)


def test_response_code_counts_at_the_beginning_only():
    assert not list(reply.meanings("this is not [AUTHENTICATIONFAILED]"))


def test_response_code_may_carry_words():
    assert list(reply.meanings("[OVERQUOTA 12 34] full")) == ["mailbox_over_quota"]


def test_each_code_of_the_tables_has_its_facts_and_the_reverse():
    used = {*fault.CODES.values(), *reply.RESPONSE_CODES.values()}
    used |= {code for _product, _words, code in reply.WORDINGS}
    used |= {fault.MESSAGE_REFUSED, fault.TOKEN_REFUSED, fault.NO_LOGIN}
    assert used - {""} == set(fault.FACTS)


@pytest.mark.parametrize(
    "stage, code",
    [
        ("greeting", "mailbox_greeting_missing"),
        ("login", "mailbox_login_refused"),
        ("folder", "mailbox_folder_refused"),
        ("list", "mailbox_command_refused"),
        ("download", "mailbox_command_refused"),
        ("acknowledge", "mailbox_not_marked"),
    ],
)
def test_unknown_words_leave_it_at_the_stage(stage, code):
    for said in ("Nö", "[ALERT] Happy new year", "[NEWCODE] what?", "", "[", "]"):
        assert fault.code("answer", stage, said) == code


@pytest.mark.parametrize(
    "stage, said, code",
    [
        # A user that does not exist is no folder.
        ("login", "User ann doesn't exist", "mailbox_login_refused"),
        # Nobody logs in any more.
        ("folder", "Authentication failed for backend", "mailbox_folder_refused"),
        # In an open folder a message is missing, not the folder.
        ("list", "[NONEXISTENT] No matching messages", "mailbox_command_refused"),
        # The fetch itself tells what one message amounts to.
        ("download", "[SERVERBUG] Internal error", "mailbox_command_refused"),
        ("download", "[NOPERM] Not this one", "mailbox_command_refused"),
        ("acknowledge", "[OVERQUOTA] Full", "mailbox_not_marked"),
        ("acknowledge", "[NOPERM] Read only", "mailbox_not_marked"),
    ],
)
def test_words_mean_what_they_can_mean_at_that_stage(stage, said, code):
    assert fault.code("answer", stage, said) == code


def test_server_that_hangs_up_may_say_why():
    assert fault.code("closed", "login", "Too many sessions") == (
        "mailbox_too_many_connections"
    )
    assert fault.code("closed", "download", "[UNAVAILABLE] Going down") == (
        "mailbox_temporary_fault"
    )
    assert fault.code("closed", "list", "[Errno 104] Connection reset by peer") == (
        "mailbox_connection_lost"
    )


def test_the_system_says_nothing_about_the_account():
    assert fault.code("timeout", "login", "password expired") == (
        "mailbox_command_timeout"
    )


@pytest.mark.parametrize("mechanism", fault.TOKEN_MECHANISMS)
def test_refused_token_is_no_refused_password(mechanism):
    for said in ("[AUTHENTICATIONFAILED] Invalid credentials", "AUTHENTICATE failed."):
        assert fault.code("answer", "login", said, mechanism) == (
            "mailbox_token_refused"
        )
    said = "[ALERT] Your account is not enabled for IMAP use."
    assert fault.code("answer", "login", said, mechanism) == "mailbox_imap_disabled"


@pytest.mark.parametrize(
    "code, stage, field",
    [
        ("mailbox_login_refused", "login", "password"),
        ("mailbox_login_too_soon", "login", "fetch_interval"),
        ("mailbox_tls_required", "login", "connection_security"),
        ("mailbox_folder_missing", "folder", "folder_ids"),
        ("mailbox_folder_missing", "move", "move_to"),
        ("mailbox_temporary_fault", "login", ""),
        ("from_the_future", "login", ""),
    ],
)
def test_field_at_fault(code, stage, field):
    assert fault.field_of(Finding(code, params={"stage": stage})) == field


def test_what_may_pass_by_itself():
    assert fault.is_transient("mailbox_too_many_connections")
    assert not fault.is_transient("mailbox_login_refused")
    assert not fault.is_transient("from_the_future")


@pytest.mark.parametrize(
    "said",
    [
        "x" * 5_000_000,
        "[" * 1_000_000,
        "[A" + "/" * 1_000_000,
        "\0" * 1_000_000,
        "too many " * 300_000,
        "logins must be at least " * 100_000,
        b"\xff\xfe[AUTH]".decode("utf-8", "replace") * 1_000,
        "\ud800",
    ],
)
def test_hostile_answers_cost_no_time(said):
    begin = time.process_time()
    fault.code("answer", "login", said)
    assert time.process_time() - begin < 0.1


@given(st.text(), st.sampled_from(["greeting", "login", "folder", "list", "download"]))
def test_any_answer_has_a_code_with_facts(said, stage):
    assert fault.code("answer", stage, said) in fault.FACTS
