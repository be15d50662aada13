# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .ir_mail_server_refusal import Tried
from .mail_gateway_incoming_autoresponse import NULL_RETURN_PATH


class IrMailServer(models.Model):
    """Automatic answers leave with the null return path (RFC 3834, 3.3), which stock
    takes for no address at all."""

    _inherit = "ir.mail_server"

    def _prepare_email_message__(self, message, smtp_session):  # noqa: PLW3201
        null = message["Return-Path"] == NULL_RETURN_PATH
        if null:
            # It is the last server on the way that writes this field.
            del message["Return-Path"]
        envelope, recipients, message = super()._prepare_email_message__(
            message, smtp_session
        )
        tried = getattr(smtp_session, "mail_gateway_tried", None)
        if null and isinstance(tried, Tried):
            tried.envelope = ""
        return "" if null else envelope, recipients, message
