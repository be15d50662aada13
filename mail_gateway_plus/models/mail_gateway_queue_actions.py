# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .mail_gateway_incoming_actions import OPERATOR

_logger = logging.getLogger(__name__)

MANAGER = "mail_gateway_plus.group_manager"
#: What is done -> the status that it suits.
SUITS = {
    "retry": ("waiting", "retrying", "stopped", "failed", "cancelled"),
    "server": ("waiting", "retrying", "stopped", "failed", "cancelled"),
    "sender": ("waiting", "retrying", "stopped", "failed", "cancelled"),
    "cancel": ("waiting", "retrying", "stopped", "failed", "uncertain"),
    "resend": ("uncertain",),
    "settle": ("uncertain",),
}
#: More than these are treated in the background.
AT_ONCE = 100


class MailGatewayQueue(models.Model):
    """What people do with mails of the queue, one or many at a time.

    Nobody but the administrator reads or writes the mails themselves, so each action
    sees to it who asks and which mails it suits, and then goes on for them.
    """

    _inherit = "mail.gateway.queue"

    def action_retry(self):
        return self._treat("retry")

    def action_cancel(self):
        return self._treat("cancel")

    def action_send_through(self):
        """Ask for another server."""
        return self._open_change("server", self.env._("Send Through Another Server"))

    def action_change_sender(self):
        """Ask for another sender."""
        return self._open_change("sender", self.env._("Change the Sender"))

    def action_resend(self):
        """What is uncertain is sent again, and may arrive twice."""
        return self._treat("resend")

    def action_settle(self):
        """What is uncertain has arrived, as far as anybody knows."""
        return self._treat("settle")

    def action_open_document(self):
        self.ensure_one()
        if not self.model or self.model not in self.env or not self.res_id:
            raise UserError(self.env._("This mail belongs to no document."))
        return self.env[self.model].browse(self.res_id).get_formview_action()

    def action_open_mail(self):
        """With its content, for the administrator."""
        self.ensure_one()
        return self.mail_id.get_formview_action()

    # --- rights

    @api.model
    def _check_may(self, kind):
        """Operators may have it tried again; the rest decides how mail is treated."""
        group = OPERATOR if kind == "retry" else MANAGER
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._("Only managers of the mail gateway may do this.")
            )

    def _suiting(self, kind):
        """The mails that an action suits; somebody may have deleted others."""
        self._check_may(kind)
        rows = self.search([("id", "in", self.ids), ("status", "in", SUITS[kind])])
        if not rows:
            raise UserError(self._nothing_suits(kind))
        return rows

    @api.model
    def _nothing_suits(self, kind):
        if kind in ("resend", "settle"):
            return self.env._("None of this mail is uncertain.")
        return self.env._(
            "None of this mail is to be treated: it is sent already, or it is uncertain"
            " whether it is and you have to choose that first."
        )

    # --- doing it

    def _open_change(self, kind, title):
        rows = self._suiting(kind)
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "mail.gateway.queue.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_kind": kind, "default_queue_ids": rows.ids},
        }

    def _treat(self, kind, **how):
        """At once, or in the background where they are many.

        :param how: ``mail_server_id`` or ``identity_id``
        """
        rows = self._suiting(kind)
        _logger.info("User %s: %s of %s mails", self.env.uid, kind, len(rows))
        job = self.env["mail.gateway.queue.job"].sudo()._begin(kind, rows.ids, how)
        if len(rows) > AT_ONCE:
            job._trigger()
            text = self.env._(
                "%s mails are treated in the background; the screen shows how far it"
                " is.",
                len(rows),
            )
        else:
            job._treat_all()
            text = self.env._("%s treated.", len(rows))
        return self._told(text, len(self) - len(rows))

    def _told(self, text, left):
        if left:
            more = self.env._(
                "%s left as they are: they are sent, or it is uncertain whether they"
                " are.",
                left,
            )
            text = f"{text} {more}"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
