# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core.message import subaddress
from . import lookups, observing
from .mail_gateway_autoresponder import REFUSAL_HOURS


class MailAlias(models.Model):
    _inherit = "mail.alias"

    mail_gateway_department_id = fields.Many2one(
        "hr.department",
        "Department",
        ondelete="set null",
        index="btree_not_null",
        help="The department that mail to this alias belongs to, whatever mailbox it"
        " comes to.",
    )
    mail_gateway_takes_reports = fields.Boolean(
        "Takes Reports",
        help="Make records of DMARC and TLS reports that come to this alias. They are"
        " kept apart otherwise.",
    )
    mail_gateway_autoresponder_id = fields.Many2one(
        "mail.gateway.autoresponder",
        "Autoresponder",
        ondelete="set null",
        index="btree_not_null",
        help="Answers who writes to this alias, in place of that of the department.",
    )

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """While the ledger processes, neither the mark on the alias nor the answer
        to the sender may outlive a transaction that is tried again."""
        observation = observing.current()
        if observation is None:
            return super()._alias_bounce_incoming_email(
                message, message_dict, set_invalid=set_invalid
            )
        observation.note("alias_refused", alias=self.display_name)
        if observation.answers_at_once:
            return super()._alias_bounce_incoming_email(
                message, message_dict, set_invalid=set_invalid
            )
        if set_invalid:
            observation.broken_aliases.append(self.id)
        alias_id, sender = self.id, message_dict["email_from"]
        company_id = observation.company_id or self.env.company.id
        may_answer = self.env["mail.thread"]._mail_gateway_may_answer
        if not may_answer(f"alias {alias_id}", REFUSAL_HOURS, sender):
            return None

        def answer(env):
            alias = env["mail.alias"].with_company(company_id).browse(alias_id)
            alias._alias_bounce_incoming_email(
                message, message_dict, set_invalid=set_invalid
            )

        observation.deferred.append(answer)
        return None

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Looked up once a message; see ``lookups``."""
        search = super().search_fetch
        bounds = (offset, limit, order)
        if not lookups.wanted(self.env):
            return search(domain, field_names, *bounds)
        # Aliases are in the order of their models, these in that of translated names.
        lang = self.env.lang
        return lookups.search(lookups.ALIASES, search, domain, *bounds, lang=lang)

    def _mail_gateway_takes(self, address):
        """Whether mail to a lower-case address leads here, as stock looks for it."""
        self.ensure_one()
        if address == self.alias_full_name:
            return True
        local = address.partition("@")[0]
        return self.alias_incoming_local and local == self.alias_name

    @api.model
    def _mail_gateway_plain(self, addresses):
        """``support@…`` for each ``support+vip@…`` of the lower-case ``addresses``
        where no alias has the full address."""
        plain = {found: subaddress.plain(found) for found in addresses}
        plain = {found: base for found, base in plain.items() if base}
        if not plain:
            return []
        aliases = self.search(self._mail_gateway_routed(list(plain)))
        return [
            base
            for found, base in plain.items()
            if not any(alias._mail_gateway_takes(found) for alias in aliases)
        ]

    @api.model
    def _mail_gateway_lead(self, addresses, *also):
        """Whether mail to any of the lower-case ``addresses`` leads to an alias.

        :param also: further terms of the domain of such an alias
        """
        aliases = self.sudo()
        domain = [*also, *aliases._mail_gateway_routed(addresses)]
        return bool(aliases.search_count(domain, limit=1))

    @api.model
    def _mail_gateway_routed(self, addresses):
        """The domain of aliases that take mail to ``addresses``, as ``message_route``
        of stock (19.0) has it: of foreign domains the local part may not count."""
        params = self.env["ir.config_parameter"].sudo()
        allowed = params.get_param("mail.catchall.domain.allowed") or ""
        allowed = set(filter(None, allowed.split(",")))
        if allowed:
            allowed |= set(self.env["mail.alias.domain"].search([]).mapped("name"))
        parts = [address.partition("@") for address in addresses]
        locals_ = [
            local
            for local, _at, domain in parts
            if local and domain and (not allowed or domain in allowed)
        ]
        return [
            "|",
            ("alias_full_name", "in", addresses),
            "&",
            ("alias_name", "in", locals_),
            ("alias_incoming_local", "=", True),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        lookups.stop(self.env, lookups.ALIASES)
        return super().create(vals_list)

    def write(self, vals):
        # Mail that an alias refuses marks it each time: workers that write the same row
        # get in each other's way, so the ledger's write it when there is news only.
        processing = self.env.context.get("mail_gateway_queue_only")
        if processing and vals.keys() == {"alias_status"}:
            self = self.filtered(lambda a: a.alias_status != vals["alias_status"])
        lookups.stop(self.env, lookups.ALIASES)
        return super().write(vals)

    def unlink(self):
        lookups.stop(self.env, lookups.ALIASES)
        return super().unlink()
