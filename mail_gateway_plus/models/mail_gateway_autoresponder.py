# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models

from ..core.routing import autoresponse

#: Who writes too much, or to whom something is refused, is told so once within so many
#: hours.
RATE_HOURS, REFUSAL_HOURS = 24, 1
#: How long it is remembered who was answered, beyond the longest period.
_KEPT = timedelta(days=7)


class MailGatewayAutoresponder(models.Model):
    """What the writers of new messages are told at once."""

    _name = "mail.gateway.autoresponder"
    _description = "Autoresponder"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    identity_id = fields.Many2one(
        "mail.gateway.identity",
        "Sender Identity",
        ondelete="set null",
        help="The name and address that it writes under; without one, the identity of"
        " the department.",
    )
    subject = fields.Char(
        translate=True, help="Without one, “Re:” and the subject of the message."
    )
    body = fields.Html(required=True, translate=True)
    replies_too = fields.Boolean(
        "Answer Replies as Well",
        help="Otherwise only messages that answer nothing that Odoo knows, such as a"
        " first inquiry.",
    )
    period_hours = fields.Integer(
        "Silent For (hours)",
        default=24,
        help="Nobody is answered a second time within so many hours.",
    )
    hour_limit = fields.Integer(
        "Answers an Hour",
        default=60,
        help="When many write at once, no more answers than this leave within an hour.",
    )
    department_ids = fields.One2many(
        "hr.department", "mail_gateway_autoresponder_id", readonly=True
    )
    alias_ids = fields.One2many(
        "mail.alias", "mail_gateway_autoresponder_id", readonly=True
    )

    _period_positive = models.Constraint(
        "CHECK(period_hours >= 1 AND hour_limit >= 1)",
        "Write at least one hour, and one answer an hour.",
    )

    def _policy(self):
        return autoresponse.Policy(
            self.period_hours * autoresponse.HOUR_S, self.hour_limit
        )


class MailGatewayAnswered(models.Model):
    """Whom programs of this gateway have answered, so that they do it once."""

    _name = "mail.gateway.answered"
    _description = "Automatic Answer"
    _log_access = False

    kind = fields.Char(required=True)
    email = fields.Char(required=True)
    answered_on = fields.Datetime(required=True)

    _once = models.UniqueIndex("(kind, email)")
    _recent_index = models.Index("(kind, answered_on)")

    @api.model
    def _last_s(self, kind, email):
        """Seconds since the last answer of a kind; None for never."""
        found = self.search([("kind", "=", kind), ("email", "=", email)], limit=1)
        passed = found and fields.Datetime.now() - found.answered_on
        return passed.total_seconds() if found else None

    @api.model
    def _within_hour(self, kind):
        since = fields.Datetime.now() - timedelta(hours=1)
        return self.search_count([("kind", "=", kind), ("answered_on", ">", since)])

    @api.model
    def _note(self, kind, email):
        """Two workers that answer the same sender at once get in each other's way: one
        of them tries again, and then knows better."""
        self.env.cr.execute(
            """
            INSERT INTO mail_gateway_answered (kind, email, answered_on)
            VALUES (%s, %s, %s)
            ON CONFLICT (kind, email) DO UPDATE SET answered_on = EXCLUDED.answered_on
            """,
            [kind, email, fields.Datetime.now()],
        )
        self.invalidate_model()

    @api.model
    def _first_within(self, kind, email, hours):
        """Whether nobody has answered within so many hours, which is noted."""
        last = self._last_s(kind, email)
        if last is not None and last < hours * autoresponse.HOUR_S:
            return False
        self._note(kind, email)
        return True

    @api.model
    def _forget(self):
        longest = self.env["mail.gateway.autoresponder"].with_context(active_test=False)
        hours = max(longest.search([]).mapped("period_hours"), default=0)
        before = fields.Datetime.now() - timedelta(hours=hours) - _KEPT
        self.search([("answered_on", "<", before)]).unlink()
