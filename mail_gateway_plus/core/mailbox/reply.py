# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a server may mean by its NO, BAD, BYE or -ERR.

Two tables. The wordings come first, for products say in plain text what no response
code can: Google's ``[ALERT]`` may be about a password as well as about a setting. Then
the response codes of RFC 5530 (IMAP) and RFC 2449 and 3206 (POP3). What neither knows
has no meaning here: the caller says at which stage it came, and no more.

>>> list(meanings("[AUTHENTICATIONFAILED] Invalid credentials (Failure)"))
['mailbox_login_refused', 'mailbox_login_refused']
>>> list(meanings("-ERR [SYS/PERM] Your account is not enabled for POP access."))
['mailbox_pop_disabled', 'mailbox_permanent_fault']
>>> list(meanings("NO something that nobody has heard before"))
[]
"""

import re
from collections.abc import Iterator

#: As much of an answer as is looked at; servers say what matters in the first line.
LOOKED_AT = 2_000

#: (product, what its words hold, finding code); the first that fits counts. Patterns
#: are regular expressions without regard to case.
WORDINGS = (
    # The usual password is right and yet does not do
    ("Google", "application-specific password required", "mailbox_app_password"),
    ("Mail.ru", "ap+lication password is required", "mailbox_app_password"),
    ("any", r"\b(create|generate|needs?|requires?|use) an? app(lication)?[ -]"
     "(specific )?password", "mailbox_app_password"),
    # The account's owner has to show up
    ("Google", "log ?in via your web browser", "mailbox_web_login_needed"),
    ("Google", "web ?login required", "mailbox_web_login_needed"),
    ("Outlook.com", "login to your account via a web browser",
     "mailbox_web_login_needed"),
    ("any", r"\bcaptcha\b", "mailbox_web_login_needed"),
    # Access by mail programs is switched off. Yandex does not say which of the two.
    ("Yandex", "invalid credentials or imap is disabled", "mailbox_login_refused"),
    ("Google", "not enabled for imap", "mailbox_imap_disabled"),
    ("Google", "imap access is disabled", "mailbox_imap_disabled"),
    ("Zoho", "yet to enable imap", "mailbox_imap_disabled"),
    ("any", r"\bimap (access |service )?(is |has been )?"
     "(not enabled|disabled|turned off)", "mailbox_imap_disabled"),
    ("Google, Yahoo", "not enabled for pop", "mailbox_pop_disabled"),
    ("Google", "pop access is disabled", "mailbox_pop_disabled"),
    ("any", r"\bpop3? (access |service )?(is |has been )?"
     "(not enabled|disabled|turned off)", "mailbox_pop_disabled"),
    ("Microsoft 365", "basicauthblocked", "mailbox_basic_auth_off"),
    ("Microsoft 365", "basic auth(entication)? is (disabled|blocked|not supported)",
     "mailbox_basic_auth_off"),
    # Encryption first
    ("Dovecot", "(plain|clear)text authentication (disallowed|not allowed)",
     "mailbox_tls_required"),
    ("Cyrus", "login only available under a layer", "mailbox_tls_required"),
    ("hMailServer", "ssl/tls-connection is required", "mailbox_tls_required"),
    ("any", r"\b(starttls|stls|tls|ssl) (connection )?(is )?required",
     "mailbox_tls_required"),
    # Too many attempts, too often, too much at once
    ("Yahoo", "login rate limit hit", "mailbox_too_many_attempts"),
    ("Mailu", r"authentication (failure \()?rate[ -]limit",
     "mailbox_too_many_attempts"),
    ("any", "too many (failed |invalid )?(auth(entication)?|log[io]n|password) "
     "(attempts|failures|errors)", "mailbox_too_many_attempts"),
    ("Outlook.com", "exceeded the login limit", "mailbox_login_too_soon"),
    ("Outlook.com", "login allowed only every", "mailbox_login_too_soon"),
    ("Cyrus", "logins must be at least .* apart", "mailbox_login_too_soon"),
    ("Google", "too many simultaneous connections", "mailbox_too_many_connections"),
    ("Dovecot", "maximum number of connections", "mailbox_too_many_connections"),
    ("Cyrus", "too many connections from this", "mailbox_too_many_connections"),
    ("any", r"too many (\w+ )?(connections|sessions)", "mailbox_too_many_connections"),
    ("any", "(connection|session)s? limit (reached|exceeded)",
     "mailbox_too_many_connections"),
    ("Google", "exceeded command or bandwidth limits", "mailbox_throttled"),
    ("Microsoft 365", "request is throttled", "mailbox_throttled"),
    ("Yahoo", "rate limit hit", "mailbox_throttled"),
    ("Cyrus", "unable to lock maildrop", "mailbox_in_use"),
    ("Qpopper", "lock busy", "mailbox_in_use"),
    ("any", r"\bmail(box|drop) (is )?(already )?(locked|in use)", "mailbox_in_use"),
    # The account and its password
    ("Microsoft 365", "authenticated but not connected", "mailbox_not_connected"),
    ("Dovecot", "password (has |is )?expired", "mailbox_password_expired"),
    ("Zimbra", "must change (your )?password", "mailbox_password_expired"),
    ("Dovecot", "login disabled for this user", "mailbox_account_locked"),
    ("any", "account (has been |is )?(temporarily )?"
     "(suspended|locked|blocked|disabled)", "mailbox_account_locked"),
    ("Exchange, Zimbra", "login failed", "mailbox_login_refused"),
    ("Exchange, Zimbra", "authenticate failed", "mailbox_login_refused"),
    ("Exchange", "logon failure: unknown user name or bad password",
     "mailbox_login_refused"),
    ("Google, Yahoo", "invalid credentials", "mailbox_login_refused"),
    ("Google", "username and password not accepted", "mailbox_login_refused"),
    ("Dovecot, Cyrus, iCloud", "authentication failed", "mailbox_login_refused"),
    ("Cyrus", "login incorrect", "mailbox_login_refused"),
    # The server
    ("Exchange", "server unavailable", "mailbox_temporary_fault"),
    ("Dovecot", "temporary authentication failure", "mailbox_temporary_fault"),
    ("Dovecot", "account is temporarily unavailable", "mailbox_temporary_fault"),
    ("Google", "temporary system problem", "mailbox_temporary_fault"),
    ("Courier", "temporary problem, please try again", "mailbox_temporary_fault"),
    # Folders and what is in them
    ("Dovecot", r"(quota exceeded|not enough disk quota)", "mailbox_over_quota"),
    ("Courier", "exceeded your mail quota", "mailbox_over_quota"),
    ("Cyrus", r"\bover quota\b", "mailbox_over_quota"),
    ("Dovecot, Exchange", r"doesn't exist", "mailbox_folder_missing"),
    ("Courier, Cyrus", "mailbox does not exist", "mailbox_folder_missing"),
    ("Google", "unknown mailbox", "mailbox_folder_missing"),
    ("UW IMAP", "no such mailbox", "mailbox_folder_missing"),
    ("Cyrus", "mailbox already exists", "mailbox_folder_exists"),
    ("Cyrus, Courier", "invalid mailbox name", "mailbox_folder_impossible"),
    ("Dovecot", "nonexistent namespace", "mailbox_folder_impossible"),
    ("Cyrus, Dovecot", "permission denied", "mailbox_no_permission"),
    ("Zimbra", "selected read-only", "mailbox_no_permission"),
)  # fmt: skip

#: Response code -> finding code; "" for one that says nothing by itself.
RESPONSE_CODES = {
    # RFC 5530, 3
    "UNAVAILABLE": "mailbox_temporary_fault",
    "AUTHENTICATIONFAILED": "mailbox_login_refused",
    "AUTHORIZATIONFAILED": "mailbox_login_not_allowed",
    "EXPIRED": "mailbox_password_expired",
    "PRIVACYREQUIRED": "mailbox_tls_required",
    "CONTACTADMIN": "mailbox_permanent_fault",
    "NOPERM": "mailbox_no_permission",
    "INUSE": "mailbox_in_use",
    "EXPUNGEISSUED": "mailbox_message_gone",
    "CORRUPTION": "mailbox_permanent_fault",
    "SERVERBUG": "mailbox_server_bug",
    "CLIENTBUG": "mailbox_command_refused",
    "CANNOT": "mailbox_folder_impossible",
    "LIMIT": "mailbox_limit_reached",
    "OVERQUOTA": "mailbox_over_quota",
    "ALREADYEXISTS": "mailbox_folder_exists",
    "NONEXISTENT": "mailbox_folder_missing",
    # RFC 3501, 7.1
    "ALERT": "",
    "TRYCREATE": "mailbox_folder_missing",
    # RFC 2449, 8.1
    "LOGIN-DELAY": "mailbox_login_too_soon",
    "IN-USE": "mailbox_in_use",
    # RFC 3206, 4
    "SYS/TEMP": "mailbox_temporary_fault",
    "SYS/PERM": "mailbox_permanent_fault",
    "AUTH": "mailbox_login_refused",
    # Google's own
    "WEBALERT": "mailbox_web_login_needed",
    "THROTTLED": "mailbox_throttled",
}

_PATTERNS = [(re.compile(words, re.IGNORECASE), code) for _, words, code in WORDINGS]

#: The status and the response code that an answer may begin with.
_BEGINNING = re.compile(
    r"\s*(?:\* )?(?:(?:NO|BAD|BYE|-ERR)\b)?\s*(?:\[([A-Z/-]+)[^\]]*\]\s*)?",
    re.IGNORECASE,
)


def meanings(said: str) -> Iterator[str]:
    """The finding codes that a server's answer may stand for, likeliest first.

    :param said: the text after the tag, or POP3's whole line
    """
    said = said[:LOOKED_AT]
    beginning = _BEGINNING.match(said)
    assert beginning, "it fits the empty text"
    words = said[beginning.end() :]
    yield from (code for pattern, code in _PATTERNS if pattern.search(words))
    code = RESPONSE_CODES.get((beginning[1] or "").upper())
    if code:
        yield code
