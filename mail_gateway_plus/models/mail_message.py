# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from . import observing
from .sender_letter import SenderLetter

#: What is read of a message for its sender.
OF_LETTER = (
    "author_id",
    "create_uid",
    "email_from",
    "mail_gateway_explicit",
    "mail_gateway_identity_id",
    "mail_server_id",
    "message_id",
    "message_type",
    "model",
    "record_alias_domain_id",
    "record_company_id",
    "reply_to",
    "reply_to_force_new",
    "res_id",
)


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

    def _sender_letter(self, **values):
        """What the choice of a sender has to know of it.

        :param values: of ``SenderLetter``, in place of the message's or beside them
        """
        return SenderLetter(
            **{
                "key": self.id,
                "email_from": self.email_from or "",
                "author": self.author_id.id or 0,
                "model": self.model or "",
                "res_id": self.res_id or 0,
                "company": self.record_company_id.id or 0,
                "alias_domain": self.record_alias_domain_id.id or 0,
                "server": self.mail_server_id.id or 0,
                "creator": self.create_uid.id or 0,
                "reply_to": self.reply_to or "",
                "identity": self.mail_gateway_identity_id.id or 0,
                "message_id": self.message_id or "",
                "is_marked": self.mail_gateway_explicit,
                "is_elsewhere": self.reply_to_force_new,
                "is_incoming": self.message_type == "email",
                **values,
            }
        )

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
