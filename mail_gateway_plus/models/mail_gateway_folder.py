# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core.mailbox import foldername, uidset
from ..core.mailbox.listing import FolderState


class MailGatewayFolder(models.Model):
    """What is remembered of a folder between two fetches."""

    _name = "mail.gateway.folder"
    _description = "Folder of a Mailbox"
    _order = "server_id, name"

    server_id = fields.Many2one(
        "fetchmail.server", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(
        "Folder",
        required=True,
        default=foldername.INBOX,
        help="As the server names it, with the names of the folders around it.",
    )
    uidvalidity = fields.Char("UIDVALIDITY", readonly=True, copy=False, default="")
    # As text, for a UID is unsigned and of 32 bit.
    last_uid = fields.Char("Highest UID Seen", readonly=True, copy=False, default="0")
    looked_on = fields.Date("Last Looked Into", readonly=True, copy=False)
    waiting = fields.Integer(
        "Still to Fetch",
        readonly=True,
        copy=False,
        help="Messages that a fetch has left over.",
    )
    listed = fields.Integer(
        readonly=True, copy=False, help="Messages that were to be fetched at first."
    )
    pending = fields.Text(
        readonly=True,
        copy=False,
        default="",
        help="UIDs that were listed and are yet to be fetched",
    )

    unacknowledged = fields.Text(
        readonly=True,
        copy=False,
        default="",
        help="UIDs that are stored, and the server may not have heard of it",
    )
    forgotten = fields.Text(
        readonly=True,
        copy=False,
        default="",
        help="UIDs of deleted messages of the ledger that are still on the server",
    )

    _name_unique = models.Constraint(
        "UNIQUE(server_id, name)", "A mailbox has each folder once."
    )

    #: What is remembered, as it is before the first look.
    _NOTHING_SEEN = {
        "uidvalidity": "",
        "last_uid": "0",
        "looked_on": False,
        "waiting": 0,
        "listed": 0,
        "pending": "",
        "unacknowledged": "",
        "forgotten": "",
    }

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._spelled(vals) for vals in vals_list])

    def write(self, vals):
        """A folder under another name is another folder."""
        vals = self._spelled(vals)
        if "name" in vals:
            renamed = self.filtered(lambda folder: folder.name != vals["name"])
            super(MailGatewayFolder, renamed).write(self._NOTHING_SEEN)
        return super().write(vals)

    @api.model
    def _spelled(self, vals):
        name = vals.get("name")
        return {**vals, "name": foldername.canonical(name)} if name else vals

    def _to_fetch(self, count):
        """So many are to be fetched. What an earlier look has fetched of the same pile
        still counts, so that one sees how far it is."""
        done = self.listed - self.waiting if self.waiting else 0
        self.write({"listed": done + count, "waiting": count})

    def _forget_all(self):
        """Begin anew, as with a mailbox that was never looked into."""
        return self.write(self._NOTHING_SEEN)

    def _state(self):
        self.ensure_one()
        return FolderState(
            name=self.name,
            uidvalidity=self.uidvalidity or "",
            last_uid=int(self.last_uid or 0),
            pending=frozenset(uidset.load(self.pending or "")),
            unacknowledged=frozenset(uidset.load(self.unacknowledged or "")),
            looked_on=self.looked_on or None,
        )

    def _remember(self, state):
        self.ensure_one()
        values = {
            "uidvalidity": state.uidvalidity,
            "last_uid": str(state.last_uid),
            "pending": uidset.dump(state.pending),
            "unacknowledged": uidset.dump(state.unacknowledged),
            "looked_on": state.looked_on or False,
        }
        # What was deleted from the ledger is known by UIDs that mean nothing any more.
        if self.uidvalidity and self.uidvalidity != state.uidvalidity:
            values["forgotten"] = ""
        changed = {n: v for n, v in values.items() if (self[n] or v and "") != v}
        if changed:
            self.write(changed)

    def _is_origin_of(self, row):
        """Whether a message of the ledger came from here, as the UIDs are now: under
        others its UID means another message."""
        self.ensure_one()
        here = (self.server_id, self.name, self.uidvalidity or "")
        there = (row.server_id, row.folder, row.uidvalidity)
        return here == there and row.account == self.server_id._account_name()

    def _forget(self, uids):
        """Remember messages whose rows are deleted while they may still be on the
        server: they are not to be fetched again."""
        self.ensure_one()
        if uids:
            # A UID is a number, a UIDL printable ASCII without blanks (RFC 1939, 7).
            known = (self.forgotten or "").split()
            self.forgotten = " ".join(dict.fromkeys([*known, *uids]))

    def _forgotten(self, found):
        """The deleted ones among ``found``; the others have gone from the server and
        need not be remembered any longer."""
        self.ensure_one()
        known = (self.forgotten or "").split()
        still = set(known) & set(found)
        if len(still) < len(known):
            self.forgotten = " ".join(uid for uid in known if uid in still)
        return still
