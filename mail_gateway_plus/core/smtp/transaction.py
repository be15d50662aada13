# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One envelope, asked or sent (RFC 5321, 3.3)."""

import contextlib

from .address import path
from .dialogue import Say, Send, Talk
from .journal import Note
from .relay import Envelope
from .session import Session

SENDER_ACCEPTED = "test_sender_accepted"
RECIPIENT_ACCEPTED = "test_recipient_accepted"
CONTENT_ACCEPTED = "test_content_accepted"


def stage(
    session: Session, name: str, envelope: Envelope
) -> contextlib.AbstractContextManager[Note]:
    """A stage of ``session`` that is about an envelope."""
    addresses = {"sender": envelope.sender, "recipient": envelope.recipient}
    return session.stage(name, **addresses)


def ask(
    session: Session, envelope: Envelope, message: bytes | None = None
) -> Talk[None]:
    """Ask for the sender, then for the recipient; raises ``Refused``. Nothing is sent.

    :param message: what would be sent: its size counts
    """
    with stage(session, "mail", envelope) as note:
        sender = _path(session, envelope.sender)
        recipient = path(envelope.recipient) or ""
        offered = options(session, sender + recipient, message)
        yield from session.accepted(Say(f"MAIL FROM:<{sender}>{offered}"))
        note.passed(SENDER_ACCEPTED)
    with stage(session, "rcpt", envelope) as note:
        recipient = _path(session, envelope.recipient)
        yield from session.accepted(Say(f"RCPT TO:<{recipient}>"))
        note.passed(RECIPIENT_ACCEPTED)


def send(session: Session, envelope: Envelope, message: bytes) -> Talk[float]:
    """Send what was asked for; raises ``Refused``. Returns when the server took it, in
    seconds since the epoch."""
    with stage(session, "data", envelope) as note:
        yield from session.accepted(Say("DATA"), hundred=3)
        said = yield from session.accepted(Send(message))
        note.passed(CONTENT_ACCEPTED, reply=session.shown(said.text))
    return said.at


def _path(session: Session, address: str) -> str:
    made = path(address)
    if made is None:
        raise session.fault("unsendable", address)
    return made


def options(session: Session, addresses: str, message: bytes | None) -> str:
    """What MAIL says beside the sender (RFC 1870, 6152, 6531)."""
    words, offered = [], session.offered
    if message is not None and "SIZE" in offered:
        if 0 < offered.size < len(message):
            raise session.fault("too_large", str(offered.size))
        words.append(f"SIZE={len(message)}")
    if not addresses.isascii():
        if "SMTPUTF8" not in offered:
            raise session.fault("utf8_missing", " ".join(offered.words))
        words.append("SMTPUTF8")
    is_eight_bit = not addresses.isascii() or not (message or b"").isascii()
    if is_eight_bit and "8BITMIME" in offered:
        words.append("BODY=8BITMIME")
    return "".join(f" {word}" for word in words)
