# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong with the other side, as a finding.

>>> with explained(account, "connect"):  # doctest: +SKIP
...     sock.connect(address)
"""

import ast
import contextlib
import imaplib
import poplib
import re
import socket
import ssl
from collections.abc import Iterator

from ..core.account import Credentials
from ..core.finding import Finding
from ..core.mailbox import fault
from ..core.mailbox.account import Account
from ..core.secret import hidden

#: OpenSSL's codes in X509_V_ERR_…
_EXPIRED, _WRONG_NAME, _WRONG_IP = 10, 62, 64

#: What OpenSSL says when the other side does not speak TLS at all.
_PLAIN = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "RECORD_LAYER_FAILURE",
)

#: As much of a server's own words as a person wants to read.
_WORDS = 300
#: Much of an answer may be blanks.
_LOOKED_AT = 10_000

#: What OpenSSL puts around its words: its part, and where in the source it is.
_OF_OPENSSL = re.compile(r"^\[[^]]*\] | \(_ssl\.c:\d+\)$")
#: imaplib shows a BAD as the list of bytes that it keeps it in.
_BAD = re.compile(r"\w+ command error: BAD (\[.*\])$", re.DOTALL)
#: The command during which the server hung up.
_COMMAND = re.compile(r"^command: \w+ => ")


class Refusal(Exception):
    """The other side does not do what we want; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.code} ({finding.subject})")
        self.finding = finding


class Missing(Exception):
    """The server lacks what the settings ask for; ``kind`` is a row of
    ``fault.CODES``, ``offered`` what it said instead."""

    def __init__(self, kind: str, offered: str = "") -> None:
        super().__init__(offered or kind)
        self.kind = kind


def _tls_kind(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        if exc.verify_code in (_WRONG_NAME, _WRONG_IP):
            return "certificate_name"
        return "certificate_expired" if exc.verify_code == _EXPIRED else "certificate"
    if isinstance(exc, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "closed"
    # One that urllib3 makes, where a server has a certificate of ours, has no reason.
    return "plain_on_tls" if getattr(exc, "reason", "") in _PLAIN else "tls"


#: (exception, kind); the first that fits counts, so subclasses come first.
_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "unknown_host"),
    # A server's answer in no known encoding; other than a host that is no name.
    (UnicodeDecodeError, "unexpected"),
    (UnicodeError, "unknown_host"),
    (TimeoutError, "timeout"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "closed"),
    (EOFError, "closed"),
    (OSError, "unreachable"),
    (imaplib.IMAP4.abort, "closed"),
    (imaplib.IMAP4.error, "answer"),
    (poplib.error_proto, "answer"),
)


def kind_of(exc: BaseException) -> str:
    """Which kind of fault an exception of the standard library is."""
    if isinstance(exc, Missing):
        return exc.kind
    if isinstance(exc, ssl.SSLError):
        return _tls_kind(exc)
    kind = next((kind for cls, kind in _KINDS if isinstance(exc, cls)), "unexpected")
    # poplib says in words that the other side has hung up.
    return "closed" if kind == "answer" and "EOF" in str(exc) else kind


def said(exc: BaseException) -> str:
    """What the server or the system said, without what imaplib puts around it."""
    if isinstance(exc, ssl.SSLCertVerificationError) and exc.verify_message:
        # Without the names of OpenSSL's constants and files.
        return exc.verify_message
    if isinstance(exc, OSError) and exc.strerror:
        # Without the number, which says nothing to people.
        return _OF_OPENSSL.sub("", exc.strerror)
    text = exc.args[0] if len(exc.args) == 1 else str(exc)
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    if not isinstance(exc, imaplib.IMAP4.error):
        return text
    if refused := _BAD.match(text):
        lines = filter(None, ast.literal_eval(refused[1]))
        return b" ".join(lines).decode("utf-8", "replace")
    return _COMMAND.sub("", text)


def words(exc: BaseException, credentials: Credentials) -> str:
    """What the server or the system said, in one line and without the secret."""
    text = said(exc)
    if kind_of(exc) == "unexpected":
        text = f"{type(exc).__name__}: {text}"
    text = hidden(text[:_LOOKED_AT], credentials)
    return " ".join(text.replace("\0", " ").split())[:_WORDS]


def refusal(exc: Exception, account: Account, stage: str, folder: str = "") -> Refusal:
    """The refusal that an exception at this stage amounts to; it is the cause of it."""
    # There are none where a login hook gave none; that is a fault to explain too.
    credentials = account.credentials or Credentials("", "")
    params = {
        "host": account.host,
        "port": str(account.port),
        "user": credentials.user,
        "stage": stage,
        "reply": words(exc, credentials),
    }
    if folder:
        params["folder"] = folder
    code = fault.code(kind_of(exc), stage, said(exc), credentials.mechanism)
    made = Refusal(Finding(code, subject=account.subject, params=params))
    made.__cause__ = exc
    return made


@contextlib.contextmanager
def explained(account: Account, stage: str, folder: str = "") -> Iterator[None]:
    """Turns what goes wrong inside into a ``Refusal``; that of an inner, more exact
    stage passes through.

    What goes wrong may be anything: imaplib and poplib meet an answer that they did
    not foresee with whatever Python raises there.

    :param folder: the folder that it is about, as people know it
    """
    try:
        yield
    except Refusal:
        raise
    except Exception as exc:
        raise refusal(exc, account, stage, folder) from exc
