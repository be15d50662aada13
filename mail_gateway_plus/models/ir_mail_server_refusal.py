# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import smtplib

import psycopg2

from odoo import models
from odoo.tools import email_normalize

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..core.delivery.permission import DEEP, SHALLOW, is_refusal
from ..net import smtp_raised
from .ir_mail_server_relay import WORDS
from .processing import PASSING


class Tried:
    """What a connection was used for last.

    :param server_id: whose connection it is
    :param envelope, sender: the return path and the From address of the last message
    :param refused: (address, depth) of what a real mail may show to be allowed again;
        None while nobody has asked
    """

    def __init__(self, server_id):
        self.server_id = server_id
        self.envelope = self.sender = ""
        self.refused = None


class IrMailServer(models.Model):
    """A real mail that is refused for its sender is evidence."""

    _inherit = "ir.mail_server"

    def _connected(self, connection):
        connection.mail_gateway_tried = Tried(self.id)
        return super()._connected(connection)

    def _prepare_email_message__(self, message, smtp_session):  # noqa: PLW3201
        prepared = super()._prepare_email_message__(message, smtp_session)
        tried = getattr(smtp_session, "mail_gateway_tried", None)
        if isinstance(tried, Tried):
            envelope, _recipients, message = prepared
            tried.envelope = email_normalize(envelope) or ""
            tried.sender = email_normalize(str(message["From"] or "")) or ""
        return prepared

    def send_email(self, message, *args, **named):
        tried = getattr(named.get("smtp_session"), "mail_gateway_tried", None)
        try:
            sent = super().send_email(message, *args, **named)
        except MailDeliveryException as problem:
            if isinstance(tried, Tried):
                self._note_refusal(problem.__context__, tried)
            raise
        if isinstance(tried, Tried):
            self._note_success(tried)
        return sent

    def _note_success(self, tried):
        """What was refused once is taken now. That is asked once a connection."""
        Permission = self.env["mail.gateway.permission"].sudo()
        if tried.refused is None:
            tried.refused = set(Permission._refused_once(tried.server_id))
        taken = {(tried.envelope, SHALLOW), (tried.sender, DEEP)}
        redeemed = tried.refused & taken
        tried.refused -= redeemed
        if redeemed:
            with contextlib.suppress(*PASSING), self.env.cr.savepoint():
                rows = Permission._redeemable(tried.server_id)
                rows.filtered(lambda r: (r.email, r.depth) in redeemed)._redeem()

    def _note_refusal(self, problem, tried):
        meant = smtp_raised.meaning(problem)
        # The return path is judged before the content is seen.
        depth = DEEP if isinstance(problem, smtplib.SMTPDataError) else SHALLOW
        email = tried.sender if depth == DEEP else tried.envelope
        server = self.sudo().browse(tried.server_id)
        if email and is_refusal(meant) and server.exists():
            said = server._without_secrets(meant.said)[:WORDS]
            server._note_refused(meant, said, email, depth)

    def _note_refused(self, meant, said, email, depth):
        """:param meant: ``core.smtp.reply.Meaning``
        :param said: the server's words, bounded and without secrets
        """
        params = {"host": self._place()[0], "port": str(self._place()[1])}
        params |= {"user": self._credentials()[0], "sender": email, "reply": said}
        # Somebody else may note the same. That must not cost the mail its outcome.
        with contextlib.suppress(psycopg2.IntegrityError, *PASSING):
            with self.env.cr.savepoint():
                self.env["mail.gateway.permission"]._refused(
                    self, email, said, meant.code, params, depth
                )
