# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..core.mailbox import uidset
from ..core.mailbox.listing import FolderState


class MailGatewayFolder(models.Model):
    """What is remembered of a folder between two fetches."""

    _name = "mail.gateway.folder"
    _description = "Folder of a Mailbox"
    _order = "server_id, name"

    server_id = fields.Many2one(
        "fetchmail.server", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, default="INBOX")
    uidvalidity = fields.Char(readonly=True, default="")
    # As text, for a UID is unsigned and of 32 bit.
    last_uid = fields.Char(readonly=True, default="0")
    pending = fields.Text(
        readonly=True,
        default="",
        help="UIDs that were listed and are yet to be fetched",
    )

    _name_unique = models.Constraint(
        "UNIQUE(server_id, name)", "A mailbox has each folder once."
    )

    def _state(self):
        self.ensure_one()
        return FolderState(
            name=self.name,
            uidvalidity=self.uidvalidity or "",
            last_uid=int(self.last_uid or 0),
            pending=frozenset(uidset.load(self.pending or "")),
        )

    def _remember(self, state):
        self.ensure_one()
        values = {
            "uidvalidity": state.uidvalidity,
            "last_uid": str(state.last_uid),
            "pending": uidset.dump(state.pending),
        }
        if any(self[name] != value for name, value in values.items()):
            self.write(values)
