# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from .diagnosis_question import Question
from .ir_mail_server_connection import OAUTH

#: Whether new servers have the switch on.
DEFAULT = "mail_gateway_plus.test_before_save"

#: What a test depends on, and the switch: turning it on asks whether all is well.
TESTED = frozenset(
    {
        "test_before_save",
        "smtp_host",
        "smtp_port",
        "smtp_encryption",
        "smtp_authentication",
        "smtp_user",
        "smtp_pass",
        "smtp_ssl_certificate",
        "smtp_ssl_private_key",
        "mailbox_id",
        "from_filter",
        # The address that the test sends from, and whether there is one at all.
        "sender_policy",
        "from_mode",
        "owner_user_id",
    }
)


class IrMailServer(models.Model):
    """Test Before Save. It is forms that wait for a test: what other code, an import
    or an upgrade writes stands in a transaction that is not ours to end."""

    _inherit = "ir.mail_server"

    test_before_save = fields.Boolean(
        default=lambda self: self._default_test_before_save(),
        help="When these settings are saved, they are tested first; nothing is sent."
        " If the test fails they are not saved, and the form stays as it is. Switch"
        " this off to save them all the same. It takes 45 seconds at the most. The name"
        " and other settings that no test depends on are saved without one, as is an"
        " archived server, or a Gmail or Outlook account that is not connected yet.",
    )

    @api.model
    def _default_test_before_save(self):
        stored = self.env["ir.config_parameter"].sudo().get_param(DEFAULT)
        return stored == "True"

    def web_save(self, vals, specification, next_id=None):
        is_same = bool(self) and TESTED.isdisjoint(vals)
        if is_same or not self._is_switched_on(vals):
            return super().web_save(vals, specification, next_id)
        tests = self._tested_before_save(vals)
        saved = super().web_save(vals, specification, next_id)
        if not tests:
            return saved
        servers = self or self.browse(saved[0]["id"])
        for server, question, trial in tests:
            self.env["mail.gateway.diagnosis"]._of(server or servers, question, trial)
        if next_id:
            return saved
        return servers.with_context(bin_size=True).web_read(specification)

    def _is_switched_on(self, vals):
        """Whether any of the servers will have the switch on."""
        if self and "test_before_save" not in vals:
            return any(self.mapped("test_before_save"))
        default = self._default_test_before_save()
        return vals.get("test_before_save", default)

    def _tested_before_save(self, vals):
        """Test what these values would make of the servers; raises UserError where a
        test fails.

        :return: [(server, empty for a new one; its question; what was found)]
        """
        self._renew_tokens()
        asked = self._asked_before_save(vals)
        if not asked:
            return []
        # No transaction waits for the network.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        tests = [(server, asking, asking.answer()) for server, asking in asked]
        failed = [test for test in tests if not test[2].works]
        if failed:
            self._refuse_to_save(failed)
        return tests

    def _renew_tokens(self):
        """Login hooks fetch a token that is old over HTTP. While settings are saved
        for a moment, others would wait for that, and the token would be taken back
        with them. If it fails, the test says so."""
        self.check_access("write")
        connected = self.filtered(
            lambda s: s.smtp_authentication in OAUTH and s._is_tested_before_save()
        )
        for server in connected:
            server._relay_or_fault()
        if connected:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _asked_before_save(self, vals):
        """[(server, empty for a new one; its question)]

        Saved for a moment, and taken back: so the test sees what would stand there
        afterwards, and what must not be saved at all is not tested."""
        with contextlib.closing(self.env.cr.savepoint()):
            servers = self or self.create(vals)
            if self:
                self.write(vals)
            return [
                (server if self else self, server._question_before_save())
                for server in servers.with_context(bin_size=False)
                if server._is_tested_before_save()
            ]

    def _is_tested_before_save(self):
        """Personal servers are tested by their owners only; an account can be
        connected only when its server is saved."""
        if not self.test_before_save or not self.active or self.owner_user_id:
            return False
        if self.smtp_authentication not in OAUTH:
            return True
        tokens = "google_gmail_refresh_token", "microsoft_outlook_refresh_token"
        return any(self[name] for name in tokens if name in self._fields)

    def _question_before_save(self):
        self._check_may_test()
        return Question(self)

    def _refuse_to_save(self, tests):
        """:param tests: those that failed, see ``_tested_before_save``"""
        texts = []
        for server, question, trial in tests:
            shown = self.env["mail.gateway.diagnosis"]._of_unsaved(
                server.exists(), question, trial
            )
            texts.append(shown._why_not_saved(question.name))
        # What the tests found stays, though nothing else of this request does.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        raise UserError("\n\n".join(texts))
