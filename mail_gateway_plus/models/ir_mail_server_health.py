# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import random
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models

from ..core import health
from .diagnosis_question import Question
from .ir_mail_server_before_save import TESTED
from .ir_mail_server_configured import CONFIGURED

_logger = logging.getLogger(__name__)

CRON = "mail_gateway_plus.ir_cron_server_health"
#: As many are asked in one go; each takes 45 s at the most.
AT_ONCE = 5
#: Hours until the next look, sooner while it is broken, give or take a part of them:
#: the looks spread over the day.
HOURS, HOURS_BROKEN, SPREAD = 24.0, 2.0, 0.1
#: After a fault that may pass: one look tells nothing.
AGAIN_H = 0.25


class IrMailServer(models.Model):
    """Whether an outgoing server still does what it should, day by day."""

    _inherit = "ir.mail_server"

    finding_ids = fields.One2many(
        "mail.gateway.finding",
        "res_id",
        "Findings",
        domain=[("res_model", "=", "ir.mail_server"), ("closed_on", "=", False)],
        readonly=True,
        groups="mail_gateway_plus.group_operator",
    )
    health_checked_on = fields.Datetime("Looked at", readonly=True, copy=False)
    health_next_check = fields.Datetime(readonly=True, copy=False)
    # Looks in a row that failed with what may pass.
    health_failures = fields.Integer(readonly=True, copy=False)

    def write(self, vals):
        result = super().write(vals)
        if not TESTED.isdisjoint(vals):
            self._forget_health()
        return result

    def _forget_health(self):
        """What was found was true of other settings: look again soon. Nothing is kept
        of a server that has become somebody's own."""
        self.filtered("health_next_check").sudo().health_next_check = False
        self.env["mail.gateway.finding"]._forget(self.filtered("owner_user_id"))

    def unlink(self):
        self.env["mail.gateway.finding"]._forget(self)
        return super().unlink()

    # --- from time to time

    @api.model
    def _cron_look(self):
        """Test those that are due."""
        now = fields.Datetime.now()
        due = [
            "|",
            ("health_next_check", "=", False),
            ("health_next_check", "<=", now),
        ]
        due += self._domain_looked_after()
        there = self.with_context(active_test=False)
        servers = there.search(due, limit=AT_ONCE + 1, order="health_next_check, id")
        for server in servers[:AT_ONCE]:
            server._look()
        if len(servers) > AT_ONCE:
            self.env.ref(CRON)._trigger()

    @api.model
    def _domain_looked_after(self):
        """Personal servers are their owners' business; that of the configuration file
        is archived on purpose."""
        configured = self.env.ref(CONFIGURED, raise_if_not_found=False)
        ids = configured.ids if configured else []
        used = ["|", ("active", "=", True), ("id", "in", ids)]
        return [("owner_user_id", "=", False), *used]

    def _look(self):
        """Test the server, and store what was found; commits. Nothing is sent."""
        question = Question(self)
        recipient = self._survey_recipient() or question.envelope.recipient
        question.envelope = replace(question.envelope, recipient=recipient)
        # No transaction waits for the network, and what a hook has written stays.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        tested = question.answer(look_around=False)
        if server := self.exists():
            server._take_trial(question.relay, tested, is_told=True)
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _take_trial(self, relay, tested, is_told=False):
        """Store what a test found; commits nothing.

        :param tested: ``core.smtp.probe.Trial``
        :param is_told: nobody sits before it, so somebody is told of what has come
        """
        if self.owner_user_id or self._place() != _place_of(relay):
            return
        found = health.server(relay.host, tested.steps, logs_in=relay.logs_in)
        failures = self.health_failures + 1 if health.may_pass(found) else 0
        if is_told and 0 < failures < health.FAILURES and not self._is_red():
            self._put_off_look(AGAIN_H, health_failures=failures)
            return
        opened, _closed = self.env["mail.gateway.finding"]._renew(
            self, found, health.SERVER_CODES | {health.CERTIFICATE}
        )
        if is_told:
            opened._tell()
        now = fields.Datetime.now()
        hours = HOURS_BROKEN if self._is_red() else HOURS
        self._put_off_look(hours, health_checked_on=now, health_failures=failures)

    def _is_red(self):
        self.invalidate_recordset(["finding_ids"])
        return "error" in self.sudo().finding_ids.mapped("severity")

    def _put_off_look(self, hours, **values):
        hours *= random.uniform(1 - SPREAD, 1 + SPREAD)
        again = fields.Datetime.now() + timedelta(hours=hours)
        self.write({**values, "health_next_check": again})


def _place_of(relay):
    return relay.host, relay.port, relay.security
