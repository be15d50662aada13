# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a file to the bytes that are delivered.

A file may hold these words in braces: ``date``, what only the database knows (the
Message-IDs of mail that Odoo sent), and what is no fun to read in a file (a NUL,
600 parts). All else goes as it is, with the line ends of SMTP. A message is the same
each time it is made for a database.
"""

import hashlib
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from ..paths import key_of
from .plan import BOXES, Row

FILES = Path(__file__).parent / "messages"
KEY = "sandbox.demo.key"  # parameter of the database: which messages it got
PARTS = 600
HOURS = 8  # all mail came in that time

_LOGINS = {box.name: box.login for box in BOXES}


def key() -> str:
    """Digest of all that decides what is delivered."""
    return key_of(Path(__file__).with_name("plan.py"), *sorted(FILES.glob("*.eml")))


def make(row: Row, now: datetime, sent: Mapping[str, str]) -> bytes:
    """The message of a row.

    :param now: when the demo was made, with its zone; messages are from before
    :param sent: word -> Message-ID of a mail that Odoo sent
    """
    words = {"date": _date(row.file, now), "nul": "\0", "parts": _parts(), **sent}
    raw = (FILES / f"{row.file}.eml").read_bytes()
    for word, value in words.items():
        raw = raw.replace(b"{%s}" % word.encode(), value.encode())
    trace = f"Delivered-To: {_LOGINS[row.box]}\n" if row.is_copy else ""
    return (trace.encode() + raw).replace(b"\n", b"\r\n")


def _date(name: str, now: datetime) -> str:
    """Some time in the last hours, always the same for a message."""
    ago = timedelta(seconds=zlib.crc32(name.encode()) % (HOURS * 3600))
    return format_datetime(now - ago)


def _parts() -> str:
    part = "--robot\nContent-Type: text/plain\n\nReport {}: nothing to report.\n"
    return "".join(part.format(number) for number in range(1, PARTS + 1))


def digest(raw: bytes) -> str:
    """As the ledger states it."""
    return hashlib.sha256(raw).hexdigest()
