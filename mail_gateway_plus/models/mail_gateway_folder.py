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

    unacknowledged = fields.Text(
        readonly=True,
        default="",
        help="UIDs that are stored, and the server may not have heard of it",
    )
    forgotten = fields.Text(
        readonly=True,
        default="",
        help="UIDs of deleted messages of the ledger that are still on the server",
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
            unacknowledged=frozenset(uidset.load(self.unacknowledged or "")),
        )

    def _remember(self, state):
        self.ensure_one()
        values = {
            "uidvalidity": state.uidvalidity,
            "last_uid": str(state.last_uid),
            "pending": uidset.dump(state.pending),
            "unacknowledged": uidset.dump(state.unacknowledged),
        }
        if any((self[name] or "") != value for name, value in values.items()):
            self.write(values)

    def _forget(self, uids):
        """Remember messages whose rows are deleted while they may still be on the
        server: they are not to be fetched again."""
        for folder in self:
            # A UID is a number, a UIDL printable ASCII without blanks (RFC 1939, 7).
            known = (folder.forgotten or "").split()
            folder.forgotten = " ".join(dict.fromkeys([*known, *uids]))

    def _forgotten(self, found):
        """The deleted ones among ``found``; the others have gone from the server and
        need not be remembered any longer."""
        self.ensure_one()
        known = (self.forgotten or "").split()
        still = set(known) & set(found)
        if len(still) < len(known):
            self.forgotten = " ".join(uid for uid in known if uid in still)
        return still
