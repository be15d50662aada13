# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.delivery import permission
from ..net import smtp_surveys
from ..net.smtp_surveys import AT_ONCE
from .sender_survey import Survey
from .server_locks import RELAYS, ServerLocks

#: Every so many days evidence is refreshed; 0: never.
DAYS_SETTING = "mail_gateway_plus.permission_days"
DAYS = 7
#: Seconds for one server, where a person waits and where nobody does.
PATIENCE_S, CRON_S = 35.0, 60.0
CRON = "mail_gateway_plus.ir_cron_permissions"


class IrMailServer(models.Model):
    """Check Permissions: as whom a server lets mail leave."""

    _inherit = "ir.mail_server"

    # Whoever may read a server need not see this: those who write mailings may.
    permission_ids = fields.One2many(
        "mail.gateway.permission",
        "mail_server_id",
        "Permissions",
        groups="mail_gateway_plus.group_operator",
    )
    permission_count = fields.Integer(
        compute="_compute_permission_counts",
        groups="mail_gateway_plus.group_operator",
    )
    refused_count = fields.Integer(
        compute="_compute_permission_counts",
        groups="mail_gateway_plus.group_operator",
    )

    @api.depends("permission_ids.state")
    def _compute_permission_counts(self):
        counted = self.env["mail.gateway.permission"]._read_group(
            [("mail_server_id", "in", self.ids)],
            ["mail_server_id", "state"],
            ["__count"],
        )
        counts = {(server.id, state): count for server, state, count in counted}
        states = permission.KNOWN + ("unknown",)
        for server in self:
            server.refused_count = counts.get((server.id, "refused"), 0)
            server.permission_count = sum(
                counts.get((server.id, state), 0) for state in states
            )

    def action_check_permissions(self):
        """Ask the servers for all addresses that Odoo would send as. Nothing is
        sent."""
        return self._check_permissions()

    def action_open_permissions(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_gateway_plus.mail_gateway_permission_action"
        )
        domain = [("mail_server_id", "in", self.ids)]
        context = {"search_default_by_server": 1} if len(self) > 1 else {}
        return {**action, "domain": domain, "context": context}

    def _check_permissions(self, emails=None):
        """:param emails: only these of the addresses"""
        for server in self:
            server._check_survey()
        with ServerLocks(self.env.registry, RELAYS) as locks:
            self._check_idle(locks)
            surveys = [server._prepared(PATIENCE_S, emails) for server in self]
            self._survey(surveys)
        if any(survey.left for survey in surveys):
            self.env.ref(CRON).sudo()._trigger()
        return self._survey_told(surveys)

    def _check_survey(self):
        self._check_may_test()
        if not self._survey_recipient():
            raise UserError(
                self.env._(
                    "“%s”: a server is asked about senders with a recipient of ours,"
                    " and none is known. Fill in the address of your company, or make"
                    " an alias domain.",
                    self.name,
                )
            )

    def _check_idle(self, locks):
        """Two at once would ask twice as fast as the limits allow."""
        for server in self:
            if not locks.take(server.id):
                raise UserError(
                    self.env._(
                        "“%s” is being asked just now. Its answers are here in a"
                        " minute.",
                        server.name,
                    )
                )

    def _prepared(self, *args, **kwargs):
        """A survey of the server. What its login hook has written stays, and the
        transaction does not wait for the network, nor for the next server's hook."""
        survey = Survey(self, *args, **kwargs)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        return survey

    def _survey(self, surveys):
        """Ask, and store what came, for whoever asks next to see it."""
        questions = [survey.question for survey in surveys if survey.question]
        answers = iter(smtp_surveys.ask_all(questions))
        for survey in surveys:
            survey.take(next(answers) if survey.question else None)
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _survey_told(self, surveys):
        """A notification with the outcome, and the list behind it."""
        states = [one["state"] for survey in surveys for one in survey.found.values()]
        outdated = [survey.server for survey in surveys if survey.is_outdated]
        is_well = not outdated and set(states) == {"allowed"}
        lines = [self._survey_counts(states), *self._survey_rest(surveys)]
        lines += [
            self.env._(
                "“%s” was changed while it was asked, so its answers do not count:"
                " check again.",
                server.name,
            )
            for server in outdated
        ]
        nothing = self.env._("There is no address that Odoo would send as from there.")
        params = {
            "type": "success" if is_well else "warning",
            "message": " ".join(filter(None, lines)) or nothing,
            "next": self.action_open_permissions(),
        }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": params,
        }

    def _survey_counts(self, states):
        """In words; "" where nothing was asked."""
        return states and self.env._(
            "%(allowed)s allowed, %(refused)s refused, %(unknown)s unknown.",
            **{state: states.count(state) for state in ("allowed", "refused")},
            unknown=states.count("unknown"),
        )

    def _survey_rest(self, surveys):
        """What is to be said of those that were not asked."""
        left = sum(survey.left for survey in surveys)
        refreshed = [one for one in surveys if one.server._is_refreshed()]
        if soon := sum(survey.left for survey in refreshed):
            yield self.env._(
                "%s more are asked in the background, within the limits of the server.",
                soon,
            )
        if left > soon:
            yield self.env._(
                "%s more are asked when you press Check Permissions again: at once they"
                " would be too many for the server.",
                left - soon,
            )
        if over := sum(survey.over for survey in surveys):
            yield self.env._(
                "%(over)s addresses are left out: the matrix has room for %(most)s"
                " for each server.",
                over=over,
                most=permission.MOST,
            )

    # --- from time to time

    @api.model
    def _permission_interval(self):
        """None where evidence is never refreshed."""
        stored = self.env["ir.config_parameter"].sudo().get_param(DAYS_SETTING) or ""
        days = int(stored) if stored.strip().isdecimal() else DAYS
        return timedelta(days=days) if days else None

    @api.model
    def _cron_check_permissions(self):
        """Refresh old evidence and go on with what was begun; personal servers are
        their owners' business."""
        interval = self._permission_interval()
        if not interval:
            return
        servers = self._to_refresh()
        with ServerLocks(self.env.registry, RELAYS) as locks:
            idle = servers.filtered(lambda server: locks.take(server.id))
            surveys = [
                server._prepared(CRON_S, due_s=interval.total_seconds())
                for server in idle
            ]
            surveys = [survey for survey in surveys if survey.portion.count]
            at_once, later = surveys[:AT_ONCE], surveys[AT_ONCE:]
            self._survey(at_once)
        if later or any(survey.left and survey.is_answered for survey in at_once):
            soon = fields.Datetime.now() + timedelta(minutes=1)
            self.env.ref(CRON)._trigger(at=soon)

    def _is_refreshed(self):
        """Whether it is asked again without anybody doing something."""
        server = self.sudo().exists()
        is_common = server.active and not server.owner_user_id
        return bool(is_common and self._permission_interval())

    @api.model
    def _to_refresh(self):
        """The servers that were asked before, in any order: those that never answer
        must not always come first."""
        servers = self.search([("owner_user_id", "=", False)])
        servers = servers.filtered(
            lambda s: s.permission_ids and s._place()[0] and s._survey_recipient()
        )
        return self.browse(random.sample(servers.ids, len(servers)))
