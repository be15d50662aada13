# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .mail_gateway_topic import DOCUMENT_TYPES
from .routing_call import Gone


class MailGatewayCatchall(models.AbstractModel):
    """What becomes of mail that is written to a catchall address.

    Stock answers that nobody is to write there, which loses what was meant for
    somebody. So mail waits for a person unless somebody decides otherwise.
    """

    _name = "mail.gateway.catchall"
    _description = "Policy of a Catchall Address"

    catchall_policy = fields.Selection(
        [
            ("quarantine", "Put into quarantine"),
            ("bounce", "Answer that it was not accepted"),
            ("alias", "Send to an alias"),
            ("new", "Make a new record"),
            ("record", "Add to a record"),
            ("inbox", "Send to a person's inbox"),
        ],
        "Mail to Catchall",
        default="quarantine",
        help="What becomes of mail that is written to the catchall address and answers"
        " nothing that Odoo knows. Where an alias is among the recipients, it goes to"
        " the alias.",
    )
    catchall_alias_id = fields.Many2one("mail.alias", "Alias", ondelete="set null")
    catchall_topic_id = fields.Many2one(
        "mail.gateway.topic", "Help Topic", ondelete="set null"
    )
    catchall_model_id = fields.Many2one(
        "ir.model",
        "Document Type",
        ondelete="set null",
        domain=DOCUMENT_TYPES,
    )
    catchall_model = fields.Char(related="catchall_model_id.model")
    catchall_res_id = fields.Many2oneReference("Record", model_field="catchall_model")
    catchall_user_id = fields.Many2one(
        "res.users", "Person", ondelete="set null", domain=[("share", "=", False)]
    )

    def _act(self, observation, call, stage):
        """Routes, and a step that says what became of the message.

        :param call: the ``Call`` of stock that asks for routes
        :param stage: which stage of the chain asks
        """
        policy = self.catchall_policy or "quarantine"
        try:
            routes = getattr(self, f"_act_{policy}")(observation, call, stage)
        except Gone as gone:
            observation.note("catchall_target_gone", stage=stage, why=gone.code)
            return []
        if routes is None:
            return []
        observation.note("catchall_sent_on", stage=stage, policy=policy)
        return routes

    def _act_quarantine(self, observation, _call, stage):
        observation.note("catchall_quarantined", stage=stage)

    def _act_bounce(self, observation, call, stage):
        """As stock answers, save that programs get no answer."""
        Incoming = self.env["mail.gateway.incoming"].sudo()
        finding = Incoming._refused(observation.letter.head)
        if finding:
            why = self.env["mail.gateway.advice"]._text(finding)
            observation.note("catchall_unanswered", stage=stage, why=why)
            return
        observation.note("written_to_catchall", stage=stage)
        if not observation.dry:
            thread = call.thread.with_company(self._company(observation))
            thread._mail_gateway_refuse_catchall(call)

    def _act_alias(self, _observation, call, _stage):
        return call.to_alias(self.catchall_alias_id)

    def _act_new(self, observation, call, _stage):
        return call.to_topic(self.catchall_topic_id, observation)

    def _act_record(self, _observation, call, _stage):
        return call.to_record(self.catchall_model, self.catchall_res_id)

    def _act_inbox(self, observation, call, stage):
        if not self.catchall_user_id.active:
            raise Gone("user_gone")
        delivered = call.to_inbox(self.catchall_user_id, observation, stage)
        return [] if delivered else None


class MailGatewayCatchallCompany(models.Model):
    """Another policy for one of the companies that share a domain."""

    _name = "mail.gateway.catchall.company"
    _inherit = "mail.gateway.catchall"
    _description = "Policy of a Catchall Address in a Company"
    _order = "company_id, id"

    alias_domain_id = fields.Many2one(
        "mail.alias.domain", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )

    _company_unique = models.Constraint(
        "UNIQUE(alias_domain_id, company_id)",
        "This company has a policy for the domain already.",
    )

    def _company(self, _observation):
        return self.company_id


class MailAliasDomain(models.Model):
    _name = "mail.alias.domain"
    _inherit = ["mail.alias.domain", "mail.gateway.catchall"]

    catchall_company_ids = fields.One2many(
        "mail.gateway.catchall.company",
        "alias_domain_id",
        "Companies That Decide Otherwise",
    )

    @api.model
    def _catchall_written(self, addresses):
        """The domains whose catchall address is among the lower-case ``addresses``."""
        written = set(addresses)
        return self.search([]).filtered(lambda one: one.catchall_email in written)

    def _policy(self, company_id):
        """What counts for mail of a company (0 where it is not known which)."""
        self.ensure_one()
        own = self.catchall_company_ids.filtered(
            lambda one: one.company_id.id == company_id
        )
        return own or self

    def _company(self, observation):
        """In whose name an answer is written: that of the message where it uses the
        domain, else the first that does."""
        said = self.env["res.company"].browse(observation.company_id or [])
        uses = self.sudo().company_ids
        return said if said and said in uses else (uses[:1] or said or self.env.company)
