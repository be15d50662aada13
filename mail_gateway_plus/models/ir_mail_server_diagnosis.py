# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import email.policy

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_domain_extract, email_normalize

from .diagnosis_question import Question


class IrMailServer(models.Model):
    """Test Connection: what the server does and does not do. Stock's own test,
    ``test_smtp_connection``, is left to other code; people press this one."""

    _inherit = "ir.mail_server"

    diagnosis_ids = fields.One2many(
        "mail.gateway.diagnosis",
        "mail_server_id",
        "Tests",
        groups="mail_gateway_plus.group_manager",
    )
    diagnosis_count = fields.Integer(
        "Number of Tests",
        compute="_compute_diagnoses",
        groups="mail_gateway_plus.group_manager",
    )

    @api.depends("diagnosis_ids")
    def _compute_diagnoses(self):
        counted = self.env["mail.gateway.diagnosis"]._read_group(
            [("mail_server_id", "in", self.ids)], ["mail_server_id"], ["__count"]
        )
        counts = {server.id: count for server, count in counted}
        for server in self:
            server.diagnosis_count = counts.get(server.id, 0)

    def action_diagnose(self):
        """Test the server stage by stage and show what was found. Nothing is sent."""
        self.ensure_one()
        return self._diagnose()._show()

    def action_open_diagnoses(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_gateway_plus.mail_gateway_diagnosis_action"
        )
        return {**action, "domain": [("mail_server_id", "=", self.id)]}

    def _diagnose(self, message_to=""):
        """:param message_to: also send a message there, a bare address of ours
        :return: mail.gateway.diagnosis"""
        self._check_may_test()
        # The owner of a personal server need not be allowed to read its settings.
        question = Question(self.sudo(), message_to)
        # No transaction waits for the network, and what a hook has written stays.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        tested = question.answer()
        self._check_is_there()
        return self.env["mail.gateway.diagnosis"]._of(self, question, tested)

    def _diagnosis_sender(self):
        sender = self._get_test_email_from()
        return email_normalize(sender) or sender

    def _check_may_test(self):
        """Personal servers are their owners' own, who need no other right."""
        self.ensure_one()
        server = self.sudo()
        owner = server.owner_user_id
        if owner != self.env.user:
            self.check_access("write")
        if owner and owner != self.env.user and not self.env.su:
            raise UserError(
                self.env._(
                    "“%(server)s” is the personal outgoing server of %(owner)s, and"
                    " only %(owner)s can test it.",
                    server=server.name,
                    owner=owner.name,
                )
            )
        if not server._place()[0]:
            raise UserError(server._no_place_text())

    def _no_place_text(self):
        if self.smtp_authentication == "cli":
            return self.env._("Odoo's configuration file names no smtp_server.")
        return self.env._("“%s”: the field SMTP Server is empty.", self.name)

    def _check_is_there(self):
        if not self.exists():
            raise UserError(
                self.env._("The outgoing server was deleted during its test.")
            )

    def _company(self):
        """Whose it is; none for the servers that all companies share."""
        if "company_id" in self._fields and self.company_id:
            return self.company_id
        return self.owner_user_id.company_id

    # --- the test message

    def _test_message(self, envelope):
        """The bytes of a short message that says what it is."""
        subject = self.env._("Test message of the outgoing server “%s”", self.name)
        body = self.env._(
            "This message was sent by Odoo to test the outgoing server “%(server)s”.\n"
            "%(user)s asked for it. There is nothing to do about it.",
            server=self.name,
            user=self.env.user.name,
        )
        # RFC 3834, 5: nobody's absence note is to come back.
        headers = {"Auto-Submitted": "auto-generated"}
        built = self._build_email__(
            envelope.sender, [envelope.recipient], subject, body, headers=headers
        )
        return built.as_bytes(policy=email.policy.SMTP)

    @api.model
    def _is_own_address(self, address):
        """Whether a test message may go there: to the user, to somebody or something
        of this database, never to anybody else's domain."""
        normal = email_normalize(address)
        if not normal:
            return False
        domains = self.env["mail.alias.domain"].sudo().search([]).mapped("name")
        if email_domain_extract(normal) in {name.lower() for name in domains}:
            return True
        if normal == email_normalize(self.env.user.email):
            return True
        users = self.env["res.users"].sudo()
        of_user = [("email_normalized", "=", normal), ("share", "=", False)]
        companies = self.env["res.company"].sudo().search([]).mapped("email")
        is_company = normal in {email_normalize(one) for one in companies if one}
        return is_company or bool(users.search_count(of_user, limit=1))
