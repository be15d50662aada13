# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which message lies in which mailbox, and how it has to end.

The kinds follow the order of routing: what Odoo routes (newsletters, automatic replies
to a document) is routed, a bounce is told on the document that it is about, and what is
written to catchall waits for a person.
"""

from dataclasses import dataclass

LEAD, TASK, DEPARTMENT = "crm.lead", "project.task", "hr.department"


@dataclass(frozen=True)
class Box:
    """A mailbox; ``port`` names one of the stack's, ``model`` is what it makes of
    mail that nothing else takes."""

    name: str
    protocol: str
    port: str
    security: str
    model: str = ""

    @property
    def login(self) -> str:
        return f"{self.name}@demo.example"

    @property
    def kind(self) -> str:
        return {"imap": "IMAP", "pop": "POP3"}[self.protocol]

    @property
    def means(self) -> str:
        return "TLS" if self.security.startswith("ssl") else "STARTTLS"


@dataclass(frozen=True)
class Row:
    """A message: where it lies, its file, what it is, how it has to end. ``reached``
    are the models of the records it reaches, in alphabetical order; ``is_copy`` marks
    the second delivery of a mail, with a trace header of its own."""

    box: str
    file: str
    what: str
    state: str
    reason: str
    reached: tuple[str, ...] = ()
    is_copy: bool = False


BOXES = (
    Box("sales", "imap", "imaps", "ssl_strict"),
    Box("support", "pop", "pop3s", "ssl_strict"),
    # What no other mailbox takes lands here.
    Box("office", "imap", "imap", "starttls_strict"),
    Box("info", "pop", "pop3", "starttls_strict", model=LEAD),
)


def _routed(box: str, file: str, what: str, *reached: str) -> Row:
    return Row(box, file, what, "routed", "routed", reached)


def _set_aside(box: str, file: str, what: str, reason: str) -> Row:
    return Row(box, file, what, "quarantined", reason)


ROWS = (
    _routed("sales", "order_umlauts", "order, umlauts in its headers", LEAD),
    _routed("sales", "enquiry_japanese", "enquiry, ISO-2022-JP throughout", LEAD),
    _routed("sales", "order_with_pdf", "order as an attached PDF", LEAD),
    _routed("sales", "newsletter", "newsletter in HTML", LEAD),
    _routed("sales", "offer_reply", "reply to our offer", LEAD),
    _routed("sales", "offer_out_of_office", "automatic reply to our offer", LEAD),
    _routed("sales", "forwarded", "a mail forwarded as attachment", LEAD),
    _routed("sales", "to_two_aliases", "to sales and to support", LEAD, TASK),
    Row(
        "sales",
        "own_mail_again",
        "our own offer, coming back",
        "duplicate",
        "message_known",
    ),
    _routed("sales", "message_id_first", "scan, a Message-ID that repeats", LEAD),
    _routed("sales", "message_id_again", "another scan, the same Message-ID", LEAD),
    _routed("support", "ticket_with_log", "ticket with a text attached", TASK),
    _routed("support", "ticket_inline_image", "ticket with a picture in HTML", TASK),
    _routed("support", "ticket_reply", "reply to our answer on a ticket", TASK),
    Row(
        "support",
        "to_two_aliases",
        "the mail to sales and to support, delivered again",
        "duplicate",
        "same_mail",
        is_copy=True,
    ),
    _routed("support", "no_message_id", "neither Message-ID nor Date", TASK),
    _routed("support", "unknown_charset", "a charset nobody knows", TASK),
    _routed("support", "nul_bytes", "NUL bytes in subject and body", TASK),
    _routed("support", "broken_headers", "hardly a header is well-formed", TASK),
    _set_aside("support", "many_parts", "600 parts", "message_too_many_parts"),
    Row(
        "office",
        "bounce_report",
        "report on our offer",
        "bounce",
        "bounce_report",
        (LEAD,),
    ),
    Row("office", "bounce_plain", "bounce in plain words", "bounce", "bounce_report"),
    Row(
        "office",
        "read_receipt",
        "read receipt",
        "ignored",
        "read_receipt",
        (TASK,),
    ),
    _set_aside("office", "to_nobody", "to an address nobody has", "no_route"),
    _set_aside("office", "undisclosed", "to undisclosed recipients", "no_route"),
    _set_aside("office", "to_catchall", "to catchall alone", "catchall_quarantined"),
    _set_aside(
        "office",
        "to_catchall_and_nobody",
        "to catchall and to an address nobody has",
        "catchall_quarantined",
    ),
    Row(
        "office",
        "private_alias_stranger",
        "to the employees' alias, from a stranger",
        "rejected",
        "alias_refused",
    ),
    _routed("office", "private_alias_employee", "the same, from an employee", TASK),
    Row(
        "office",
        "alias_and_private_alias",
        "to sales and to the employees' alias, from a stranger",
        "routed",
        "routed_partly",
        (LEAD,),
    ),
    _routed("office", "to_record", "to the alias of a department", DEPARTMENT),
    _set_aside(
        "office", "broken_alias", "to an alias whose project is gone", "model_failed"
    ),
    Row(
        "office", "loop_reply", "automatic reply to a refusal", "ignored", "loop_reply"
    ),
    _routed("info", "web_form", "from the web site's form", LEAD),
    _routed("info", "calendar_invitation", "invitation to a meeting", LEAD),
)
