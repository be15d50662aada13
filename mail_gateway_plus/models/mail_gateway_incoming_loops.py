# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..core.routing import guard

#: As many of one sender as are looked at; no limit that makes sense is larger.
_LOOKED_AT = 1_000


class MailGatewayIncoming(models.Model):
    """What the loop guard remembers of messages."""

    _inherit = "mail.gateway.incoming"

    automatic_from = fields.Char(
        "Automatic Answer of",
        readonly=True,
        index="btree_not_null",
        help="The sender of a message that a program wrote as an answer.",
    )
    conversation = fields.Char(
        readonly=True,
        help="The document or the first message of the conversation that it answers.",
    )

    def _automatic_since(self, sender, since):
        """Automatic answers of one sender that were taken, without this one."""
        return self.search(
            [
                ("automatic_from", "=", sender),
                ("create_date", ">=", since),
                ("state", "not in", ("ignored", "duplicate")),
                ("id", "not in", self.ids),
            ],
            limit=_LOOKED_AT,
        )

    def _was_guarded(self):
        """Whether the guard has stopped it once, and somebody sent it on."""
        return any(step["step"] in guard.CODES for step in self._steps())
