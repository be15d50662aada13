# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import logging
import math
import time
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.mail.models import fetchmail

from ..core.finding import Finding
from ..net import mailbox
from ..net.deadline import Limits
from ..net.refusal import Refusal
from .fetch_run import FetchRun

_logger = logging.getLogger(__name__)


class FetchmailServer(models.Model):
    """The fetch: which mailboxes, under which lock, and what is noted on them."""

    _inherit = "fetchmail.server"

    def _fetch_mail(self, batch_limit=50):
        """Replaces stock's fetch (19.0), which acknowledges what it could not keep.

        This cursor holds the locks on the mailboxes and commits at the end only;
        another one commits each portion.

        :return: the last fault, as stock does
        """
        if self._connects_elsewhere():
            _logger.warning(
                "Another addon connects mailboxes: they are fetched by stock"
            )
            return super()._fetch_mail(batch_limit)
        due = self._due() if self.env.context.get("cron_id") else self
        servers = due.with_context(fetchmail_cron_running=True).try_lock_for_update(
            allow_referencing=True
        )
        servers = servers.filtered_domain(fetchmail.MAIL_SERVER_DOMAIN)
        if not servers:
            return self._nothing_locked(due)
        seconds = self.env.context.get("mail_gateway_s", math.inf)
        stop = time.monotonic() + seconds
        # Portions are taken for that long; one that hangs may double it.
        limits = Limits(total_s=2 * seconds)
        accounts, fault = servers._accounts()
        with self.env.registry.cursor() as work_cr:
            for opened in mailbox.open_all(accounts, limits):
                server = servers.browse(opened.account.key)
                fault = server._look(opened, work_cr, stop) or fault
        self.env.cr.commit()  # pylint: disable=invalid-commit
        return fault

    def _nothing_locked(self, due):
        """A person who presses the button gets an answer; the scheduled action just
        comes again."""
        if not due or self.env.context.get("cron_id"):
            return None
        if not due.filtered_domain(fetchmail.MAIL_SERVER_DOMAIN):
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
        """The accounts of these mailboxes, and the last fault: one whose login hook
        fails is left out and says so."""
        accounts, fault = [], None
        for server in self:
            try:
                accounts.append(server._account())
            except UserError as refused:
                fault = server._concluded(server._unexpected(str(refused)))
            except Exception as problem:
                # A fault of the HTTP library shows the address it asked, and tokens
                # stand in that: neither the log nor the form may have it.
                name = type(problem).__name__
                _logger.warning("No login for mailbox %s: %s", server.id, name)
                fault = server._concluded(server._unexpected(name))
        return accounts, fault

    def _look(self, opened, work_cr, stop):
        """Fetch what is new from an opened mailbox.

        :return: the fault as an exception, None when all went well
        """
        if opened.refusal:
            # What has no name yet is explained by its traceback only.
            cause = opened.refusal.__cause__
            if opened.refusal.finding.code == "mailbox_unexpected":
                _logger.warning("Mailbox %s did not open", self.id, exc_info=cause)
            return self._concluded(opened.refusal.finding)
        run, finding = None, None
        try:
            with contextlib.closing(opened.session):
                run = FetchRun(
                    self.with_env(self.env(cr=work_cr)), opened.session, stop
                )
                run.run()
            finding = run.finding
        except Refusal as refusal:
            work_cr.rollback()
            finding = refusal.finding
        except Exception as problem:  # one mailbox must not hold up the others
            work_cr.rollback()
            _logger.exception("Fetching from mailbox %s failed", self.id)
            finding = self._unexpected(f"{type(problem).__name__}: {problem}")
        if run and run.fetched:
            _logger.info("Fetched %s messages from mailbox %s", run.fetched, self.id)
        return self._concluded(finding, unfinished=bool(run and run.unfinished))

    def _unexpected(self, said):
        host = self.server or ""
        params = {"reply": " ".join(said.split())[:300], "host": host}
        return Finding("mailbox_unexpected", subject=host, params=params)

    def _concluded(self, finding, unfinished=False):
        """Note on the mailbox how the look into it went; stock's fields keep their
        meaning (``error_date`` is since when it fails)."""
        now = fields.Datetime.now()
        wait = timedelta(minutes=0 if unfinished else self.fetch_interval)
        text = finding and self._explain(finding)
        self.write(
            {
                "date": now,
                "next_fetch": now + wait,
                "error_date": (self.error_date or now) if finding else False,
                "error_message": text or False,
            }
        )
        return UserError(text) if text else None
