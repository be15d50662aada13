# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stands in for a connection while an Odoo login hook runs.

``_imap_login__`` and ``_smtp_login__`` of Odoo's Gmail and Outlook modules need the
environment and ask for a token over HTTP, so they must not run in a thread of ours.
They run against a recorder; the session replays what was recorded and checks the
server's answer.
"""

import base64
from collections.abc import Callable

from ..core.account import Credentials


def _user(secret: str) -> str:
    """Whom an initial response of XOAUTH2 logs in: ``user=ann^Aauth=Bearer …``."""
    user = secret.partition("\1")[0]
    return user.removeprefix("user=") if user.startswith("user=") else ""


class Recorder:
    """Takes what a login hook does with an ``imaplib`` connection."""

    def __init__(self) -> None:
        self.credentials: Credentials | None = None

    def login(self, user: str, password: str) -> tuple[str, list[bytes]]:
        self.credentials = Credentials(user or "", password or "")
        return "OK", [b""]

    def authenticate(
        self, mechanism: str, response: Callable[[bytes], str | bytes]
    ) -> tuple[str, list[bytes]]:
        said = response(b"")
        secret = said.decode() if isinstance(said, bytes) else said
        self.credentials = Credentials(_user(secret), secret, mechanism)
        return "OK", [b""]

    def select(self, mailbox: str = "INBOX") -> tuple[str, list[bytes]]:
        """The session selects the folder itself."""
        return "OK", [b"0"]


class SmtpRecorder:
    """The same for ``_smtp_login__`` and a connection of ``smtplib``. Hooks of stock
    ignore the answer to AUTH, so all that matters is what they send."""

    def __init__(self) -> None:
        self.credentials: Credentials | None = None

    def ehlo(self, name: str = "") -> tuple[int, bytes]:
        return 250, b""

    def ehlo_or_helo_if_needed(self) -> None:
        """The dialogue says it itself."""

    def has_extn(self, opt: str) -> bool:
        return True

    def login(
        self, user: str, password: str, *, initial_response_ok: bool = True
    ) -> tuple[int, bytes]:
        self.credentials = Credentials(user or "", password or "")
        return 235, b""

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        mechanism, _blank, coded = args.partition(" ")
        if cmd.upper() == "AUTH":
            self._keep(mechanism, base64.b64decode(coded).decode())
        return 235, b""

    def auth(
        self,
        mechanism: str,
        authobject: Callable[..., str],
        *,
        initial_response_ok: bool = True,
    ) -> tuple[int, bytes]:
        self._keep(mechanism, authobject() or "")
        return 235, b""

    def _keep(self, mechanism: str, secret: str) -> None:
        self.credentials = Credentials(_user(secret), secret, mechanism.upper())
