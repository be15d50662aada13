# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import logging

from odoo import models, tools
from odoo.exceptions import UserError

from ..core.smtp.address import with_ascii_domain
from ..core.smtp.dialogue import Fault
from ..core.smtp.relay import NOBODY, Relay
from ..net.recorder import SmtpRecorder
from .ir_mail_server_connection import OAUTH

_logger = logging.getLogger(__name__)

#: As much of a server's own words as a person wants to read.
WORDS = 300


class Unreadable(Exception):
    """A certificate of ours, or its key, is not to be had."""


class IrMailServer(models.Model):
    """How to reach an outgoing server, as ``net`` wants it."""

    _inherit = "ir.mail_server"

    def _place(self):
        """(host, port, security); those of the configuration file where it is to use
        that. All else is read when ``_relay`` is called."""
        config = tools.config
        if self.smtp_authentication == "cli":
            # As stock's _connect__ (19.0) reads them.
            security = "starttls" if config["smtp_ssl"] else "none"
            return config["smtp_server"] or "", int(config["smtp_port"]), security
        host = (self.smtp_host or "").strip()
        return host, self.smtp_port, self.smtp_encryption

    def _relay(self):
        """``core.smtp.relay.Relay``; the login hooks of the Gmail and Outlook modules
        run here, for they need the environment."""
        self.ensure_one()
        certificate, key = self._certificate()
        host, port, security = self._place()
        return Relay(
            host,
            port,
            security,
            credentials=self._login_credentials(),
            certificate=certificate,
            key=key,
            is_fixed=self.smtp_authentication in OAUTH,
        )

    def _relay_or_fault(self):
        """(relay, None), or (relay without a login, ``Fault`` that says why)."""
        try:
            return self._relay(), None
        except Unreadable as problem:
            fault = Fault("client_certificate", str(problem))
        except UserError as problem:
            fault = Fault("no_login", str(problem))
        except Exception as problem:
            # A fault of the HTTP library shows the address it asked, and tokens stand
            # in that: neither the log nor the form may have it.
            fault = Fault("no_login", type(problem).__name__)
            _logger.warning("No login for outgoing server %s: %s", self.id, fault.said)
        return Relay(*self._place()), fault

    def _login_credentials(self):
        """What the hooks of ``_smtp_login__`` would say to the server."""
        server = self.sudo()
        if server.smtp_authentication == "certificate":
            return NOBODY
        if server.smtp_authentication == "mailbox":
            server._check_lending()
        user, password = server._credentials()
        if server.smtp_authentication == "cli":
            config = tools.config
            user, password = config["smtp_user"], config["smtp_password"]
        if not user:
            return NOBODY
        recorder = SmtpRecorder()
        server._smtp_login__(recorder, with_ascii_domain(user), password or "")
        return recorder.credentials or NOBODY

    def _certificate(self):
        """(certificate, key) of ours in PEM; empty where none is shown."""
        server, config = self.sudo(), tools.config
        if server.smtp_authentication == "certificate":
            files = server.smtp_ssl_certificate, server.smtp_ssl_private_key
            return tuple(_decoded(file) for file in files)
        paths = (
            config["smtp_ssl_certificate_filename"],
            config["smtp_ssl_private_key_filename"],
        )
        if server.smtp_authentication != "cli" or not all(paths):
            return b"", b""
        return tuple(_bytes_of(path) for path in paths)


def _decoded(file):
    try:
        return base64.b64decode(file or b"")
    except ValueError as problem:
        raise Unreadable(str(problem)) from problem


def _bytes_of(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as problem:
        raise Unreadable(f"{path}: {problem.strerror}") from problem
