# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What smtplib raises, and what it means."""

import smtplib
import ssl
from collections.abc import Iterable
from typing import Any

from ..core.account import Credentials
from ..core.secret import hidden
from ..core.smtp import fault
from ..core.smtp.reply import Meaning
from . import refusal

#: As it is, whatever a test puts in its place.
_SMTP = smtplib.SMTP

#: (exception, stage); the first that fits counts. STARTTLS has no class of its own.
_ANSWERED: tuple[tuple[type[smtplib.SMTPResponseException], str], ...] = (
    (smtplib.SMTPConnectError, "greeting"),
    (smtplib.SMTPHeloError, "ehlo"),
    (smtplib.SMTPAuthenticationError, "auth"),
    (smtplib.SMTPSenderRefused, "mail"),
    (smtplib.SMTPDataError, "data"),
    (smtplib.SMTPResponseException, "tls"),
)

#: (what smtplib says where the server gave no answer, kind, stage)
_WORDS = (
    ("STARTTLS", "starttls_missing", "tls"),
    ("AUTH", "auth_missing", "auth"),
    ("SMTPUTF8", "utf8_missing", "mail"),
    ("No suitable authentication method", "mechanism_missing", "auth"),
    ("timed out", "timeout", ""),
    ("onnection unexpectedly closed", "closed", ""),
    ("connect() first", "closed", ""),
    ("not connected", "closed", ""),
)

#: What the system says without a number of its own.
_SYSTEM_WORDS = ("timed out", "handshake")


def meaning(exc: BaseException | None, port: int = 0) -> Meaning | None:
    """What an exception of smtplib, of TLS or of the system means; None for others,
    and for one that tells nothing."""
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        number, said = next(iter(exc.recipients.values()), (0, b""))
        return fault.meaning("answer", "rcpt", said, number)
    if isinstance(exc, smtplib.SMTPResponseException):
        stage = next(stage for cls, stage in _ANSWERED if isinstance(exc, cls))
        if not isinstance(exc.smtp_code, int):
            return None
        return fault.meaning("answer", stage, exc.smtp_error, exc.smtp_code)
    if isinstance(exc, smtplib.SMTPException):
        return _of_smtplib(str(exc), port)
    return _of_system(exc, port) if isinstance(exc, OSError) else None


def _of_smtplib(text: str, port: int) -> Meaning | None:
    known = (row for row in _WORDS if row[0] in text)
    for _words, kind, stage in known:
        return fault.meaning(kind, stage, text, port=port)
    return None


def _of_system(exc: OSError, port: int) -> Meaning | None:
    text = str(exc)
    if exc.errno is None and not any(words in text for words in _SYSTEM_WORDS):
        return None
    is_tls = isinstance(exc, ssl.SSLError) or "handshake" in text
    stage = "tls" if is_tls else "connect"
    return fault.meaning(refusal.kind_of(exc), stage, refusal.said(exc), port=port)


def keep(connection: Any, secrets: Iterable[Credentials]) -> None:
    """Hide ``secrets`` in whatever a server refuses, before smtplib makes exceptions of
    it; what is no connection of smtplib stays as it is.

    :param secrets: read at each refusal
    """
    if not isinstance(connection, _SMTP):
        return
    hear = connection.getreply

    def getreply() -> tuple[int, bytes]:
        number, said = hear()
        if number >= fault.REFUSALS:
            text = said.decode("utf-8", "surrogateescape")
            for credentials in secrets:
                text = hidden(text, credentials)
            said = text.encode("utf-8", "surrogateescape")
        return number, said

    vars(connection)["getreply"] = getreply


def recipient(exc: BaseException | None) -> str:
    """Whom a refusal is about; "" where it is about all or none."""
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        return next(iter(exc.recipients), "")
    return ""
