# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from . import observing


class MailMessage(models.Model):
    _inherit = "mail.message"

    mail_gateway_explicit = fields.Boolean(
        "Sender Was Chosen",
        copy=False,
        help="Its sender stands in a template or was chosen for this message: no"
        " identity takes its place.",
    )
    mail_gateway_identity_id = fields.Many2one(
        "mail.gateway.identity",
        "Chosen Sender Identity",
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        observation = observing.current()
        if observation is not None:
            # What was asked for needs no query.
            observation.posted += [
                (new.message_id, new.model, vals.get("res_id") or new.res_id)
                for new, vals in zip(messages, vals_list, strict=True)
                if new.model
            ]
        return messages

    @api.model
    def _get_message_id(self, values):
        """Of the domain that answers come to, where senders are ours to choose: the
        name of a machine, which stock puts there, is foreign to who receives it."""
        made = super()._get_message_id(values)
        if not self.env["mail.gateway.identity"]._is_used():
            return made
        named = values.get("record_alias_domain_id")
        domain = self.env["mail.alias.domain"].sudo().browse(named or [])
        name = (domain or self.env.company.sudo().alias_domain_id).name
        return f"{made.rpartition('@')[0]}@{name}>" if name else made
