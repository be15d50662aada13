# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.mailbox import foldername
from .mail_gateway_incoming_origin import ENDED_WELL

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
    folder_ids = fields.One2many(
        "mail.gateway.folder",
        "server_id",
        "Folders",
        copy=True,
        help="The folders that are fetched. Empty: INBOX.",
    )
    fetch_interval = fields.Integer(
        "Fetch Every (minutes)",
        default=5,
        required=True,
        help="How often the scheduled action looks into this mailbox.",
    )
    next_fetch = fields.Datetime(readonly=True, copy=False)
    fetch_limit = fields.Integer(
        "Messages per Fetch",
        help="As many at most are taken with one fetch, the rest with the next ones."
        " 0: all.",
    )
    after_fetch = fields.Selection(
        [
            ("seen", "Mark as read and leave it"),
            ("move", "Move to a folder"),
            ("delete", "Delete"),
            ("keep", "Leave untouched"),
        ],
        required=True,
        default="seen",
        help="What becomes of a message on the server once it is stored here. Moved or"
        " deleted is only what has been processed and ended well, with the next look"
        " into the mailbox.",
    )
    move_to = fields.Char(
        "Move to",
        help="The folder for fetched messages, as the server names it. It is made"
        " where it is missing.",
    )
    keep_quarantined = fields.Boolean(
        "Leave Quarantined Mail",
        default=True,
        help="A message in quarantine here also stays on the server until it is"
        " routed, set aside or deleted here.",
    )
    max_message_size = fields.Integer(
        "Largest Message (MB)",
        default=50,
        help="Of a larger message only the headers are fetched, into quarantine; the"
        " message stays on the server. 0: no limit.",
    )
    failures = fields.Integer(
        readonly=True, copy=False, help="Failed looks into the mailbox in a row."
    )
    department_id = fields.Many2one(
        "hr.department",
        help="The department that this mailbox belongs to.",
    )
    incoming_count = fields.Integer(
        "Incoming Messages", compute="_compute_incoming_count"
    )
    quarantined_count = fields.Integer(
        "In Quarantine", compute="_compute_incoming_count"
    )

    _fetch_interval_positive = models.Constraint(
        "CHECK(fetch_interval > 0)", "A mailbox is fetched every minute or less often."
    )

    _fetch_limit_not_negative = models.Constraint(
        "CHECK(fetch_limit >= 0)", "The number of messages per fetch is 0 or more."
    )
    _max_message_size_not_negative = models.Constraint(
        "CHECK(max_message_size >= 0)", "The size of the largest message is 0 or more."
    )

    @api.constrains("after_fetch", "move_to", "folder_ids", "server_type")
    def _check_move_to(self):
        """Messages that are moved into a folder that is fetched would come again."""
        for server in self.filtered(lambda s: s.after_fetch == "move"):
            if not server.move_to:
                raise ValidationError(
                    self.env._(
                        "Mailbox “%s”: choose the folder in the field Move to, or"
                        " another setting of After Fetching.",
                        server.name,
                    )
                )
            fetched = server.folder_ids.mapped("name") or [foldername.INBOX]
            if foldername.canonical(server.move_to) in fetched:
                raise ValidationError(
                    self.env._(
                        "Mailbox “%(mailbox)s”: messages cannot be moved to the folder"
                        " “%(folder)s”, for that one is fetched as well.",
                        mailbox=server.name,
                        folder=server.move_to,
                    )
                )

    def _compute_incoming_count(self):
        groups = self.env["mail.gateway.incoming"]._read_group(
            [("server_id", "in", self.ids)], ["server_id", "state"], ["__count"]
        )
        for server in self:
            counts = {s: n for found, s, n in groups if found == server}
            server.incoming_count = sum(counts.values())
            server.quarantined_count = counts.get("quarantined", 0)

    def write(self, vals):
        if "max_message_size" in vals:
            self._fetch_what_fits(vals["max_message_size"])
        return super().write(vals)

    def _fetch_what_fits(self, limit_mb):
        """What was too large and no longer is, is fetched whole."""
        domain = [("server_id", "in", self.ids), ("head_only", "=", True)]
        if limit_mb:
            domain.append(("size", "<=", limit_mb * 1024 * 1024))
        rows = self.env["mail.gateway.incoming"].sudo().search(domain)
        rows.filtered(lambda row: row.state == "quarantined").fetch_again = True

    def fetch_mail(self):
        """Fetch, process, and show where each message of this run went."""
        if self._connects_elsewhere():
            return super().fetch_mail()
        Incoming = self.env["mail.gateway.incoming"].sudo()
        before = Incoming.search([], limit=1).id or 0
        briefly = self.with_context(mail_gateway_s=PATIENCE_S)
        super(FetchmailServer, briefly).fetch_mail()
        if Incoming._process_received(self, seconds=PATIENCE_S):
            # What ended well is moved or deleted at once: that is looked at next.
            briefly.sudo()._tidy_up()
        came = [("id", ">", before)]
        return self._show_incoming(self._counted_text(came), came)

    def _counted_text(self, came):
        """What became of messages, as the title of their list: "Fetched Just Now: 3
        Routed, 1 Quarantined"."""
        Incoming = self.env["mail.gateway.incoming"]
        found = dict(
            Incoming._read_group(
                [("server_id", "in", self.ids), *came], ["state"], ["__count"]
            )
        )
        labels = Incoming._fields["state"]._description_selection(self.env)
        counts = [f"{found[s]} {label}" for s, label in labels if s in found]
        told = ", ".join(counts) or self.env._("nothing new")
        return self.env._("Fetched Just Now: %s", told)

    def _tidy_up(self):
        """Look once more into mailboxes with something to move or delete; what is
        refused there shows on them."""
        domain = [
            ("server_id", "in", self.ids),
            ("tidied", "=", False),
            ("head_only", "=", False),
            "|",
            ("state", "in", ENDED_WELL),
            ("server_id.keep_quarantined", "=", False),
        ]
        waiting = self.env["mail.gateway.incoming"].search_fetch(domain, ["server_id"])
        waiting.server_id._fetch_mail()

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
