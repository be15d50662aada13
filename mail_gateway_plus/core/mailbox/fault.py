# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which finding a fault on the way to a mailbox is.

The faults come from the operating system, from TLS and from the server; ``net``
says at which stage which kind arose, this table says what it means. The code
names the text for people in ``mail.gateway.advice``.
"""

ANY = "*"

#: (kind, stage) -> code; a stage of its own wins over ANY.
CODES = {
    ("unknown_host", ANY): "mailbox_host_unknown",
    ("refused", ANY): "mailbox_connection_refused",
    ("unreachable", ANY): "mailbox_host_unreachable",
    ("timeout", "resolve"): "mailbox_host_unknown",
    ("timeout", "connect"): "mailbox_connect_timeout",
    ("timeout", "tls"): "mailbox_tls_timeout",
    ("timeout", "greeting"): "mailbox_greeting_timeout",
    ("timeout", ANY): "mailbox_command_timeout",
    ("closed", "tls"): "mailbox_tls_not_spoken",
    ("closed", "greeting"): "mailbox_greeting_missing",
    ("closed", ANY): "mailbox_connection_lost",
    ("plain_on_tls", ANY): "mailbox_tls_not_spoken",
    ("certificate_expired", ANY): "mailbox_certificate_expired",
    ("certificate_name", ANY): "mailbox_certificate_name",
    ("certificate", ANY): "mailbox_certificate_untrusted",
    ("tls", ANY): "mailbox_tls_failed",
    ("starttls_missing", ANY): "mailbox_starttls_missing",
    ("uidl_missing", ANY): "mailbox_uidl_missing",
    ("answer", "greeting"): "mailbox_greeting_missing",
    ("answer", "starttls"): "mailbox_starttls_missing",
    ("answer", "login"): "mailbox_login_refused",
    ("answer", "folder"): "mailbox_folder_refused",
    ("answer", "acknowledge"): "mailbox_not_marked",
    ("answer", ANY): "mailbox_command_refused",
    ("unexpected", ANY): "mailbox_unexpected",
}


def code(kind: str, stage: str) -> str:
    """The finding code of a fault of this kind at this stage."""
    return CODES.get((kind, stage)) or CODES[kind, ANY]


#: What ``net`` does not see, for it takes a look at the whole: a single message that
#: the server refuses while it hands out others.
MESSAGE_REFUSED = "mailbox_message_refused"
