# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib

from odoo import models
from odoo.exceptions import UserError

from ..net import mailbox
from ..net.deadline import TEST
from ..net.refusal import Refusal


class FetchmailServer(models.Model):
    """Picking folders from those that the server has."""

    _inherit = "fetchmail.server"

    def action_pick_folders(self):
        return self._pick("fetch")

    def action_pick_move_to(self):
        return self._pick("move")

    def _pick(self, purpose):
        self.ensure_one().check_access("write")
        picking = self.env["mail.gateway.folder.pick"]
        return picking._of(self, self._server_folders(), purpose)._show()

    def _server_folders(self):
        """The folders as the server lists them."""
        account, finding = self._account_or_finding(allow_archived=True)
        if finding:
            raise UserError(self._explain(finding))
        if account.protocol == "pop":
            raise UserError(
                self.env._(
                    "Mailbox “%s”: POP3 knows no folders; only the inbox can be"
                    " fetched. Use IMAP to fetch from other folders.",
                    self.name,
                )
            )
        try:
            with contextlib.closing(mailbox.open_session(account, TEST)) as session:
                return session.folders()
        except Refusal as refusal:
            raise UserError(self._explain(refusal.finding)) from refusal
