# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import math
import time
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html

from odoo.addons.mail.models import fetchmail

from ..core import retry
from ..core.finding import Finding
from ..core.mailbox import fault
from ..net import mailbox
from ..net.deadline import Limits
from .fetch_run import FetchRun
from .processing import PASSING
from .server_locks import ServerLocks

_logger = logging.getLogger(__name__)

#: Failed looks in a row after which the responsible user is told.
FAILURES_TOLD = 3
#: Somebody may save the form while the outcome of a look is noted.
NOTE_ATTEMPTS = 3
NOTE_PATIENCE = "2s"
WARNING = "mail.mail_activity_data_warning"


class FetchmailServer(models.Model):
    """The fetch: which mailboxes, under which lock, and what is noted on them."""

    _inherit = "fetchmail.server"

    # Whose copy has not been fetched from yet.
    date = fields.Datetime(copy=False)
    error_date = fields.Datetime(copy=False)
    error_message = fields.Text(copy=False)
    # Of no document: that is why whoever is responsible need not be an operator.
    failure_activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null"
    )

    def _fetch_mail(self, batch_limit=50):
        """Replaces stock's fetch (19.0), which acknowledges what it could not keep.

        :param batch_limit: not used; each mailbox has its own ``fetch_limit``
        :return: the last fault, as stock does
        """
        if self._connects_elsewhere():
            _logger.warning(
                "Another addon connects mailboxes: they are fetched by stock"
            )
            return super()._fetch_mail(batch_limit)
        by_schedule = bool(self.env.context.get("cron_id"))
        if self._is_paused():
            return None if by_schedule else UserError(self._paused_text())
        servers = self.with_context(fetchmail_cron_running=True)
        due = (servers._due() if by_schedule else servers).filtered_domain(
            fetchmail.MAIL_SERVER_DOMAIN
        )
        with (
            ServerLocks(self.env.registry) as locks,
            self.env.registry.cursor() as work_cr,
        ):
            visited, fault = due._visit(locks, work_cr)
        # What the mailboxes say now is read anew.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        if due and visited or by_schedule:
            return fault
        return self._nothing_visited(due)

    def _visit(self, locks, work_cr):
        """Fetch from those mailboxes that nobody else fetches from.

        :return: how many these were, and the last fault
        """
        accounts, refused = self._accounts()
        # The hooks note their tokens on the mailboxes, which another cursor writes
        # from here on.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        working = self.with_env(self.env(cr=work_cr))
        faults = [
            working.browse(server_id)._concluded(finding)
            for server_id, finding in refused.items()
        ]
        for run in mailbox.run_all(working._runs(accounts, locks)):
            faults.append(run.server._told(run))
            locks.give_back(run.server.id)
        return len(faults), next(filter(None, reversed(faults)), None)

    def _runs(self, accounts, locks):
        """The look into each mailbox, locked when its turn comes."""
        seconds = self.env.context.get("mail_gateway_s", math.inf)
        # Portions are taken for that long; one that hangs may double it.
        limits = Limits(total_s=2 * seconds)
        stop = time.monotonic() + seconds
        for server in self:
            if server.id in accounts and server.exists() and locks.take(server.id):
                yield FetchRun(server, accounts[server.id], limits, stop)

    def _told(self, run):
        if run.fetched:
            _logger.info("Fetched %s messages from mailbox %s", run.fetched, self.id)
        return self._concluded(run.finding, run.unfinished, run.certificate)

    @api.model
    def _paused_text(self):
        return self.env._(
            "All fetching is paused. Switch “Fetch incoming mail” on in General"
            " Settings."
        )

    def _nothing_visited(self, due):
        """A person who presses the button gets an answer."""
        if not due:
            return UserError(
                self.env._("This mailbox is not confirmed. Press Test & Confirm first.")
            )
        return UserError(
            self.env._(
                "This mailbox is being fetched at this moment. Its messages show"
                " in Incoming Messages as they arrive."
            )
        )

    def _due(self):
        now = fields.Datetime.now()
        due = self.filtered(lambda s: not s.next_fetch or s.next_fetch <= now)
        return due.sorted(lambda s: s.next_fetch or datetime.min)

    def _accounts(self):
        """{mailbox id: account}, and {mailbox id: finding} of those whose login hook
        fails. The hooks need the environment and HTTP, so they run before the threads
        do."""
        accounts, refused = {}, {}
        for server in self:
            account, finding = server._account_or_finding()
            if finding:
                refused[server.id] = finding
            else:
                accounts[server.id] = account
        return accounts, refused

    def _account_or_finding(self, allow_archived=False):
        """(account, None), or (None, why the login hook gives none)."""
        try:
            return self._account(allow_archived), None
        except UserError as problem:
            said = str(problem)
        except Exception as problem:
            # A fault of the HTTP library shows the address it asked, and tokens stand
            # in that: neither the log nor the form may have it.
            said = type(problem).__name__
            _logger.warning("No login for mailbox %s: %s", self.id, said)
        return None, self._unexpected(said, fault.NO_LOGIN)

    def _unexpected(self, said, code="mailbox_unexpected"):
        host = self.server or ""
        params = {"reply": " ".join(said.split())[:300], "host": host}
        return Finding(code, subject=host, params=params)

    def _concluded(self, finding, unfinished=False, certificate=None):
        """Note on the mailbox how the look into it went.

        :param certificate: of ``Session.certificate``; None where it was not seen
        :return: the fault as an exception, None when all went well
        """
        # Somebody may have deleted it.
        text = finding and self.exists() and self._explain(finding)
        for _attempt in range(NOTE_ATTEMPTS):
            try:
                self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", NOTE_PATIENCE))
                if self.exists():
                    self._note(text, unfinished)
                    self._note_health(finding, certificate)
                self.env.cr.commit()  # pylint: disable=invalid-commit
                break
            except PASSING:
                # Somebody saved the form in this moment.
                self.env.cr.rollback()
        else:
            # The next look notes its own outcome.
            _logger.warning("Mailbox %s is held by another transaction", self.id)
        return UserError(text) if text else None

    def _note(self, text, unfinished):
        """Stock's fields keep their meaning (``error_date`` is since when it fails);
        the mailbox stays confirmed, however long it fails."""
        now = fields.Datetime.now()
        failures = self.failures + 1 if text else 0
        wait_s = 0 if unfinished else self.fetch_interval * 60
        if failures:
            wait_s = retry.MAILBOX.delay_or_last_s(failures)
        self.write(
            {
                "date": now,
                "next_fetch": now + timedelta(seconds=wait_s),
                "error_date": (self.error_date or now) if text else False,
                "error_message": text or False,
                "failures": failures,
            }
        )
        if failures == FAILURES_TOLD:
            self._tell_failing(text)
        elif not failures:
            self.failure_activity_id.unlink()
        if unfinished:
            self.env.ref("mail.ir_cron_mail_gateway_action").sudo()._trigger()

    def _tell_failing(self, text):
        """One activity while it fails; it goes when the mailbox works again."""
        self.failure_activity_id.unlink()
        user = self._responsible()
        if user:
            # Without "quick update" Odoo mails the assignee.
            Activity = self.env["mail.activity"].with_context(
                mail_activity_quick_update=True
            )
            self.failure_activity_id = Activity.create(
                {
                    "activity_type_id": self.env.ref(WARNING).id,
                    "user_id": user.id,
                    "summary": self.env._("Mailbox “%s” cannot be fetched", self.name),
                    "note": plaintext2html(text),
                }
            )

    def _responsible(self):
        """Who is told of faults."""
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        return self.responsible_id.filtered("active") or admin
