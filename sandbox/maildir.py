# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes as files: put a message in, see what is there.

Dovecot and this module share the folders; a maildir is made for that. A message
is written to ``tmp`` and renamed, so Dovecot never sees half of one.
"""

import base64
import itertools
import os
import re
import shutil
import time
from pathlib import Path

from .process import give

_numbers = itertools.count()


def _encoded(folder: str) -> str:
    """Names on disk are in the modified UTF-7 of RFC 3501, section 5.1.3."""

    def encode(match: re.Match[str]) -> str:
        words = base64.b64encode(match[0].encode("utf-16-be")).decode()
        return f"&{words.rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", encode, folder.replace("&", "&-"))


class Maildirs:
    """The mailboxes of all logins, each in a folder named by its login."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, login: str, folder: str = "INBOX") -> Path:
        box = self.root / login.lower()
        return box if folder == "INBOX" else box / f".{_encoded(folder)}"

    def deliver(self, login: str, raw: bytes, folder: str = "INBOX") -> None:
        """Into `new`, atomically, byte for byte."""
        place = self.place(login, folder)
        for name in ("tmp", "cur", "new"):
            (place / name).mkdir(parents=True, exist_ok=True)
        if folder != "INBOX":
            (place / "maildirfolder").touch()
        now = time.time_ns()
        # Dovecot numbers new messages in the order of these names.
        stamp = f"{now // 10**9}.M{now // 1000 % 10**6:06d}"
        name = f"{stamp}P{os.getpid()}Q{next(_numbers):06d}.localhost"
        (place / "tmp" / name).write_bytes(raw)
        give(self.place(login))
        (place / "tmp" / name).rename(place / "new" / name)

    def _files(self, login: str, folder: str) -> list[Path]:
        place = self.place(login, folder)
        return sorted([*place.glob("new/*"), *place.glob("cur/*")], key=_age)

    def messages(self, login: str, folder: str = "INBOX") -> list[bytes]:
        """What the mailbox holds now, oldest first."""
        return [path.read_bytes() for path in self._files(login, folder)]

    def flags(self, login: str, folder: str = "INBOX") -> list[str]:
        """Letters of each message: S seen, R answered, F flagged, T to be deleted."""
        names = [path.name for path in self._files(login, folder)]
        return [name.partition(":2,")[2] for name in names]

    def folders(self, login: str) -> list[str]:
        """Names on disk, without the INBOX."""
        return sorted(path.name[1:] for path in self.place(login).glob(".*/"))

    def empty(self, login: str) -> None:
        """Remove all messages, and all folders but the INBOX.

        Dovecot goes on counting. A mailbox that is made anew counts from the second of
        its making: within that second the same numbers would be other messages.
        """
        place = self.place(login)
        for folder in place.glob(".*/"):
            shutil.rmtree(folder, ignore_errors=True)
        for path in [*place.glob("new/*"), *place.glob("cur/*")]:
            path.unlink(missing_ok=True)

    def remove(self, login: str) -> None:
        """Remove the mailbox with all that Dovecot knows of it."""
        shutil.rmtree(self.place(login), ignore_errors=True)


def _age(path: Path) -> tuple[int, ...]:
    """Seconds, microseconds and serial number from a maildir name."""
    return tuple(map(int, re.findall(r"\d+", path.name)[:4]))
