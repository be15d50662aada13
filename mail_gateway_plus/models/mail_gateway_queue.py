# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screen Mail Queue: where each outgoing mail stands."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.smtp.fault import UNCERTAIN

#: Of mails that are deleted once they are sent, those of so many days are shown.
GONE_DAYS = 2
#: What is still to be done about a mail.
OPEN = ("outgoing", "exception")

_MAILS = """
    SELECT mail.id,
           mail.id AS mail_id,
           mail.state,
           CASE
             WHEN mail.state = 'sent' THEN 'sent'
             WHEN mail.state = 'cancel' THEN 'cancelled'
             WHEN mail.state = 'exception' AND mail.failure_code = %s THEN 'uncertain'
             WHEN mail.state = 'exception' THEN 'failed'
             WHEN hold.state = 'stopped' THEN 'stopped'
             WHEN mail.attempts > 0 THEN 'retrying'
             ELSE 'waiting'
           END AS status,
           CASE WHEN mail.is_mass THEN '0' ELSE '1' END AS priority,
           message.subject,
           coalesce(mail.sender_from, message.email_from) AS email_from,
           message.model,
           message.res_id,
           message.message_id,
           message.record_company_id AS company_id,
           coalesce(
             message.mail_server_id,
             hold.mail_server_id,
             (SELECT delivery.mail_server_id
                FROM mail_gateway_delivery delivery
               WHERE delivery.mail_id = mail.id
            ORDER BY delivery.begun_on DESC
               LIMIT 1)
           ) AS mail_server_id,
           mail.hold_id,
           greatest(mail.attempts,
             (SELECT max(delivery.attempts)
                FROM mail_gateway_delivery delivery
               WHERE delivery.mail_id = mail.id), 0) AS attempts,
           CASE
             WHEN mail.state != 'outgoing' OR hold.state = 'stopped' THEN NULL
             ELSE greatest(hold.next_attempt, mail.scheduled_date)
           END AS next_on,
           CASE WHEN mail.state = 'sent' THEN mail.write_date END AS sent_on,
           mail.create_date AS written_on,
           mail.failure_reason,
           (SELECT advice.id
              FROM mail_gateway_advice advice
             WHERE advice.code = CASE
                     WHEN mail.state = 'outgoing'
                     THEN coalesce(hold.finding_code, mail.failure_code)
                     ELSE mail.failure_code
                   END) AS advice_id
      FROM mail_mail mail
      JOIN mail_message message ON message.id = mail.mail_message_id
 LEFT JOIN mail_gateway_hold hold
        ON hold.id = mail.hold_id AND mail.state = 'outgoing'
     WHERE mail.state IN ('outgoing', 'exception', 'sent', 'cancel')
"""

#: One row of what was accepted stands for a mail that is no longer there.
_GONE = """
    SELECT delivery.mail_id AS id,
           NULL::int AS mail_id,
           'sent' AS state,
           'sent' AS status,
           CASE WHEN delivery.is_mass THEN '0' ELSE '1' END AS priority,
           message.subject,
           delivery.sender AS email_from,
           message.model,
           message.res_id,
           delivery.message_id,
           delivery.company_id,
           delivery.mail_server_id,
           NULL::int AS hold_id,
           delivery.attempts,
           NULL::timestamp AS next_on,
           delivery.ended_on AS sent_on,
           delivery.first_on AS written_on,
           NULL::text AS failure_reason,
           NULL::int AS advice_id
      FROM mail_gateway_delivery delivery
 LEFT JOIN LATERAL (
           SELECT found.subject, found.model, found.res_id
             FROM mail_message found
            WHERE found.message_id = delivery.message_id
            LIMIT 1) message ON TRUE
     WHERE delivery.state = 'accepted'
       AND delivery.begun_on > (now() AT TIME ZONE 'UTC') - %s * interval '1 day'
       AND NOT EXISTS (SELECT FROM mail_mail mail WHERE mail.id = delivery.mail_id)
       AND NOT EXISTS (
           SELECT FROM mail_gateway_delivery other
            WHERE other.mail_id = delivery.mail_id
              AND other.state = 'accepted'
              AND other.id < delivery.id)
"""


class MailGatewayQueue(models.Model):
    """A mail of the queue, without what it says: a link to a new password in it is
    nobody's but its recipient's. Its id is that of the mail, also once that is gone.
    """

    _name = "mail.gateway.queue"
    _description = "Mail Queue"
    _auto = False
    _rec_name = "subject"
    _order = "id desc"
    _depends = {
        "mail.mail": [
            *("state", "failure_code", "failure_reason", "attempts", "is_mass"),
            *("scheduled_date", "hold_id", "mail_message_id", "sender_from"),
        ],
        "mail.message": [
            *("subject", "email_from", "model", "res_id", "message_id"),
            *("record_company_id", "mail_server_id"),
        ],
        "mail.gateway.hold": ["state", "mail_server_id", "next_attempt"],
        "mail.gateway.delivery": ["mail_id", "state", "mail_server_id", "begun_on"],
    }

    mail_id = fields.Many2one(
        "mail.mail", "Email", readonly=True, groups="base.group_system"
    )
    state = fields.Selection(
        [
            ("outgoing", "In the Queue"),
            ("exception", "Not Sent"),
            ("sent", "Sent"),
            ("cancel", "Cancelled"),
        ],
        "Stage",
        readonly=True,
    )
    status = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("retrying", "Retrying"),
            ("stopped", "Stopped"),
            ("uncertain", "Uncertain"),
            ("failed", "Failed"),
            ("sent", "Sent"),
            ("cancelled", "Cancelled"),
        ],
        readonly=True,
        help="Waiting: it leaves in its turn.\n"
        "Retrying: an attempt failed for a reason that passes; it is tried again.\n"
        "Stopped: its server, or its sender there, has a fault that somebody has to"
        " mend. It leaves once a test passes.\n"
        "Uncertain: the line broke at the last moment. Nobody knows whether it arrived,"
        " so somebody has to choose.\n"
        "Failed: it was refused for good, or given up.",
    )
    priority = fields.Selection(
        [("0", "Mass Mailing"), ("1", "Personal")],
        readonly=True,
        help="Mass mailing waits until the mail of people has left.",
    )
    subject = fields.Char(readonly=True)
    email_from = fields.Char("From", readonly=True)
    recipients = fields.Char(
        "To", compute="_compute_recipients", search="_search_recipients"
    )
    model = fields.Char("Document Type", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="model", readonly=True)
    document = fields.Char(compute="_compute_document")
    message_id = fields.Char("Message-ID", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Mail Server",
        readonly=True,
        help="Empty as long as none is chosen, and for that of the configuration file.",
    )
    hold_id = fields.Many2one("mail.gateway.hold", "Waits for", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_on = fields.Datetime(
        "Next Attempt",
        readonly=True,
        help="Empty: in its turn, or, when it is stopped, once a test passes.",
    )
    sent_on = fields.Datetime("Sent", readonly=True)
    written_on = fields.Datetime("Written", readonly=True)
    failure_reason = fields.Text(readonly=True)
    advice_id = fields.Many2one("mail.gateway.advice", "Kind of Reason", readonly=True)
    reason = fields.Char(compute="_compute_reason")
    reason_cause = fields.Text(compute="_compute_reason")
    reason_remedy = fields.Text(compute="_compute_reason")
    sender_words = fields.Html(
        "Why This Sender", compute="_compute_sender_words", sanitize=False
    )
    delivery_ids = fields.One2many(
        "mail.gateway.delivery", "mail_id", "Deliveries", readonly=True
    )

    @property
    def _table_query(self):
        mails, gone = SQL(_MAILS, UNCERTAIN), SQL(_GONE, GONE_DAYS)
        return SQL("%s UNION ALL %s", mails, gone)

    @api.depends("mail_id", "delivery_ids.recipient")
    def _compute_recipients(self):
        """Of the mail; of one that is gone, of what was sent."""
        mails = self.env["mail.mail"].sudo().browse(self.ids).exists()
        written = {mail.id: mail._queue_recipients() for mail in mails}
        gone = self.filtered(lambda row: row.id not in written)
        rows = self.env["mail.gateway.delivery"].sudo()
        rows = rows.search_fetch([("mail_id", "in", gone.ids)], ["recipient"])
        reached = rows.grouped("mail_id")
        for row in self:
            told = written.get(row.id) or reached.get(row.id, rows.browse()).mapped(
                "recipient"
            )
            row.recipients = ", ".join(told)

    @api.model
    def _search_recipients(self, operator, value):
        mails = (
            self.env["mail.mail"]
            .sudo()
            ._search(
                [
                    *("|", ("email_to", operator, value)),
                    *("|", ("recipient_ids.email", operator, value)),
                    ("recipient_ids.name", operator, value),
                ]
            )
        )
        rows = self.env["mail.gateway.delivery"].sudo()
        rows = rows._search([("recipient", operator, value)])
        return ["|", ("id", "in", mails), ("id", "in", rows.subselect("mail_id"))]

    @api.depends("model", "res_id")
    def _compute_document(self):
        """Its name for who may read it."""
        for model, rows in self.grouped("model").items():
            names = self._document_names(model, set(rows.mapped("res_id")) - {0})
            for row in rows:
                row.document = names.get(row.res_id, False)

    @api.model
    def _document_names(self, model, ids):
        if not model or model not in self.env or not ids:
            return {}
        kind = self.env["ir.model"].sudo()._get(model).name
        Model = self.env[model]
        found = Model.browse(ids).exists() if Model.has_access("read") else Model
        found = found._filtered_access("read")
        names = {one.id: f"{kind}: {one.display_name}" for one in found}
        return dict.fromkeys(ids, kind) | names

    @api.depends("hold_id", "failure_reason", "state")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            hold = row.sudo().hold_id
            words = hold and (hold.title, hold.cause, hold.remedy)
            told = (row.failure_reason or "").strip() if row.state in OPEN else ""
            first, _line, rest = told.partition("\n")
            words = words or (first, rest.strip(), False)
            row.reason, row.reason_cause, row.reason_remedy = words

    @api.depends("mail_id")
    @api.depends_context("lang")
    def _compute_sender_words(self):
        for row in self:
            row.sender_words = row.sudo().mail_id.sender_words
