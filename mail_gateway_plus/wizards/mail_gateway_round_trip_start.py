# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_domain_extract, email_normalize
from odoo.tools.sql import escape_psql

from ..models.ir_mail_server_permission import PATIENCE_S


class MailGatewayRoundTripStart(models.TransientModel):
    """To which mailbox the test messages of a round trip go."""

    _name = "mail.gateway.round.trip.start"
    _description = "Start of Round Trips"

    # That of the configuration file is an archived one.
    mail_server_ids = fields.Many2many(
        "ir.mail_server", string="All Addresses of", context={"active_test": False}
    )
    permission_ids = fields.Many2many("mail.gateway.permission", string="Addresses")
    mailbox_id = fields.Many2one(
        "fetchmail.server",
        domain="[('id', 'in', fetched_ids)]",
        help="Where the messages are awaited: a mailbox that this Odoo fetches.",
    )
    fetched_ids = fields.Many2many("fetchmail.server", compute="_compute_fetched_ids")
    email_to = fields.Char(
        "Send to",
        compute="_compute_email_to",
        store=True,
        readonly=False,
        help="An address whose mail ends in the mailbox.",
    )
    count = fields.Integer("Messages", compute="_compute_count")
    minutes = fields.Integer("Awaited for (minutes)", compute="_compute_minutes")
    is_foreign = fields.Boolean(compute="_compute_is_foreign")

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if "mailbox_id" in names and not values.get("mailbox_id"):
            values["mailbox_id"] = self._usual_mailbox(values).id
        return values

    @api.model
    def _usual_mailbox(self, values):
        """That of the server's own account, else one whose login is an address."""
        fetched = self._fetched()
        chosen = [command[2] for command in values.get("mail_server_ids") or ()]
        servers = self.env["ir.mail_server"].browse(chosen[0] if chosen else [])
        twins = servers.mailbox_id & fetched
        named = fetched.filtered(lambda box: email_normalize(box.user))
        return (twins or named or fetched)[:1]

    @api.model
    def _fetched(self):
        """Those whose mail reaches the ledger; what is piped in, nobody confirms."""
        gets = ["|", ("state", "=", "done"), ("server_type", "=", "local")]
        return self.env["fetchmail.server"].search(gets)

    @api.depends_context("uid")
    def _compute_fetched_ids(self):
        self.fetched_ids = self._fetched()

    @api.depends("mailbox_id")
    def _compute_email_to(self):
        for start in self:
            start.email_to = email_normalize(start.mailbox_id.sudo().user or "")

    @api.depends("mail_server_ids", "permission_ids")
    def _compute_count(self):
        for start in self:
            of_servers = (s._sender_candidates()[0] for s in start.mail_server_ids)
            start.count = len(start.permission_ids) + sum(map(len, of_servers))

    @api.depends("mailbox_id")
    def _compute_minutes(self):
        for start in self:
            Trip = self.env["mail.gateway.round.trip"]
            start.minutes = Trip._minutes(start.mailbox_id)

    @api.depends("email_to", "mailbox_id")
    def _compute_is_foreign(self):
        for start in self:
            start.is_foreign = bool(start.email_to) and not start._is_ours()

    def _is_ours(self):
        """Of this database, of the mailbox's own domain, or one whose mail has come
        into the mailbox: test messages go to nobody else."""
        domain = email_domain_extract(self.mailbox_id.sudo().user or "")
        is_here = domain and email_domain_extract(self.email_to) == domain
        is_own = self.env["ir.mail_server"]._is_own_address(self.email_to)
        return is_here or is_own or self._has_come()

    def _has_come(self):
        """Addressed there alone: strangers stand among several recipients."""
        address = email_normalize(self.email_to or "")
        alone = [
            ("server_id", "=", self.mailbox_id.id),
            ("recipients", "=ilike", escape_psql(address or "")),
        ]
        incoming = self.env["mail.gateway.incoming"].sudo()
        return bool(address) and bool(incoming.search_count(alone, limit=1))

    def action_send(self):
        """Send what there is time for, and show the list."""
        self.ensure_one()
        recipient = self._check()
        Permission = self.env["mail.gateway.permission"]
        rows = self.permission_ids
        for server in self.mail_server_ids:
            rows |= Permission._rows(server)
        trips = rows._begin_trips(self.mailbox_id, recipient)
        left = trips._post(PATIENCE_S)
        return self._told(rows, trips, left, recipient)

    def _check(self):
        """The recipient; refuses what cannot come back."""
        for server in self.mail_server_ids | self.permission_ids.mail_server_id:
            server.check_access("write")
            server._check_survey()
        mailbox, recipient = self.mailbox_id, email_normalize(self.email_to or "")
        is_piped = mailbox.server_type == "local"
        is_paused = mailbox._is_paused() and not is_piped
        if mailbox not in self._fetched() or is_paused:
            raise UserError(
                self.env._(
                    "Nothing would come back: choose a mailbox that is confirmed and"
                    " fetched. Mailboxes are set up under Incoming Mail Servers, and"
                    " General Settings have the switch of all fetching."
                )
            )
        if not recipient:
            raise UserError(
                self.env._(
                    "“%s” is no email address. Write one whose mail ends in the"
                    " mailbox.",
                    self.email_to or "",
                )
            )
        if self.is_foreign:
            raise UserError(
                self.env._(
                    "%s is nobody's of this database and not of the mailbox's domain,"
                    " and no message to it has come into the mailbox yet. Test messages"
                    " never go to other people. If the address is yours, send it a"
                    " message from elsewhere, fetch that, and try again.",
                    recipient,
                )
            )
        return recipient

    def _told(self, rows, trips, left, recipient):
        states = trips.exists().mapped("state")
        sent = len(states) - sum(map(states.count, ("waiting", "unsent", "refused")))
        lines = [
            self.env._(
                "%(sent)s messages are on their way to %(recipient)s. What comes back"
                " shows in this list.",
                sent=sent,
                recipient=recipient,
            )
        ]
        refused, unsent = states.count("refused"), states.count("unsent")
        if refused or unsent:
            lines.append(
                self.env._(
                    "%(refused)s were refused, %(unsent)s could not be sent.",
                    refused=refused,
                    unsent=unsent,
                )
            )
        if left:
            lines.append(
                self.env._(
                    "%s more are sent in the background, within the limits of the"
                    " server.",
                    len(left),
                )
            )
        action = rows.mail_server_id.action_open_permissions()
        action["views"] = [(False, "list"), (False, "form")]
        params = {
            "type": "warning" if refused or unsent else "success",
            "message": " ".join(lines),
            "next": action,
        }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": params,
        }
