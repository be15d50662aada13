# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import time
from datetime import timedelta

from odoo import api, fields, models

from ..core.message import facts, header
from ..core.routing import verdict
from . import processing

#: As much of a message's head as the form shows, in characters.
HEAD_SHOWN = 20_000


class MailGatewayIncoming(models.Model):
    """The ledger: every message that was fetched, and what became of it.

    A row is committed before its server hears that we have the message, and its
    outcome is committed together with the records that the message made.
    """

    _name = "mail.gateway.incoming"
    _description = "Incoming Message"
    # A thread, for operators leave notes and activities on what is in quarantine.
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _rec_name = "subject"
    _order = "id desc"

    server_id = fields.Many2one(
        "fetchmail.server", "Mailbox", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    folder = fields.Char(required=True, readonly=True, default="")
    uidvalidity = fields.Char("UIDVALIDITY", required=True, readonly=True, default="")
    uid = fields.Char("UID", required=True, readonly=True, default="")
    acknowledged = fields.Boolean(
        readonly=True, help="The server was told that the message is stored here."
    )

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
    reason_code = fields.Char(readonly=True, default="received", index=True)
    trace = fields.Json(readonly=True)
    attempts = fields.Integer(readonly=True, required=True, default=0)
    next_attempt = fields.Datetime(readonly=True)
    duplicate_of_id = fields.Many2one(
        "mail.gateway.incoming", "First Delivery", readonly=True, ondelete="set null"
    )
    outcome_ids = fields.One2many(
        "mail.gateway.outcome", "incoming_id", "Records", readonly=True
    )

    reason = fields.Char(compute="_compute_reason")
    reason_cause = fields.Char(compute="_compute_reason")
    reason_remedy = fields.Char(compute="_compute_reason")
    steps = fields.Text("What Happened", compute="_compute_steps")
    head = fields.Text("Headers", compute="_compute_head")
    raw = fields.Binary("Raw Message", compute="_compute_raw")

    # POP3 has neither folders nor UIDVALIDITY; '' and not NULL, which is never equal.
    _place_unique = models.Constraint(
        "UNIQUE(server_id, folder, uidvalidity, uid)",
        "This message of the mailbox is in the ledger already.",
    )
    _waiting_index = models.Index("(id) WHERE state = 'received'")
    _unacknowledged_index = models.Index("(server_id) WHERE NOT acknowledged")

    @api.depends("reason_code", "trace")
    def _compute_reason(self):
        Advice = self.env["mail.gateway.advice"]
        for row in self:
            params = row._params_of(row.reason_code)
            advice = Advice._of(row.reason_code)
            texts = advice._filled(params) if advice else (row.reason_code, "", "")
            row.reason, row.reason_cause, row.reason_remedy = texts

    @api.depends("trace")
    def _compute_steps(self):
        Advice = self.env["mail.gateway.advice"]
        for row in self:
            advices = [(Advice._of(s["step"]), s["params"]) for s in row._steps()]
            titles = [advice._filled(params)[0] for advice, params in advices if advice]
            row.steps = "\n".join(f"{n}. {t}" for n, t in enumerate(titles, start=1))

    def _compute_head(self):
        Chunk = self.env["mail.gateway.chunk"].sudo()
        for row in self:
            head, _body = header.split(Chunk._load(row.id, limit=1))
            row.head = header.fit(head[:HEAD_SHOWN].decode("utf-8", "replace"))

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

    # ------------------------------------------------------------------ the way in

    @api.model
    def _receive(self, server, folder, uidvalidity, arrivals):
        """Store messages and have them processed; the caller commits.

        :param arrivals: (UID, raw bytes) of each
        :return: the new rows, in state ``received``
        """
        stated = [(uid, raw, facts.read(raw)) for uid, raw in arrivals]
        place = {
            "server_id": server.id,
            "company_id": server.company_id.id,
            "folder": folder,
            "uidvalidity": uidvalidity,
        }
        # No creation note, no followers, no tracking: these are many rows.
        rows = self.with_context(tracking_disable=True, mail_create_nosubscribe=True).create(
            [self._values(known) | place | {"uid": uid} for uid, _raw, known in stated]
        )
        for row, (_uid, raw, _known) in zip(rows, stated, strict=True):
            self.env["mail.gateway.chunk"]._store(row.id, raw)
        self._processing_cron()._trigger()
        return rows

    @api.model
    def _values(self, known):
        return {
            "message_id": known.message_id,
            "digest": known.digest,
            "fingerprint": known.fingerprint,
            "email_from": known.email_from,
            "recipients": known.recipients,
            "subject": known.subject,
            "date": known.date,
            "size": known.size,
        }

    @api.model
    def _processing_cron(self):
        return self.env.ref("mail_gateway_plus.ir_cron_process").sudo()

    @api.model
    def _process_received(self, servers=None, seconds=None):
        """Process what waits, oldest first, each message in a transaction of its own.
        Safe to call from several workers at once.

        :param servers: only messages of these mailboxes
        :param seconds: stop taking messages after this time
        :return: how many were taken
        """
        stop = time.monotonic() + seconds if seconds else float("inf")
        taken = 0
        # This cursor holds the lock of the message in work and nothing else, so no
        # commit on the way can release it.
        with self.env.registry.cursor() as lock_cr:
            while time.monotonic() < stop:
                incoming_id = processing.lock_next(lock_cr, servers)
                if not incoming_id:
                    break
                processing.process(self.env.registry, incoming_id)
                lock_cr.rollback()
                taken += 1
                left = self.env["ir.cron"]._commit_progress(1)
                stop = min(stop, time.monotonic() + left)
        return taken

    @api.model
    def _cron_process(self):
        waiting = self.search_count(self._domain_due())
        self.env["ir.cron"]._commit_progress(remaining=waiting)
        self._process_received()

    @api.model
    def _domain_due(self):
        now = fields.Datetime.now()
        return [
            ("state", "=", "received"),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", now),
        ]

    def _first_delivery(self):
        """The row of an earlier delivery of the same mail."""
        self.ensure_one()
        domain = [("fingerprint", "=", self.fingerprint), ("id", "<", self.id)]
        return self.search(domain, order="id", limit=1)

    def _reuses_message_id(self):
        """Whether another mail of the ledger became a record under this Message-ID.
        Stock would drop this one as a copy of that."""
        self.ensure_one()
        domain = [
            ("message_id", "=", self.message_id),
            ("fingerprint", "!=", self.fingerprint),
            ("state", "=", "routed"),
        ]
        return bool(self.message_id and self.search_count(domain, limit=1))

    def _conclude(self, observation):
        """Write the outcome; it commits together with what the message made."""
        self.ensure_one()
        decided = verdict.decide(observation)
        self.write(
            {
                "state": decided.state,
                "reason_code": decided.reason_code,
                "trace": observation.trace(),
                "next_attempt": False,
                "outcome_ids": [
                    fields.Command.create(
                        {
                            "res_model": reached.res_model,
                            "res_id": reached.res_id,
                            "alias_id": reached.alias_id or False,
                        }
                    )
                    for reached in observation.reached
                ],
            }
        )
        self.env["mail.alias"].browse(observation.broken_aliases).exists().write(
            {"alias_status": "invalid"}
        )
        if decided.state == "quarantined":
            self._tell()

    def _put_off(self, delay_s):
        """Try again later."""
        self.ensure_one()
        at = fields.Datetime.now() + timedelta(seconds=delay_s)
        self.next_attempt = at
        self._processing_cron()._trigger(at=at)

    def _tell(self):
        """One activity while a mailbox has something in quarantine, not one a
        message."""
        told = self.search_count(
            [
                ("server_id", "=", self.server_id.id),
                ("state", "=", "quarantined"),
                ("activity_ids", "!=", False),
            ],
            limit=1,
        )
        user = self.server_id.responsible_id or self.env.ref(
            "base.user_admin", raise_if_not_found=False
        )
        if told or not user:
            return
        # Without "quick update" Odoo mails the assignee, within this transaction.
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("E-mail in quarantine"),
            note=self.env._(
                "A message to %(mailbox)s could not be routed: %(reason)s Further ones"
                " show in Incoming Messages under the filter Quarantined.",
                mailbox=self.server_id.name or self.env._("a former mailbox"),
                reason=self.reason,
            ),
            user_id=user.id,
        )

    # -------------------------------------------------------------------- treatment

    def action_download(self):
        """The message as a file that mail programs open."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/mail_gateway_plus/incoming/{self.id}.eml",
            "target": "download",
        }

    def action_reprocess(self):
        """Route again, under today's aliases and settings."""
        self.check_access("write")
        again = self.sudo().filtered(lambda row: row.state in verdict.KEPT)
        again.activity_unlink(["mail.mail_activity_data_warning"])
        again.write({"state": "received", "reason_code": "received", "attempts": 0})
        self._processing_cron()._trigger()
        return True
