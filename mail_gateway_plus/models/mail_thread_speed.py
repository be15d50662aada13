# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextvars import ContextVar

from odoo import api, models, tools
from odoo.tools import SQL

from ..core.message import policy
from . import observing

#: The model whose ``message_new`` is about to ask for its fields.
_making = ContextVar("mail_gateway_making", default=None)


class MailThread(models.AbstractModel):
    """Stock's work with less effort while the ledger processes.

    Each method gives what stock gives; where that needs none of stock's queries, for
    nothing is there to be found, it makes one cheap query to know so.
    """

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        if observing.current() is not None:
            policy.remember_headers(message)
        return super().message_parse(message, save_original=save_original)

    @api.model
    def _routing_reset_bounce(self, email_message, message_dict):
        """Stock searches each model that counts bounces; hardly any sender has one."""
        if observing.current() is not None and not self._mail_gateway_has_bounced(
            message_dict["email_from"]
        ):
            return None
        return super()._routing_reset_bounce(email_message, message_dict)

    @api.model
    def _mail_gateway_has_bounced(self, sender):
        email = tools.email_normalize(sender)
        models_counting = self._mail_gateway_models_counting()
        if not email or not models_counting:
            # Of what has no table of its own only stock's search can tell.
            return bool(email) and models_counting is None
        for name in models_counting:
            self.env[name].flush_model(["email_normalized", "message_bounce"])
        found = SQL(" OR ").join(
            SQL(
                "EXISTS (SELECT FROM %s WHERE email_normalized = %s"
                " AND message_bounce > 0)",
                SQL.identifier(self.env[name]._table),
                email,
            )
            for name in models_counting
        )
        [(has_bounced,)] = self.env.execute_query(SQL("SELECT %s", found))
        return has_bounced

    @api.model
    @tools.ormcache()
    def _mail_gateway_models_counting(self):
        """Names of the models that stock looks into; None if one cannot be asked in
        SQL. It changes with the registry only, whose caches go with it."""
        counting = (
            self.env["ir.model"].sudo().search([("is_mail_blacklist", "=", True)])
        )
        names = [
            name
            for name in counting.mapped("model")
            if name != "mail.thread.blacklist" and name in self.env
        ]
        plain = all(map(self._mail_gateway_has_columns, names))
        return tuple(names) if plain else None

    @api.model
    def _mail_gateway_has_columns(self, name):
        model = self.env[name]
        return model._auto and all(
            model._fields[field].store
            for field in ("email_normalized", "message_bounce")
        )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        if observing.current() is None:
            return super().message_new(msg_dict, custom_values)
        token = _making.set(self._name)
        try:
            return super().message_new(msg_dict, custom_values)
        finally:
            _making.reset(token)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Stock's ``message_new`` has all fields described with their texts, and asks
        only whether one of them is the name: this one question is answered briefly."""
        if _making.get() == self._name and not allfields and not attributes:
            _making.set(None)
            return super().fields_get([self._rec_name or "name"], ["type"])
        return super().fields_get(allfields, attributes)
