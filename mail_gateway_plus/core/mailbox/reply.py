# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a server means by its NO, BAD, BYE or -ERR.

Two tables. The wordings come first, for the products say in plain text what no
response code can: Google's ``[ALERT]`` may be about a password as well as about a
setting. Then the response codes of RFC 5530 (IMAP) and RFC 2449 and 3206 (POP3). What
neither knows has no meaning here: the caller says at which stage it came, and no more.

>>> meaning("[AUTHENTICATIONFAILED] Invalid credentials (Failure)")
'mailbox_login_refused'
>>> meaning("-ERR [SYS/PERM] Your account is not enabled for POP access.")
'mailbox_pop_disabled'
>>> meaning("NO nothing that anybody has heard before")
''
"""

import re

#: As much of an answer as is looked at; servers say what matters in the first line.
LOOKED_AT = 2_000

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

#: (product, what its words hold, finding code); the first that fits counts. Patterns
#: are regular expressions without regard to case.
WORDINGS = (
    # Two-step verification: the usual password is right and yet does not do
    ("Google", "application-specific password required", "mailbox_app_password"),
    ("Mail.ru", "appl?ication password is required", "mailbox_app_password"),
    ("Mail.ru", "parol prilozheniya", "mailbox_app_password"),
    ("Yahoo", "app(lication)?[ -](specific )?password", "mailbox_app_password"),
    # The account's owner has to show up
    ("Google", "log ?in via your web browser", "mailbox_web_login_needed"),
    ("Google", "web ?login required", "mailbox_web_login_needed"),
    ("Outlook.com", "sign in to .*(web|browser)", "mailbox_web_login_needed"),
    ("any", "captcha", "mailbox_web_login_needed"),
    # Access by mail programs is switched off
    ("Google", "not enabled for imap", "mailbox_imap_disabled"),
    ("Google", "imap (access|service) is (disabled|not enabled)",
     "mailbox_imap_disabled"),
    ("Google", "not enabled for pop", "mailbox_pop_disabled"),
    ("Outlook.com", "pop3? (access|service) is (disabled|not enabled)",
     "mailbox_pop_disabled"),
    ("Microsoft 365", "basic auth(entication)? is (disabled|blocked|not supported)",
     "mailbox_basic_auth_off"),
    # Encryption first
    ("Dovecot", "(plain|clear)text authentication (is )?(disallowed|not allowed)",
     "mailbox_tls_required"),
    # Too much at once, or too often
    ("Google", "too many simultaneous connections", "mailbox_too_many_connections"),
    ("Dovecot", "maximum number of connections", "mailbox_too_many_connections"),
    ("any", "too many (open )?(concurrent )?(connections|sessions)",
     "mailbox_too_many_connections"),
    ("Google", "exceeded command or bandwidth limits", "mailbox_throttled"),
    ("Microsoft 365", "request is throttled", "mailbox_throttled"),
    ("Yahoo", "rate limit", "mailbox_throttled"),
    # Microsoft 365
    ("Microsoft 365", "authenticated but not connected", "mailbox_not_connected"),
    # The account itself
    ("any", "password (has |is )?expired", "mailbox_password_expired"),
    ("any", "account (has been |is )?(temporarily )?(suspended|locked|disabled)",
     "mailbox_account_locked"),
    # Who or what the login is
    ("Exchange", "^login failed", "mailbox_login_refused"),
    ("Exchange", "^authenticate failed", "mailbox_login_refused"),
    ("Exchange", "logon failure: unknown user name or bad password",
     "mailbox_login_refused"),
)  # fmt: skip

_PATTERNS = [(re.compile(words, re.IGNORECASE), code) for _, words, code in WORDINGS]
_PREFIX = re.compile(r"\s*(?:\* )?(?:(?:NO|BAD|BYE|-ERR)\b)?\s*", re.IGNORECASE)
_BRACKET = re.compile(r"\[([A-Z/-]+)[^\]]*\]\s*", re.IGNORECASE)


def response_code(said: str) -> str:
    """The response code that an answer begins with, upper case; "" for none."""
    found = _BRACKET.match(said, _PREFIX.match(said).end())  # type: ignore[union-attr]
    return found[1].upper() if found else ""


def text(said: str) -> str:
    """An answer without its status and response code."""
    rest = _PREFIX.match(said).end()  # type: ignore[union-attr]
    found = _BRACKET.match(said, rest)
    return said[found.end() if found else rest :]


def meaning(said: str) -> str:
    """The finding code of a server's answer; "" where it tells nothing for sure.

    :param said: the text after the tag, or POP3's whole line
    """
    said = said[:LOOKED_AT]
    words = text(said)
    for pattern, code in _PATTERNS:
        if pattern.search(words):
            return code
    return RESPONSE_CODES.get(response_code(said), "")
