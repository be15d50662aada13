# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib

from odoo import fields, models
from odoo.exceptions import UserError

from ..core.mailbox.listing import FolderState
from ..net import mailbox
from ..net.deadline import TEST
from ..net.refusal import Refusal

#: Seconds that Fetch Now spends on fetching and on processing, at the most each; the
#: rest goes on in the background.
PATIENCE_S = 10


class FetchmailServer(models.Model):
    """The mailbox as people see it: its settings and its buttons.

    How it is reached stands in ``fetchmail_server_connection``, how mail is fetched
    from it in ``fetchmail_server_fetch``.
    """

    _inherit = "fetchmail.server"

    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="The company for which mail arrives here. Empty: all companies.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Who gets an activity when a message could not be routed.",
    )
    password = fields.Char(groups="base.group_system")
    folder_ids = fields.One2many("mail.gateway.folder", "server_id", readonly=True)
    fetch_interval = fields.Integer(
        "Fetch Every (minutes)",
        default=5,
        required=True,
        help="How often the scheduled action looks into this mailbox.",
    )
    next_fetch = fields.Datetime(readonly=True, copy=False)
    incoming_count = fields.Integer(
        "Incoming Messages", compute="_compute_incoming_count"
    )
    quarantined_count = fields.Integer(
        "In Quarantine", compute="_compute_incoming_count"
    )

    _fetch_interval_positive = models.Constraint(
        "CHECK(fetch_interval > 0)", "A mailbox is fetched every minute or less often."
    )

    def _compute_incoming_count(self):
        groups = self.env["mail.gateway.incoming"]._read_group(
            [("server_id", "in", self.ids)], ["server_id", "state"], ["__count"]
        )
        for server in self:
            counts = {s: n for found, s, n in groups if found == server}
            server.incoming_count = sum(counts.values())
            server.quarantined_count = counts.get("quarantined", 0)

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

    def fetch_mail(self):
        """Fetch, process, and show where each message of this run went."""
        if self._connects_elsewhere():
            return super().fetch_mail()
        Incoming = self.env["mail.gateway.incoming"].sudo()
        before = Incoming.search([], limit=1).id or 0
        super(
            FetchmailServer, self.with_context(mail_gateway_s=PATIENCE_S)
        ).fetch_mail()
        Incoming._process_received(self, seconds=PATIENCE_S)
        return self._show_incoming(
            self.env._("Fetched Just Now"), [("id", ">", before)]
        )

    def action_open_incoming(self):
        return self._show_incoming(self.env._("Incoming Messages"), [])

    def action_open_quarantined(self):
        return self._show_incoming(
            self.env._("In Quarantine"), [("state", "=", "quarantined")]
        )

    def _show_incoming(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_gateway_plus.mail_gateway_incoming_action"
        )
        domain = [("server_id", "in", self.ids), *domain]
        # The client shows the display name, where there is one.
        names = {"name": name, "display_name": name}
        return {**action, **names, "domain": domain, "context": {}}

    def _explain(self, finding):
        """What happened, where, and what to do, in the user's language."""
        where = self.env._("Mailbox “%s”:", self.name or "")
        return f"{where} {self.env['mail.gateway.advice']._text(finding)}"
