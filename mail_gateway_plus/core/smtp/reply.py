# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a server means by its reply.

Asked in this order: what products say in plain text (``wording``), for one code has
many meanings; the enhanced status code (``enhanced``); the reply code and the stage
(RFC 5321, 4.2 and 4.3.2; RFC 4954, 6). What none of them knows gets a code whose text
says that no reason is known. Never raises, whatever a server sends.

>>> meaning("auth", "535-5.7.8 Username and Password not accepted.").code
'smtp_login_refused'
>>> later = meaning("data", "Daily user sending limit exceeded", 550)
>>> later.kind, later.permanent
('quota', False)
>>> meaning("rcpt", b"5.9.9 no words known", 550)
... # doctest: +NORMALIZE_WHITESPACE
Meaning(kind='recipient', code='smtp_recipient_refused', permanent=True,
        code_number=550, enhanced='5.9.9', text='no words known')
"""

import re
from dataclasses import dataclass

from . import enhanced, wording
from .fact import FACTS, passes

#: As much of a reply as is looked at; what matters stands in the first lines.
LOOKED_AT = 4_000

ANY = "*"

#: (number, stage) -> finding code; a stage of its own wins over ANY.
NUMBERS = {
    # RFC 5321, 4.2.3
    (421, ANY): "smtp_service_unavailable",
    (450, ANY): "smtp_temporary",
    (451, ANY): "smtp_temporary",
    (452, ANY): "smtp_temporary",
    (500, ANY): "smtp_protocol_error",
    (501, "mail"): "smtp_sender_refused",
    (501, "rcpt"): "smtp_recipient_refused",
    (501, "ehlo"): "smtp_helo_refused",
    (501, ANY): "smtp_protocol_error",
    (502, "auth"): "smtp_auth_missing",
    (502, "tls"): "smtp_starttls_missing",
    (502, ANY): "smtp_protocol_error",
    (503, ANY): "smtp_protocol_error",
    (504, ANY): "smtp_option_unsupported",
    (550, "ehlo"): "smtp_helo_refused",
    (551, "rcpt"): "smtp_recipient_moved",
    (552, "mail"): "smtp_storage_exceeded",
    (552, "rcpt"): "smtp_storage_exceeded",
    (552, "data"): "smtp_storage_exceeded",
    (552, "after"): "smtp_storage_exceeded",
    (553, "mail"): "smtp_sender_refused",
    (554, "greeting"): "smtp_no_service",
    (554, "ehlo"): "smtp_helo_refused",
    (555, ANY): "smtp_option_unsupported",
    # RFC 7504, 3
    (521, ANY): "smtp_no_service",
    (556, ANY): "smtp_recipient_no_mail",
    # RFC 3207, 4
    (454, "tls"): "smtp_tls_unavailable",
    (500, "tls"): "smtp_starttls_missing",
    (501, "tls"): "smtp_starttls_refused",
    (503, "tls"): "smtp_starttls_refused",
    # RFC 4954, 4 and 6
    (432, "auth"): "smtp_password_transition",
    (454, "auth"): "smtp_auth_temporary",
    (500, "auth"): "smtp_auth_missing",
    (504, "auth"): "smtp_auth_mechanism",
    (530, ANY): "smtp_auth_or_tls_required",
    (534, "auth"): "smtp_auth_too_weak",
    (535, "auth"): "smtp_login_refused",
    (538, "auth"): "smtp_auth_needs_tls",
}

#: A stage -> what a 5xx means there when nothing else is known of it.
REFUSED = {
    "greeting": "smtp_greeting_refused",
    "ehlo": "smtp_greeting_refused",
    "tls": "smtp_starttls_refused",
    "auth": "smtp_auth_refused",
    "mail": "smtp_sender_refused",
    "rcpt": "smtp_recipient_refused",
    "data": "smtp_content_refused",
    "after": "smtp_delivery_failed",
}

#: What stops everything where it is for good, and only delays where it is a 4xx.
DELAYED = ("auth", "identity", "relay", "recipient", "content")

#: A login with a token is refused for other reasons than one with a password.
TOKEN_MECHANISMS = ("XOAUTH2", "OAUTHBEARER")

#: The beginning of a line: "550-", or "smtp; 550 " in a delivery report.
_NUMBER = re.compile(r"\s*(?:smtp;\s*)?([2-5][0-9]{2})(?:[ -]|$)", re.IGNORECASE)
#: RFC 3463, 2.
_ENHANCED = re.compile(r"\s*\(?#?([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])\)?[ :]*")
#: qmail and what came of it put it behind their words.
_BEHIND = re.compile(r"\(#([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")


@dataclass(frozen=True)
class Meaning:
    """What a reply means. ``kind`` is one of ``fact.KINDS``, ``code`` names the
    advice, ``permanent`` says whether trying again is in vain. The reply itself:
    ``code_number`` (0: none), ``enhanced`` ("5.7.139" or ""), and ``text`` in one
    line, without either."""

    kind: str
    code: str
    permanent: bool
    code_number: int
    enhanced: str
    text: str

    @property
    def said(self) -> str:
        """The reply with its numbers, in one line."""
        numbers = [str(self.code_number or ""), self.enhanced]
        return " ".join(filter(None, [*numbers, self.text]))


def meaning(
    stage: str, said: str | bytes, number: int = 0, mechanism: str = ""
) -> Meaning:
    """What a reply at this stage means.

    :param stage: one of ``fact.STAGES``
    :param said: its text as smtplib gives it, or the raw lines with their numbers
    :param number: the reply code; 0 where ``said`` begins with it
    :param mechanism: how the login was tried
    """
    stage = "greeting" if stage in ("resolve", "connect") else stage
    number, status, text = _parts(said, number)
    code = _code(stage, number, status, text)
    if code == "smtp_login_refused" and mechanism in TOKEN_MECHANISMS:
        code = "smtp_token_refused"
    kind, is_final = FACTS[code].kind, 500 <= number < 600
    if number < 500 and kind in DELAYED:
        kind = "transient"
    return Meaning(kind, code, is_final and not passes(code), number, status, text)


def _parts(said: str | bytes, number: int) -> tuple[int, str, str]:
    """(number, enhanced status code, text in one line) of a reply."""
    status, lines = "", []
    for line in _decoded(said).splitlines():
        begun = _NUMBER.match(line)
        if begun and number in (0, int(begun[1])):
            number, line = int(begun[1]), line[begun.end() :]
        marked = _ENHANCED.match(line)
        if marked:
            status, line = status or marked[1], line[marked.end() :]
        lines.append(line)
    if not status and (behind := _BEHIND.search(" ".join(lines))):
        status = behind[1]
    return number or _class_number(status), status, text_of(" ".join(lines))


def _decoded(said: str | bytes) -> str:
    said = said[:LOOKED_AT]
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def text_of(said: str | bytes) -> str:
    """What was said, in one line, without characters that steer a screen."""
    line = " ".join(_decoded(said).replace("\0", " ").split())
    return line if line.isprintable() else "".join(map(_seen, line))


def _seen(char: str) -> str:
    return char if char.isprintable() else "?"


def _class_number(status: str) -> int:
    """The reply code that stands for an enhanced one that came alone, as in reports."""
    return {"4": 450, "5": 550}.get(status[:1], 0)


def _code(stage: str, number: int, status: str, text: str) -> str:
    if 200 <= number < 400:
        return "smtp_answer_odd"
    worded = next(wording.meanings(text, stage), "")
    return worded or enhanced.meaning(status, stage) or _numbered(number, stage)


def _numbered(number: int, stage: str) -> str:
    """The finding code of a number at a stage: the last thing there is to go by."""
    found = NUMBERS.get((number, stage)) or NUMBERS.get((number, ANY))
    if found:
        return found
    if 400 <= number < 500:
        return "smtp_temporary"
    if 500 <= number < 600:
        return REFUSED.get(stage, "smtp_refused")
    return "smtp_answer_odd"
