# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ..core.smtp import comparison, fact

#: Tests that are kept of each server, beside its last good one.
KEPT = 50
#: And for how long: senders and recipients are people.
KEPT_DAYS = 365

#: Fields of a server -> their names in Odoo's configuration file, where they differ.
OPTIONS = {
    "smtp_host": "smtp_server",
    "smtp_pass": "smtp_password",
    "smtp_encryption": "smtp_ssl",
}


class MailGatewayDiagnosis(models.Model):
    """What a test of an outgoing server found, stage by stage."""

    _name = "mail.gateway.diagnosis"
    _description = "Test of an Outgoing Server"
    _order = "date desc, id desc"

    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Mail Server",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Tested By", readonly=True, ondelete="set null"
    )
    outcome = fields.Selection(
        [("ok", "Works"), ("warning", "Works, with Warnings"), ("failed", "Failed")],
        required=True,
        readonly=True,
    )
    connects = fields.Boolean(
        readonly=True, help="Port and security are right, whatever else is not."
    )
    host = fields.Char(readonly=True)
    port = fields.Integer(readonly=True)
    security = fields.Selection("_securities", readonly=True)
    login = fields.Char(readonly=True, help="The user name that was tried.")
    sender = fields.Char(readonly=True)
    recipient = fields.Char(readonly=True)
    is_sent = fields.Boolean(
        "Test Message", readonly=True, help="A message was to be sent, not only asked."
    )
    transcript = fields.Text(readonly=True, help="What was said, without passwords.")
    step_ids = fields.One2many("mail.gateway.diagnosis.step", "diagnosis_id", "Stages")
    proposal_ids = fields.One2many(
        "mail.gateway.diagnosis.proposal", "diagnosis_id", "Settings That Would Work"
    )
    is_current = fields.Boolean(
        compute="_compute_is_current", help="The server still has these settings."
    )
    is_weaker = fields.Boolean(compute="_compute_is_weaker")
    can_test = fields.Boolean(compute="_compute_can_test")
    last_good_id = fields.Many2one(
        "mail.gateway.diagnosis", "Last Good Test", readonly=True, ondelete="set null"
    )
    comparison = fields.Text("Since the Last Good Test", compute="_compute_comparison")
    title = fields.Char("Result", compute="_compute_words")
    cause = fields.Text(compute="_compute_words")
    remedy = fields.Text(compute="_compute_words")
    field_label = fields.Char("Field", compute="_compute_words")

    @api.model
    def _securities(self):
        """The kinds of security, in the words of the server's form."""
        field = self.env["ir.mail_server"]._fields["smtp_encryption"]
        return field._description_selection(self.env)

    @api.depends("mail_server_id", "date")
    def _compute_display_name(self):
        for test in self:
            server = test.sudo().mail_server_id.name or ""
            test.display_name = f"{server}, {test._when()}"

    def _when(self):
        return format_datetime(self.env, self.date, dt_format="medium")

    @api.depends("step_ids.finding_code", "outcome")
    @api.depends_context("lang")
    def _compute_words(self):
        for test in self:
            failed = test.step_ids.filtered(lambda step: step.status == "error")[:1]
            test.title = failed.title or test._good_title()
            test.cause, test.remedy = failed.cause, failed.remedy
            test.field_label = test._label_at_fault(failed)

    def _good_title(self):
        name = self.sudo().mail_server_id.name
        if self.is_sent:
            return self.env._("The outgoing server “%s” has taken the message", name)
        return self.env._("The outgoing server “%s” works", name)

    def _label_at_fault(self, step):
        """What the form of the server, or the configuration file, calls the field at
        fault; False for none."""
        known = fact.FACTS.get(step.finding_code)
        if not known or not known.field:
            return False
        if self.sudo().mail_server_id.smtp_authentication == "cli":
            return OPTIONS.get(known.field, known.field)
        field = self.env["ir.mail_server"]._fields[known.field]
        return field._description_string(self.env)

    @api.depends("mail_server_id", "host", "port", "security")
    def _compute_is_current(self):
        for test in self:
            place = test.sudo().mail_server_id._place()
            test.is_current = place == (test.host, test.port, test.security)

    @api.depends("proposal_ids.is_weaker")
    def _compute_is_weaker(self):
        for test in self:
            test.is_weaker = any(test.proposal_ids.mapped("is_weaker"))

    @api.depends("mail_server_id")
    @api.depends_context("uid")
    def _compute_can_test(self):
        for test in self:
            owner = test.sudo().mail_server_id.owner_user_id
            writes = test.mail_server_id.has_access("write")
            test.can_test = owner == self.env.user if owner else writes

    @api.depends("last_good_id", "step_ids")
    @api.depends_context("lang", "tz")
    def _compute_comparison(self):
        for test in self:
            test.comparison = test._compared() if test.last_good_id else False

    def _compared(self):
        """In a line: what is otherwise than in the last good test."""
        good = self.last_good_id
        names = self.step_ids._stages()
        stages = comparison.changed(good.step_ids._results(), self.step_ids._results())
        changes = [names[stage] for stage in stages]
        place, before = self._place_text(), good._place_text()
        if place != before:
            changes.insert(0, self.env._("Settings (%s before)", before))
        if not changes:
            return self.env._("All as in the last good test, %s.", good._when())
        return self.env._(
            "Changed since the last good test, %(date)s: %(changes)s.",
            date=good._when(),
            changes=", ".join(changes),
        )

    def _place_text(self):
        security = dict(self._securities()).get(self.security)
        return f"{self.host}:{self.port}, {security}"

    # --- making

    @api.model
    def _of(self, server, question, tested):
        """Keep what a test found.

        :param tested: ``core.smtp.probe.Trial``, the answer to ``question``
        """
        values = self._found(server, question, tested)
        if tested.works:
            server._queue_release()
        server.sudo()._take_trial(question.relay, tested)
        return self.sudo().create(values).with_env(self.env)

    @api.model
    def _found(self, server, question, tested):
        Step, Offer = self.step_ids, self.proposal_ids
        return {
            **self._about(server),
            **self._tested(question.relay, question.envelope),
            "is_sent": question.is_sent,
            "outcome": self._outcome(tested),
            "connects": tested.connects,
            "transcript": tested.transcript,
            "step_ids": [(0, 0, Step._values(step)) for step in tested.steps],
            "proposal_ids": [(0, 0, Offer._values(one)) for one in tested.proposals],
        }

    @api.model
    def _about(self, server):
        domain = [("mail_server_id", "=", server.id), ("outcome", "!=", "failed")]
        return {
            "mail_server_id": server.id,
            "company_id": server.sudo()._company().id,
            "last_good_id": self.sudo().search(domain, limit=1).id,
            "date": fields.Datetime.now(),
            "user_id": self.env.uid,
        }

    @api.model
    def _tested(self, relay, envelope):
        return {
            "host": relay.host,
            "port": relay.port,
            "security": relay.security,
            "login": relay.credentials.user,
            "sender": envelope.sender,
            "recipient": envelope.recipient,
        }

    @api.model
    def _outcome(self, tested):
        if not tested.works:
            return "failed"
        warned = any(step.finding.severity == "warning" for step in tested.steps)
        return "warning" if warned else "ok"

    # --- showing

    def _show(self):
        self.ensure_one()
        name = self.env._("Test of “%s”", self.sudo().mail_server_id.name)
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_again(self):
        self.ensure_one()
        return self.mail_server_id.action_diagnose()

    def action_history(self):
        return self.mail_server_id.action_open_diagnoses()

    def action_send_message(self):
        """Ask to whom a test message is to be sent."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send a Test Message"),
            "res_model": "mail.gateway.test.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_mail_server_id": self.mail_server_id.id},
        }

    # --- keeping

    @api.autovacuum
    def _gc_history(self):
        """Keep the newest of each server, and the good one that it is compared with."""
        self.flush_model()
        oldest = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.env.cr.execute(
            SQL(
                """
                SELECT id
                  FROM (SELECT id, date, outcome,
                               row_number() OVER kind AS good_rank,
                               row_number() OVER server AS rank
                          FROM mail_gateway_diagnosis
                        WINDOW server AS (PARTITION BY mail_server_id
                                          ORDER BY date DESC, id DESC),
                               kind AS (PARTITION BY mail_server_id, outcome = 'failed'
                                        ORDER BY date DESC, id DESC)) AS test
                 WHERE date < %(oldest)s
                    OR rank > %(kept)s AND (outcome = 'failed' OR good_rank > 1)
                """,
                oldest=oldest,
                kept=KEPT,
            )
        )
        self.browse([number for (number,) in self.env.cr.fetchall()]).unlink()
