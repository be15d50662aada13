# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError

from ..core.mailbox import trial
from ..core.mailbox.listing import FolderState
from ..core.mailbox.trial import Trial
from ..core.trial import Step, passed
from ..net import trial as net_trial
from ..net.deadline import TEST
from ..net.mailbox import PROTOCOLS


class FetchmailServer(models.Model):
    """Test & Confirm: what the mailbox's server does and does not do."""

    _inherit = "fetchmail.server"

    def button_confirm_login(self):
        """Replaces stock's test (19.0) for other code: same outcome, but each fault
        says what it is and what to do. People press ``action_test_and_confirm``."""
        if self._connects_elsewhere():
            return super().button_confirm_login()
        for server in self:
            tested = server._test(look_around=False)
            if not tested.works:
                raise UserError(server._explain(tested.fault))
            server._confirm()
        return True

    def action_test_and_confirm(self):
        """Test the mailbox and show each stage; confirm it when all went well."""
        self.ensure_one().check_access("write")
        if self._connects_elsewhere():
            return self.button_confirm_login()
        tested = self._test()
        if tested.works:
            self._confirm()
        shown = self.env["mail.gateway.mailbox.test"]._of(self, tested)
        return shown._show()

    def _confirm(self):
        """It works, so whatever was the matter with it is over."""
        self.failure_activity_id.sudo().unlink()
        self.write(
            {
                "state": "done",
                "error_date": False,
                "error_message": False,
                "failures": 0,
                "next_fetch": False,
            }
        )

    def _test(self, look_around=True):
        """Log in and look into the folders without changing anything there.

        :param look_around: also find out which other settings would work
        :return: ``core.mailbox.trial.Trial``
        """
        self.ensure_one()
        begin = time.monotonic()
        account, finding = self._account_or_finding(allow_archived=True)
        if finding:
            return Trial((Step("login", finding),))
        if account.protocol not in PROTOCOLS:
            raise UserError(
                self.env._(
                    "Mailbox “%s”: there is no server to be tested, for mail is handed"
                    " over by a program.",
                    self.name,
                )
            )
        # The login hooks of other modules may have asked over HTTP.
        total_s = max(TEST.total_s - (time.monotonic() - begin), 1.0)
        limits = replace(TEST, total_s=total_s)
        states = [folder._state() for folder in self.folder_ids]
        if account.protocol == "pop" or not states:
            states = [FolderState()]
        tested = net_trial.run(account, states, limits, look_around=look_around)
        return self._counted(tested) if tested.works else tested

    def _counted(self, tested):
        """The trial with a last stage: how many messages wait to be fetched."""
        waiting = sum(self._count_new(state, uids) for state, uids in tested.found)
        finding = passed(trial.WAITING, count=str(waiting))
        return replace(tested, steps=(*tested.steps, Step("waiting", finding)))

    def _count_new(self, state, uids):
        """How many of the messages in a folder are not in the ledger, nor were."""
        known = self.env["mail.gateway.incoming"]._known(self, state, uids)
        folder = self.folder_ids.filtered(lambda f: f.name == state.name)
        forgotten = (folder.forgotten or "").split()
        return len(set(uids) - set(known) - set(forgotten))

    def _label(self, name):
        """What the form calls a field; False for none."""
        return name and self.fields_get([name])[name]["string"]
