# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ..core.message import head, header
from ..core.routing import chain
from . import locks

#: As much of a message's head as the form shows, in characters.
HEAD_SHOWN = 20_000


class MailGatewayIncoming(models.Model):
    """The ledger: every message that was fetched, and what became of it.

    A row is committed before its server hears that we have the message, and its
    outcome is committed together with the records that the message made. How it gets
    from the one to the other stands in ``mail_gateway_incoming_processing``.
    """

    _name = "mail.gateway.incoming"
    _description = "Incoming Message"
    # A thread, for operators leave notes and activities on what is in quarantine.
    _inherit = ["mail.thread", "mail.activity.mixin"]
    # The rows are evidence, so nobody writes them but the gateway itself.
    _mail_post_access = "read"
    _rec_name = "subject"
    _order = "id desc"

    server_id = fields.Many2one(
        "fetchmail.server", "Mailbox", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        index="btree_not_null",
        help="That of the mailbox, or another that a rule chose.",
    )
    identity_id = fields.Many2one(
        "mail.gateway.identity",
        "Sender Identity",
        readonly=True,
        ondelete="set null",
        help="The name and address that a rule chose for answers.",
    )
    decided_by = fields.Selection(
        selection="_selection_decided_by",
        readonly=True,
        index="btree_not_null",
        help="The stage of the chain that had the last word.",
    )
    rule_id = fields.Many2one(
        "mail.gateway.rule",
        "Routing Rule",
        readonly=True,
        ondelete="set null",
        help="The rule that decided, where one did.",
    )
    account = fields.Char(
        required=True,
        readonly=True,
        default="",
        help="The login that the mailbox had when the message was fetched.",
    )
    folder = fields.Char(required=True, readonly=True, default="")
    uidvalidity = fields.Char("UIDVALIDITY", required=True, readonly=True, default="")
    uid = fields.Char("UID", required=True, readonly=True, default="")

    message_id = fields.Char("Message-ID", readonly=True, index="btree_not_null")
    digest = fields.Char(
        readonly=True, help="SHA-256 of the raw bytes, to prove them unchanged."
    )
    fingerprint = fields.Char(
        readonly=True,
        index=True,
        help="SHA-256 of what two deliveries of the same mail have in common.",
    )
    email_from = fields.Char("From", readonly=True)
    recipients = fields.Char("To", readonly=True)
    subject = fields.Char(readonly=True)
    date = fields.Datetime("Sent on", readonly=True)
    size = fields.Integer("Size (bytes)", readonly=True)

    state = fields.Selection(
        [
            ("received", "Received"),
            ("routed", "Routed"),
            ("bounce", "Bounce"),
            ("ignored", "Ignored"),
            ("rejected", "Rejected"),
            ("duplicate", "Duplicate"),
            ("quarantined", "Quarantined"),
        ],
        required=True,
        readonly=True,
        index=True,
        default="received",
    )
    state_since = fields.Datetime(
        readonly=True,
        default=lambda self: self.env.cr.now(),
        help="Since when it is in this state; its retention counts from then.",
    )
    reason_code = fields.Char(readonly=True, default="received", index=True)
    advice_id = fields.Many2one(
        "mail.gateway.advice",
        "Kind of Reason",
        compute="_compute_advice_id",
        store=True,
        precompute=True,
        help="What the messages of one reason have in common, for grouping.",
    )
    trace = fields.Json(readonly=True)
    attempts = fields.Integer(readonly=True, required=True, default=0)
    next_attempt = fields.Datetime(readonly=True)
    duplicate_of_id = fields.Many2one(
        "mail.gateway.incoming",
        "First Delivery",
        readonly=True,
        ondelete="set null",
        # Deleting the first looks for all others.
        index="btree_not_null",
    )
    outcome_ids = fields.One2many(
        "mail.gateway.outcome", "incoming_id", "Records", readonly=True
    )

    reason = fields.Char(compute="_compute_reason")
    reason_cause = fields.Char(compute="_compute_reason")
    reason_remedy = fields.Char(compute="_compute_reason")
    steps = fields.Text("What Happened", compute="_compute_steps")
    trace_table = fields.Html(
        "Who Was Asked", compute="_compute_trace_table", sanitize=False
    )
    head = fields.Text("Headers", compute="_compute_head")
    raw = fields.Binary("Raw Message", compute="_compute_raw")
    raw_purged = fields.Boolean(
        "Headers Only",
        readonly=True,
        help="The content was removed when its time was over; the headers remain.",
    )

    # POP3 has neither folders nor UIDVALIDITY; '' and not NULL, which is never equal.
    _place_unique = models.Constraint(
        "UNIQUE(server_id, account, folder, uidvalidity, uid)",
        "This message of the mailbox is in the ledger already.",
    )
    # For what a rule has done within the last hour, and for a rule that is deleted.
    _rule_index = models.Index("(rule_id, state_since) WHERE rule_id IS NOT NULL")
    _waiting_index = models.Index("(id) WHERE state = 'received'")

    @api.model
    @tools.ormcache("self.env.lang")
    def _selection_decided_by(self):
        """Asked for whenever a row is written, and the same until an upgrade."""
        Advice = self.env["mail.gateway.advice"]
        titles = {code: Advice._of(f"chain_{code}").title for code in chain.CODES}
        # The stages ask; what one of them decided is no question any more.
        asks = "?\uff1f\u061f \xa0"
        titles = {code: (said or "").rstrip(asks) for code, said in titles.items()}
        return [(code, title or code) for code, title in titles.items()]

    @api.depends("reason_code")
    def _compute_advice_id(self):
        for row in self:
            row.advice_id = self.env["mail.gateway.advice"]._of(row.reason_code)

    @api.depends("server_id")
    def _compute_department_id(self):
        for row in self:
            row.department_id = row.server_id.department_id

    @api.depends("advice_id", "trace")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            params = row._params_of(row.reason_code)
            advice = row.advice_id
            texts = advice._filled(params) if advice else (row.reason_code, "", "")
            row.reason, row.reason_cause, row.reason_remedy = texts

    @api.depends("trace")
    @api.depends_context("lang")
    def _compute_steps(self):
        Advice = self.env["mail.gateway.advice"]
        for row in self:
            advices = [(Advice._of(s["step"]), s["params"]) for s in row._steps()]
            told = [advice._filled(params)[:2] for advice, params in advices if advice]
            texts = [". ".join(filter(None, title_cause)) for title_cause in told]
            row.steps = "\n".join(f"{n}. {t}" for n, t in enumerate(texts, start=1))

    @api.depends("trace")
    @api.depends_context("lang")
    def _compute_trace_table(self):
        Trace = self.env["mail.gateway.trace"]
        for row in self:
            row.trace_table = Trace._html(row.trace) if row.trace else False

    def _compute_head(self):
        Chunk = self.env["mail.gateway.chunk"].sudo()
        for row in self:
            section = head.unmended(Chunk._load(row.id, limit=1))[:HEAD_SHOWN]
            row.head = header.fit(section.decode("utf-8", "replace"))

    def _compute_raw(self):
        for row in self:
            row.raw = base64.b64encode(row._raw())

    def _steps(self):
        return (self.trace or {}).get("steps", [])

    def _params_of(self, code):
        found = (step["params"] for step in self._steps() if step["step"] == code)
        return next(found, {})

    def _raw(self):
        """The message byte for byte, as the server handed it out."""
        self.ensure_one()
        self.check_access("read")
        return self.env["mail.gateway.chunk"].sudo()._load(self.id)

    def action_download(self):
        """The message as a file that mail programs open."""
        self.ensure_one()
        self._check_raw()
        return {
            "type": "ir.actions.act_url",
            "url": f"/mail_gateway_plus/incoming/{self.id}.eml",
            "target": "download",
        }

    def unlink(self):
        """What is deleted here may still be in the mailbox, and would come again."""
        self.check_access("unlink")
        rows = self.sudo()
        rows._check_idle()
        for folder in rows.server_id.folder_ids:
            folder._forget(rows.filtered(folder._is_origin_of).mapped("uid"))
        return super().unlink()

    def _check_idle(self):
        """A worker holds the message and then writes its row. Whoever deletes does it
        the other way round, and each would wait for the other for ever."""
        busy = self.browse(locks.lock_idle(self.env.cr, self.ids))
        if busy:
            raise UserError(
                self.env._(
                    "“%s” is being processed at this moment. Delete it once it is"
                    " known what becomes of it.",
                    busy[0].subject or "",
                )
            )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """The ledger is a thread for its operators' notes only."""
        raise UserError(
            self.env._("Mail cannot be routed to the list of incoming messages.")
        )
