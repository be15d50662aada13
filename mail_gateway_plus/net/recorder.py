# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stands in for a connection while an Odoo login hook runs.

``_imap_login__`` of Odoo's Gmail and Outlook modules needs the environment and asks
for a token over HTTP, so it must not run in a thread of ours. It runs against this
recorder; the session replays what was recorded and checks the server's answer.
"""

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
