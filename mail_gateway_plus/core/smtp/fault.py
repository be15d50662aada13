# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a fault on the way to an outgoing server means, whether the server gave an
answer or not.

The kinds of fault are those of ``net.refusal``, and they come from the operating
system, from TLS and from the server. A fault with an answer is for ``reply``.

>>> meaning("timeout", "connect", port=25).code
'smtp_port25_blocked'
>>> meaning("timeout", "connect", port=587).code
'smtp_connect_timeout'
>>> meaning("answer", "rcpt", "550 5.1.1 nobody here").code
'smtp_recipient_unknown'
"""

from . import reply
from .fact import FACTS, passes
from .reply import Meaning

ANY = "*"
#: Nobody knows whether the message was taken.
UNCERTAIN = "smtp_outcome_uncertain"

#: (kind, stage) -> finding code; a stage of its own wins over ANY.
CODES = {
    ("unknown_host", ANY): "smtp_host_unknown",
    ("refused", ANY): "smtp_connection_refused",
    ("unreachable", ANY): "smtp_host_unreachable",
    ("timeout", "resolve"): "smtp_host_unknown",
    ("timeout", "connect"): "smtp_connect_timeout",
    ("timeout", "tls"): "smtp_tls_timeout",
    ("timeout", "greeting"): "smtp_greeting_timeout",
    ("timeout", "data"): UNCERTAIN,
    ("timeout", ANY): "smtp_command_timeout",
    ("closed", "tls"): "smtp_tls_not_spoken",
    ("closed", "greeting"): "smtp_greeting_missing",
    ("closed", "data"): UNCERTAIN,
    ("closed", ANY): "smtp_connection_lost",
    ("plain_on_tls", ANY): "smtp_tls_not_spoken",
    ("tls_expected", ANY): "smtp_tls_expected",
    ("certificate_expired", ANY): "smtp_certificate_expired",
    ("certificate_name", ANY): "smtp_certificate_name",
    ("certificate", ANY): "smtp_certificate_untrusted",
    ("tls", ANY): "smtp_tls_failed",
    # Ours, for stock's authentication by certificate
    ("client_certificate", ANY): "smtp_client_certificate",
    ("starttls_missing", ANY): "smtp_starttls_missing",
    # A line break within what is to be sent
    ("unsendable", "mail"): "smtp_sender_syntax",
    ("unsendable", "rcpt"): "smtp_recipient_syntax",
    ("unsendable", ANY): "smtp_login_unsendable",
    # What the server's answer to EHLO does not offer
    ("auth_missing", ANY): "smtp_auth_missing",
    ("mechanism_missing", ANY): "smtp_auth_mechanism",
    # What stock's login cannot send
    ("login_not_ascii", ANY): "smtp_login_not_ascii",
    ("utf8_missing", ANY): "smtp_address_not_ascii",
    ("too_large", ANY): "smtp_message_too_large",
    # The login is prepared by another module, for Gmail and Outlook
    ("no_login", ANY): "smtp_no_login",
    ("unexpected", ANY): "smtp_unexpected",
}

#: Kinds of fault of which the server may have given its reasons.
ANSWERED = ("answer", "closed")

#: The least number of a reply that refuses (RFC 5321, 4.2.1).
REFUSALS = 400

#: Many hosts drop connections to this port, lest their customers send spam.
BLOCKED_PORT = 25
#: (stage, kind) -> how that shows there: nothing comes back, or a router says no; or
#: something on the way takes the connection and has nothing to say.
BLOCKED = {
    ("connect", "timeout"): "smtp_port25_blocked",
    ("connect", "unreachable"): "smtp_port25_blocked",
    ("greeting", "timeout"): "smtp_port25_intercepted",
    ("greeting", "closed"): "smtp_port25_intercepted",
}


def meaning(
    kind: str,
    stage: str,
    said: str | bytes = "",
    number: int = 0,
    mechanism: str = "",
    port: int = 0,
) -> Meaning:
    """What a fault of this kind at this stage means.

    :param kind: a row of ``CODES``, or "answer"
    :param said: what the server said, or else the system
    :param number: the reply code, where ``said`` does not begin with it
    :param mechanism: how the login was tried
    :param port: of the server
    """
    if kind in ANSWERED:
        answered = reply.meaning(stage, said, number, mechanism)
        if kind == "answer" or answered.code_number >= REFUSALS:
            return answered
    code = _code(kind, stage, port)
    text = reply.text_of(said)
    return Meaning(FACTS[code].kind, code, not passes(code), 0, "", text)


def _code(kind: str, stage: str, port: int) -> str:
    if port == BLOCKED_PORT and (blocked := BLOCKED.get((stage, kind))):
        return blocked
    found = CODES.get((kind, stage)) or CODES.get((kind, ANY))
    return found or "smtp_unexpected"
