# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..core import health


class FetchmailServer(models.Model):
    """What a look into the mailbox leaves for Mail Health."""

    _inherit = "fetchmail.server"

    def _note_health(self, fault, certificate=None):
        """:param fault: the finding of a look that failed, None for one that did not
        :param certificate: as ``core.trial.Step.facts``; None where it was not seen"""
        found = [health.mailbox(fault, self.failures)] if fault else []
        codes = health.MAILBOX_CODES
        if certificate is not None:
            found += health.certificate(self.server or "", certificate)
            codes |= {health.CERTIFICATE}
        Finding = self.env["mail.gateway.finding"]
        opened, _closed = Finding._renew(self, found, codes)
        # Who fails has an activity of its own.
        opened.filtered(lambda found: found.code == health.CERTIFICATE)._tell()
        self.invalidate_recordset(["finding_ids"])

    def _confirm(self):
        result = super()._confirm()
        for server in self:
            server._note_health(None)
        return result
