# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_datetime

from ..core import health

#: Lights that somebody has to do something about.
OPEN = tuple(health.LIGHT_OF.values())
#: Which mails of the queue a finding is about.
STATUSES = {
    health.MAIL_FAILED: ("failed",),
    health.MAIL_UNCERTAIN: ("uncertain",),
    health.MAIL_WAITING: ("waiting", "retrying"),
}
#: What Odoo calls the picture of an empty list.
EMPTY = "empty_folder"
#: Without one of these nothing is set up.
SET_UP = ("mailbox", "server", "identity")


class MailGatewayHealth(models.Model):
    """What people press, and what the screen says above the list."""

    _inherit = "mail.gateway.health"

    @api.model
    def action_open(self):
        """The screen as it is now, even where no scheduled action runs."""
        self.check_access("read")
        self.sudo()._renew()
        return self._action("mail_gateway_health_action")

    @api.model
    def action_check(self):
        """Look again at all that stands in the database."""
        self.check_access("read")
        self.sudo()._renew()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _action(self, name):
        actions = self.env["ir.actions.act_window"]
        return actions._for_xml_id(f"mail_gateway_plus.{name}")

    # --- to where it is mended

    def action_mend(self):
        """Open the very place."""
        self.ensure_one()
        return getattr(self, f"_open_{self.place}", self._open_record)()

    def _open_record(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def _open_quarantine(self):
        return (
            self.env["fetchmail.server"].browse(self.res_id).action_open_quarantined()
        )

    def _open_permissions(self):
        field = "identity_id" if self.kind == "identity" else "mail_server_id"
        action = self._action("mail_gateway_permission_action")
        domain = [(field, "=", self.res_id)]
        if self.kind != "identity":
            domain.append(("state", "=", "refused"))
        return {**action, "domain": domain, "context": {}}

    def _open_mails(self):
        action = self._action("mail_gateway_queue_action")
        statuses = STATUSES.get(self.code, ())
        return {**action, "domain": [("status", "in", statuses)], "context": {}}

    def _open_ledger(self):
        action = self._action("mail_gateway_incoming_action")
        return {**action, "domain": [("state", "=", "received")], "context": {}}

    def _open_settings(self):
        actions = self.env["ir.actions.act_window"]
        return actions._for_xml_id("base_setup.action_general_configuration")

    # --- the whole

    @api.model
    def get_summary(self):
        """{lights: [[light, its label, how many]], text: HTML for an empty list}"""
        self.check_access("read")
        groups = self._read_group([], ["kind", "light"], ["__count", "checked_on:max"])
        lights = dict.fromkeys(health.LIGHTS, 0)
        for _kind, light, count, _checked in groups:
            lights[light] += count
        labels = dict(self._fields["light"]._description_selection(self.env))
        return {
            "lights": [[light, labels[light], n] for light, n in lights.items()],
            "text": self._summary_text(groups, lights),
        }

    @api.model
    def _summary_text(self, groups, lights):
        """What is true of the whole, whatever is searched for."""
        if not {kind for kind, *_rest in groups} & set(SET_UP):
            return self._help(
                self.env._("Nothing is set up yet"),
                self.env._(
                    "Once there is an incoming or an outgoing mail server, this screen"
                    " shows whether it works, and what to do where it does not."
                ),
            )
        if any(lights[light] for light in OPEN):
            count = sum(lights[light] for light in OPEN)
            return self._help(
                self.env._("Nothing here matches"),
                self.env._("In all, %s need attention.", count),
            )
        well = self._counted(groups, "green")
        unchecked = self._counted(groups, "grey")
        checked = max(filter(None, (checked for *_rest, checked in groups)), default=0)
        when = checked and format_datetime(self.env, checked, dt_format="medium")
        texts = [
            well and self.env._("All are well: %(what)s.", what=well),
            unchecked and self.env._("Not checked yet: %(what)s.", what=unchecked),
            when and self.env._("Last checked: %s.", when),
        ]
        title = self.env._("All is well") if well else self.env._("Not checked yet")
        face = "smiling_face" if well else EMPTY
        return self._help(title, " ".join(filter(None, texts)), face)

    @api.model
    def _counted(self, groups, light):
        """“3 mailboxes, 1 outgoing server”"""
        counts = {kind: count for kind, found, count, _on in groups if found == light}
        words = {
            "mailbox": (self.env._("1 mailbox"), self.env._("%s mailboxes")),
            "server": (
                self.env._("1 outgoing server"),
                self.env._("%s outgoing servers"),
            ),
            "identity": (self.env._("1 identity"), self.env._("%s identities")),
            "domain": (self.env._("1 domain"), self.env._("%s domains")),
            "queue": (self.env._("1 queue"), self.env._("%s queues")),
        }
        return ", ".join(
            one if counts[kind] == 1 else several.replace("%s", str(counts[kind]))
            for kind, (one, several) in words.items()
            if counts.get(kind)
        )

    @api.model
    def _help(self, title, text, face=EMPTY):
        shown = Markup("<p class='o_view_nocontent_%s'>%s</p><p>%s</p>")
        return shown % (face, title, text)
