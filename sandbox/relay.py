# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A stand-in for Postfix where the system forbids what Postfix needs.

It obeys the same table of logins and senders and answers with the same words, so
most tests cannot tell them apart. It has no queue: mail for the demo's domains is
delivered at once, all other is discarded.
"""

import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .accounts import PASSWORD, base_address, owners, owns, place
from .authority import Certificates

Deliver = Callable[[str, bytes], None]
REFUSED = "553 5.7.1 <{sender}>: Sender address rejected: not "
NOT_OWNED = REFUSED + "owned by user {login}"
NOT_LOGGED_IN = REFUSED + "logged in"
NO_RELAY = "554 5.7.1 <{recipient}>: Relay access denied"


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    if not isinstance(data, LoginPassword):
        return AuthResult(success=False, handled=False)
    session.login = data.login.decode()  # type: ignore[attr-defined]
    return AuthResult(success=data.password.decode() == PASSWORD)


def _sender_fault(login: str, sender: str) -> str:
    """Postfix's reject_sender_login_mismatch, "" where it would not object."""
    if not sender:
        return ""
    if not login:
        is_owned = base_address(sender) in owners()
        return NOT_LOGGED_IN.format(sender=sender) if is_owned else ""
    return "" if owns(login, sender) else NOT_OWNED.format(sender=sender, login=login)


class Handler:
    """Judges at RCPT, as Postfix does."""

    def __init__(self, deliver: Deliver) -> None:
        self.deliver = deliver

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        login = getattr(session, "login", "") if session.authenticated else ""
        fault = _sender_fault(login, envelope.mail_from or "")
        if fault:
            return fault
        if not login and not place(address):
            return NO_RELAY.format(recipient=address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode()
        raw += envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            login = place(recipient)
            if login:
                received = f"Received: by localhost for <{recipient}>\r\n".encode()
                self.deliver(login, received + raw)
        return "250 2.0.0 Ok: queued"


class Relay:
    """Two listeners: STARTTLS on one port, TLS from the first byte on the other."""

    is_real = False

    def __init__(
        self, ports: dict[str, int], tls: Certificates, deliver: Deliver
    ) -> None:
        self.ports, self.tls, self.handler = ports, tls, Handler(deliver)
        self._controllers: list[Controller] = []

    def _controller(self, port: int, **options: Any) -> Controller:
        return Controller(
            self.handler,
            hostname="127.0.0.1",
            port=port,
            server_hostname="localhost",
            authenticator=authenticate,
            data_size_limit=52428800,
            enable_SMTPUTF8=True,
            **options,
        )

    def start(self) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.tls.chain)
        self._controllers = [
            self._controller(self.ports["smtp"], tls_context=context),
            # aiosmtpd knows only STARTTLS as encryption: here all is encrypted.
            self._controller(
                self.ports["smtps"], ssl_context=context, auth_require_tls=False
            ),
        ]
        for controller in self._controllers:
            controller.start()

    def stop(self) -> None:
        for controller in self._controllers:
            controller.stop()
        self._controllers = []

    def is_idle(self) -> bool:
        """What it takes is in the mailbox before it says so."""
        return True
