# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import xmlrpc.client

from odoo import api, models

from . import processing_piped


class MailThread(models.AbstractModel):
    """What a mail server pipes in passes the ledger, where a mailbox stands for it."""

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        # Only the remote procedure call hands this type in, as the mailgate script
        # makes it; all other callers get stock as it is. So do portal users, whose
        # calls fail in stock: the ledger is not theirs to fill.
        piped = isinstance(message, xmlrpc.client.Binary)
        piped = piped and self.env.user._is_internal()
        server = self.env["fetchmail.server"]._local_for(model) if piped else None
        if not server:
            return super().message_process(
                model,
                message,
                custom_values=custom_values,
                save_original=save_original,
                strip_attachments=strip_attachments,
                thread_id=thread_id,
            )
        options = {
            "model": model or server.object_id.model,
            "custom_values": custom_values,
            "save_original": save_original or server.original,
            "strip_attachments": strip_attachments or not server.attach,
            "thread_id": thread_id,
        }
        return processing_piped.take(self, server, bytes(message.data), options)
