# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import fields, models, tools
from odoo.tools import email_normalize

from ..core.finding import Finding

#: Stands among the headers of a mail until it is built; it never leaves.
MARK = "X-Mail-Gateway-Sender"


class IrMailServer(models.Model):
    """A mail leaves under the identity that was chosen for it."""

    _inherit = "ir.mail_server"

    smtputf8 = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        "Takes Addresses in All Letters",
        readonly=True,
        copy=False,
        help="Whether it offers SMTPUTF8, as far as a mail has shown since it was set"
        " up or tested.",
    )

    def _build_email__(self, email_from, *args, **named):
        headers = dict(named.get("headers") or {})
        told = headers.pop(MARK, None)
        if not told:
            return super()._build_email__(email_from, *args, **named)
        leaving = json.loads(told)
        if leaving["reply_to"] is not None:
            named["reply_to"] = leaving["reply_to"]
        named["headers"] = headers
        message = super()._build_email__(leaving["from"], *args, **named)
        if leaving["reply_to"] == "":  # From says the same
            del message["Reply-To"]
        # Of the object, so that it is not on the wire.
        message.mail_gateway_leaving = leaving
        return message

    def _prepare_email_message__(self, message, smtp_session):  # noqa: PLW3201
        leaving = getattr(message, "mail_gateway_leaving", None)
        if leaving is None:
            return super()._prepare_email_message__(message, smtp_session)
        # Stock (19.0) puts the session's sender into From, which many mails share that
        # different people speak in.
        smtp_session.smtp_from = leaving["from"]
        envelope, recipients, message = super()._prepare_email_message__(
            message, smtp_session
        )
        wanted = self._international(message, smtp_session) or leaving["envelope"]
        if wanted and wanted != envelope:
            envelope = tools.formataddr(("", wanted), "ascii")
            if message["Return-Path"]:
                message.replace_header("Return-Path", envelope)
        return envelope, recipients, message

    def _international(self, message, session):
        """The address in From where it is not of ASCII: the dialogue then is one of
        SMTPUTF8 (RFC 6531, 3.4), which ``smtplib`` tells by the return path."""
        sender = email_normalize(str(message["From"] or ""), strict=False) or ""
        if sender.rpartition("@")[0].isascii():
            return ""
        if self._has_utf8(session):
            return sender
        fault = Finding("identity_not_ascii", params={"sender": sender})
        raise AssertionError(
            self.NO_VALID_FROM, self.env["mail.gateway.advice"]._text(fault)
        )

    def _has_utf8(self, session):
        """Whether it offers SMTPUTF8. The queue builds its mail before it connects:
        what nobody has seen yet is tried, and the dialogue shows it."""
        server = self._of_session(session)
        if not hasattr(session, "has_extn"):
            return server.smtputf8 != "no"
        has_utf8 = bool(session.has_extn("smtputf8"))
        if server:
            server._note_utf8(has_utf8=has_utf8)
        return has_utf8

    def _note_utf8(self, *, has_utf8):
        """What it offered a mail that needs SMTPUTF8."""
        seen = "yes" if has_utf8 else "no"
        if self.smtputf8 != seen:
            self.smtputf8 = seen

    def _of_session(self, session):
        tried = getattr(session, "mail_gateway_tried", None)
        return self.sudo().browse(getattr(tried, "server_id", 0) or []).exists()
