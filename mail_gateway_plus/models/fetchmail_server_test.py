# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib

from odoo import models
from odoo.exceptions import UserError

from ..core.mailbox.listing import FolderState
from ..net import mailbox
from ..net.deadline import TEST
from ..net.refusal import Refusal


class FetchmailServer(models.Model):
    """Test & Confirm: what the mailbox's server does and does not do."""

    _inherit = "fetchmail.server"

    def button_confirm_login(self):
        """Replaces stock's test (19.0): same outcome, but each fault says what it is
        and what to do."""
        if self._connects_elsewhere():
            return super().button_confirm_login()
        waiting = sum(server._test() for server in self)
        self.write({"state": "done", "error_date": False, "error_message": False})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("The mailbox works"),
                "message": self.env._("Messages in it now: %s", waiting),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _test(self):
        """Log in and look into the folder without changing anything there.

        :return: the number of messages in it
        """
        self.ensure_one()
        try:
            with contextlib.closing(
                mailbox.open_session(self._account(allow_archived=True), TEST)
            ) as session:
                return session.look(FolderState()).exists
        except Refusal as refusal:
            raise UserError(self._explain(refusal.finding)) from refusal
