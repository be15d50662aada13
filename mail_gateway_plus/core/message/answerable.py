# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a message may be answered, and to whom.

Answers to programs make loops, answers to forged senders annoy strangers: RFC 3834,
section 2, tells to whom no answer goes.

>>> refused(b"From: ann@a.example\\r\\nPrecedence: bulk\\r\\n", ()).code
'answer_bulk'
>>> address(b"From: Ann <Ann@A.example>\\r\\n")
'ann@a.example'
"""

import email.utils
import re
from collections.abc import Collection, Iterator

from ..finding import Finding
from . import automatic, header

#: Every reason for which no answer goes out; the first one the ledger knows.
CODES = (
    "answer_already",
    "answer_no_address",
    "answer_null_sender",
    "answer_automatic",
    "answer_bulk",
    "answer_report",
    "answer_own_address",
)

#: Local parts of the servers' own and of mailing lists (RFC 3834, 2), beside those that
#: nobody writes from.
_DAEMON = re.compile(
    r"postmaster|majordomo|listserv|owner-.+|.+-(?:request|owner|bounces?)"
    r"|bounces?(?:[-+_.=].*)?"
)
#: One address. Encoded words carry line ends and further addresses as well.
_ADDRESS = re.compile(r"[^\s,;\x00-\x1f\x7f]+@[^\s,;\x00-\x1f\x7f]+")
#: As much of a field (bytes) as is read; the parser takes the square of its length.
_READ = 8_192


def address(head: bytes) -> str:
    """The sender's address in lower case, empty where none can be read."""
    for name, value in header.fields(head):
        if name == "from":
            try:
                found = email.utils.parseaddr(header.decode(value[:_READ]))[1]
            except Exception:  # whatever it is, the field cannot be read
                return ""
            return found.lower() if _ADDRESS.fullmatch(found) else ""
    return ""


def refused(head: bytes, own: Collection[str]) -> Finding | None:
    """Why no answer may go to the sender; None when one may.

    :param head: the header section of the message
    :param own: addresses in lower case that come back to this gateway
    """
    sender = address(head)
    code = next(_reasons(head, sender, own), None)
    return Finding(code, params={"sender": sender}) if code else None


def _reasons(head: bytes, sender: str, own: Collection[str]) -> Iterator[str]:
    section = header.Section(head)
    signs = list(automatic.signs(section))
    kinds = {sign.kind for sign in signs}
    local = sender.partition("@")[0]
    if not sender:
        yield "answer_no_address"
    if any(sign.source == "Return-Path" for sign in signs):
        yield "answer_null_sender"
    if any("report" in automatic.word(kind) for kind in section.all("content-type")):
        yield "answer_report"
    # X-Auto-Response-Suppress is no reason: Odoo writes it into what people write.
    if kinds & {"replied", "generated"}:
        yield "answer_automatic"
    if "bulk" in kinds:
        yield "answer_bulk"
    if _DAEMON.fullmatch(local) or automatic.UNATTENDED.fullmatch(local):
        yield "answer_automatic"
    if sender in own:
        yield "answer_own_address"
