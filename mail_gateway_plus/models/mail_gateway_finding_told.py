# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

from ..core import health
from .fetchmail_server_fetch import WARNING

#: What has been over for so many days is forgotten.
KEPT_DAYS = 365


class MailGatewayFinding(models.Model):
    """Somebody gets an activity for what has come: one a change, not one a finding."""

    _inherit = "mail.gateway.finding"

    # Of no document: who is responsible need not see all that there is.
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    # Whoever looks at a screen may find it before the scheduled action does.
    is_told = fields.Boolean(readonly=True)

    def _tell(self):
        """One activity for each person, of all that has come."""
        told = self.filtered(lambda found: found.severity in health.LIGHT_OF)
        for user, several in told.grouped(lambda found: found._told_to()).items():
            if user:
                several._tell_user(user)

    def _told_to(self):
        """Who is responsible."""
        record = self.env[self.res_model].browse(self.res_id)
        if "responsible_id" in record._fields:
            return record._responsible()
        return self.env.ref("base.user_admin", raise_if_not_found=False)

    def _tell_user(self, user):
        Activity = self.env["mail.activity"].sudo()
        # Without "quick update" Odoo mails the assignee.
        activity = Activity.with_context(mail_activity_quick_update=True).create(
            {
                "activity_type_id": self.env.ref(WARNING).id,
                "user_id": user.id,
                "summary": self.env._("Mail Health: %s", self._summary()),
                "note": self._note(),
            }
        )
        self.write({"activity_id": activity.id, "is_told": True})

    def _close(self):
        """Shows in the activity that told of it, whoever has found out; with the last
        of it that one goes."""
        result = super()._close()
        for activity in self.activity_id:
            told = self.search([("activity_id", "=", activity.id)])
            if all(told.mapped("closed_on")):
                activity.unlink()
            else:
                activity.note = told._note()
        return result

    def _summary(self):
        if len(self) == 1:
            return self.title
        return self.env._("%s new faults", len(self))

    def _note(self):
        """A line for each, and what to do about those that are open."""
        shown = Markup("<p>%s<br/>%s</p>")
        lines = []
        for found in self._worst_first():
            about = found._about_what()
            if found.closed_on:
                text = self.env._("No longer: %(title)s", title=about)
            else:
                text = self.env._("New: %(title)s", title=about)
            lines.append(shown % (text, "" if found.closed_on else found.remedy or ""))
        return Markup().join(lines)

    def _about_what(self):
        """“Support: mail.example refuses the login of ann”"""
        record = self.env[self.res_model].sudo().browse(self.res_id).exists()
        name = record.display_name if record else self.subject
        return ": ".join(filter(None, [name, self.title]))

    @api.autovacuum
    def _gc_closed(self):
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("closed_on", "<", before)]).unlink()
