# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core import health
from .ir_mail_server_before_save import DEFAULT as TEST_BEFORE_SAVE
from .ir_mail_server_permission import DAYS_SETTING
from .keeping import DAYS, keep_days
from .mail_gateway_domain_subject import LISTS, LISTS_SWITCH, USUAL_LISTS
from .mail_mail_queue import PAUSED as SENDING_PAUSED
from .res_users import OWN_ADDRESSES

PAUSED = "mail_gateway_plus.fetch_paused"


class ResConfigSettings(models.TransientModel):
    """The switch of all fetching, and how long the ledger keeps what."""

    _inherit = "res.config.settings"

    mail_gateway_fetch = fields.Boolean(
        "Fetch Incoming Mail",
        help="Off: no mailbox is fetched, neither by the scheduled action nor by Fetch"
        " Now. The mail stays where it is.",
    )
    mail_gateway_send = fields.Boolean(
        "Send Outgoing Mail",
        help="Off: nothing is sent, and nothing is lost: mail waits in the queue. Only"
        " what has to leave at once or fail, such as a password reset, leaves.",
    )
    mail_gateway_keep_content_days = fields.Integer("Content of Processed Mail")
    mail_gateway_keep_row_days = fields.Integer("Headers of Processed Mail")
    mail_gateway_keep_rejected_days = fields.Integer("Rejected Mail")
    mail_gateway_keep_quarantined_days = fields.Integer("Quarantined Mail")
    mail_gateway_keep_delivery_days = fields.Integer("Deliveries")
    mail_gateway_permission_days = fields.Integer("Refresh Relay Permissions")
    mail_gateway_test_before_save = fields.Boolean(
        "Test Outgoing Servers Before They Are Saved",
        config_parameter=TEST_BEFORE_SAVE,
        help="New outgoing servers have Test Before Save switched on: a server whose"
        " test fails is not saved. It can be changed on the form of each.",
    )
    mail_gateway_own_addresses = fields.Boolean(
        "Mail to People's Own Addresses",
        config_parameter=OWN_ADDRESSES,
        help="Mail that no alias takes and that is written to an address of a user"
        " shows in the inbox of that user.",
    )
    mail_gateway_blocklists = fields.Boolean(
        "Look Sending Servers Up in Blocklists",
        config_parameter=LISTS_SWITCH,
        help="The check of a mail domain asks these lists for the addresses of servers"
        " that deliver themselves. Each list learns which addresses are asked for.",
    )
    mail_gateway_blocklist_names = fields.Char(
        "Blocklists", config_parameter=LISTS, default=USUAL_LISTS
    )
    mail_gateway_attention_count = fields.Integer(
        compute="_compute_mail_gateway_attention_count"
    )

    mail_gateway_health_red = fields.Integer(compute="_compute_mail_gateway_health")
    mail_gateway_health_yellow = fields.Integer(compute="_compute_mail_gateway_health")
    mail_gateway_health_grey = fields.Integer(compute="_compute_mail_gateway_health")
    mail_gateway_health_green = fields.Integer(compute="_compute_mail_gateway_health")

    @api.depends("company_id")
    def _compute_mail_gateway_health(self):
        Health = self.env["mail.gateway.health"]
        counts = dict(Health._read_group([], ["light"], ["__count"]))
        for light in health.LIGHTS:
            self[f"mail_gateway_health_{light}"] = counts.get(light, 0)

    @api.depends("company_id")
    def _compute_mail_gateway_attention_count(self):
        Incoming = self.env["mail.gateway.incoming"]
        count = Incoming.search_count(Incoming._domain_attention())
        self.mail_gateway_attention_count = count

    @api.constrains(*(f"mail_gateway_{name.partition('.')[2]}" for name in DAYS))
    def _check_mail_gateway_days(self):
        for settings in self:
            if any(settings[name] < 0 for name in settings._mail_gateway_days()):
                raise ValidationError(
                    self.env._("Mail is kept for a number of days, or for ever: 0.")
                )

    @api.constrains("mail_gateway_permission_days")
    def _check_mail_gateway_permission_days(self):
        if any(settings.mail_gateway_permission_days < 0 for settings in self):
            raise ValidationError(
                self.env._("Permissions are refreshed every so many days, or never: 0.")
            )

    @api.model
    def _mail_gateway_days(self):
        """{field: parameter}"""
        return {f"mail_gateway_{name.partition('.')[2]}": name for name in DAYS}

    # Not by config_parameter: that takes 0 and off for "not set", which is the default.
    @api.model
    def get_values(self):
        values = super().get_values()
        for field, name in self._mail_gateway_days().items():
            values[field] = keep_days(self.env, name)
        interval = self.env["ir.mail_server"]._permission_interval()
        values["mail_gateway_permission_days"] = interval.days if interval else 0
        values["mail_gateway_send"] = not self.env["mail.mail"]._queue_is_paused()
        values["mail_gateway_fetch"] = not self.env["fetchmail.server"]._is_paused()
        return values

    def set_values(self):
        result = super().set_values()
        params = self.env["ir.config_parameter"].sudo()
        for field, name in self._mail_gateway_days().items():
            params.set_param(name, str(self[field]))
        params.set_param(DAYS_SETTING, str(self.mail_gateway_permission_days))
        if self.mail_gateway_fetch == self.env["fetchmail.server"]._is_paused():
            params.set_param(PAUSED, not self.mail_gateway_fetch)
            self.env.ref("mail.ir_cron_mail_gateway_action")._trigger()
        if self.mail_gateway_send == self.env["mail.mail"]._queue_is_paused():
            params.set_param(SENDING_PAUSED, not self.mail_gateway_send)
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return result

    def action_mail_gateway_test_configured(self):
        return self.env["ir.mail_server"].action_diagnose_configured()

    def action_mail_gateway_check_configured(self):
        return self.env["ir.mail_server"].action_check_configured()

    def action_mail_gateway_health(self):
        return self.env["mail.gateway.health"].action_open()

    def action_mail_gateway_attention(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "mail_gateway_plus.mail_gateway_incoming_action_attention"
        )
