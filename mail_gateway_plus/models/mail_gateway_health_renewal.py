# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core import health, health_check
from ..core.smtp.fault import UNCERTAIN
from .mail_gateway_health import ACTIONS, CHECKS, WATCHED

FETCH, PROCESS, SEND = ACTIONS
#: The advisory lock of who looks.
LOCK = 0x6D67_6865_616C
#: Where this did not run for longer, nothing did.
AWAKE = timedelta(hours=1)
#: Model -> what a record that is at rest has no longer.
RESTING = {
    "fetchmail.server": health.MAILBOX_CODES | {health.CERTIFICATE, health.QUARANTINE},
    "ir.mail_server": health.SERVER_CODES
    | health.HOLD_CODES
    | {health.CERTIFICATE, health.SENDERS_REFUSED},
    "mail.gateway.identity": health.SENDER_CODES,
}


class MailGatewayHealth(models.Model):
    """What nobody notices at the moment when it happens is looked up from time to time.
    All of it stands in the database; other faults are noted where they arise."""

    _inherit = "mail.gateway.health"

    @api.model
    def _renew(self, is_told=False):
        """Open and close what follows from the database as it is.

        :param is_told: whether somebody gets an activity for what has come
        """
        if not self._try_lock_renewal():
            return
        holds = self._holds()
        self._renew_actions(holds)
        self._renew_servers(holds)
        self._renew_quarantine()
        self._close_of_the_resting()
        if is_told:
            self._untold()._tell()

    @api.model
    def _try_lock_renewal(self):
        """Until the end of the transaction: who opens the screen while another does
        would find the same faults once more."""
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return self.env.cr.fetchone()[0]

    @api.model
    def _untold(self):
        """What is new, also to somebody who opened the screen; a stop has its own
        activity."""
        untold = [("closed_on", "=", False), ("is_told", "=", False)]
        codes = [("code", "in", list(health.TOLD_CODES))]
        return self.env["mail.gateway.finding"].sudo().search(untold + codes)

    @api.model
    def _cron_renew(self):
        """After a night with the machine off all actions are late, and none is to
        blame."""
        last = self.env.context.get("lastcall")
        is_awake = not last or fields.Datetime.now() - last < AWAKE
        self.with_context(mail_gateway_was_off=not is_awake)._renew(is_told=True)

    @api.model
    def _close_of_the_resting(self):
        """What is archived or not confirmed any more is no fault of today."""
        for model, codes in RESTING.items():
            here = [("res_model", "=", model), ("closed_on", "=", False)]
            Finding = self.env["mail.gateway.finding"].sudo()
            opened = Finding.search([*here, ("code", "in", list(codes))])
            records = self.env[model].sudo().browse(opened.mapped("res_id"))
            resting = records.exists().filtered(self._is_resting)
            opened.filtered(lambda found, ids=resting.ids: found.res_id in ids)._close()

    @api.model
    def _is_resting(self, record):
        """As the lights have it: what is archived does not show, and of a mailbox that
        is not confirmed nothing counts."""
        if record._name == "ir.mail_server" and record.id == self._configured_id():
            return False
        is_mailbox = record._name == "fetchmail.server"
        is_draft = (
            is_mailbox and record.server_type != "local" and record.state != "done"
        )
        return is_draft or not record.active

    # --- the queues

    @api.model
    def _renew_actions(self, holds):
        """:param holds: as of ``_holds``"""
        named = {
            name: cron
            for name in WATCHED
            if (cron := self.env.ref(name, raise_if_not_found=False))
        }
        crons = self.env["ir.cron"].sudo().browse(one.id for one in named.values())
        checks = [named[name].id for name in CHECKS if name in named]
        found = {
            cron.id: health_check.action(self._action_facts(cron, cron.id in checks))
            for cron in crons
        }
        more = {
            FETCH: self._fetching,
            PROCESS: self._ledger_waiting,
            SEND: self._mail_waiting,
        }
        for name in ACTIONS:
            if name in named:
                found[named[name].id] += more[name]()
        if SEND in named:
            # That of the configuration file has no form.
            found[named[SEND].id] += holds.get(0, [])
        if FETCH in named and not self._is_fetched():
            # Stock switches it off where no mailbox is confirmed.
            found[named[FETCH].id] = []
        self.env["mail.gateway.finding"]._renew_all(crons, found, health.QUEUE_CODES)

    @api.model
    def _action_facts(self, cron, is_check):
        now = fields.Datetime.now()
        was_off = self.env.context.get("mail_gateway_was_off")
        turn = timedelta(**{cron.interval_type: cron.interval_number})
        # One that was just switched on has had no turn since.
        late = now - max(cron.nextcall, cron.write_date)
        return health_check.Action(
            cron.cron_name,
            is_active=cron.active,
            late_s=0 if was_off else max(late.total_seconds(), 0),
            interval_s=turn.total_seconds(),
            failures=cron.failure_count,
            is_check=is_check,
        )

    @api.model
    def _is_fetched(self):
        """Whether there is a mailbox to fetch."""
        confirmed = [("state", "=", "done"), ("server_type", "!=", "local")]
        return bool(
            self.env["fetchmail.server"].sudo().search_count(confirmed, limit=1)
        )

    @api.model
    def _fetching(self):
        is_paused = self.env["fetchmail.server"]._is_paused()
        return health_check.paused(health.PAUSED) if is_paused else []

    @api.model
    def _ledger_waiting(self):
        Incoming = self.env["mail.gateway.incoming"].sudo()
        count, oldest = self._waiting(Incoming, Incoming._domain_due(), "create_date")
        return health_check.waiting(health.LEDGER_WAITING, count, oldest)

    @api.model
    def _mail_waiting(self):
        Mail = self.env["mail.mail"].sudo()
        now = fields.Datetime.now()
        outgoing = [("state", "=", "outgoing"), ("hold_id", "=", False)]
        due = ["|", ("scheduled_date", "=", False), ("scheduled_date", "<=", now)]
        count, oldest = self._waiting(Mail, outgoing + due, "create_date")
        recent = ("create_date", ">=", now - timedelta(days=1))
        failed = [("state", "=", "exception"), ("failure_class", "!=", "recipient")]
        found = health_check.failed(Mail.search_count([*failed, recent]))
        doubt = [("state", "=", "exception"), ("failure_code", "=", UNCERTAIN)]
        found += health_check.uncertain(Mail.search_count(doubt))
        if Mail._queue_is_paused():
            return found + health_check.paused(health.SENDING_PAUSED)
        return found + health_check.waiting(health.MAIL_WAITING, count, oldest)

    @api.model
    def _waiting(self, model, domain, moment):
        """(how many of them, for how many seconds the oldest)"""
        ((count, oldest),) = model._read_group(domain, [], ["__count", f"{moment}:min"])
        now = fields.Datetime.now()
        return count, (now - oldest).total_seconds() if oldest else 0

    # --- quarantine

    @api.model
    def _renew_quarantine(self):
        """Of this, who is responsible for the mailbox has an activity already."""
        mailboxes = self.env["fetchmail.server"].sudo().search([])
        mailboxes = mailboxes.filtered(lambda one: not self._is_resting(one))
        found = {
            mailbox: health_check.quarantine(*counts)
            for mailbox, counts in self._quarantined().items()
        }
        self.env["mail.gateway.finding"]._renew_all(
            mailboxes, found, {health.QUARANTINE}
        )

    @api.model
    def _quarantined(self):
        """{id of a mailbox: (messages in quarantine, those of a day, all of a day)}"""
        Incoming = self.env["mail.gateway.incoming"].sudo()
        Incoming.flush_model(["server_id", "state", "create_date"])
        self.env.cr.execute(
            SQL(
                """
                SELECT server_id,
                       count(*) FILTER (WHERE state = 'quarantined'),
                       count(*) FILTER (WHERE state = 'quarantined'
                                          AND create_date >= %(day)s),
                       count(*) FILTER (WHERE create_date >= %(day)s)
                  FROM mail_gateway_incoming
                 WHERE server_id IS NOT NULL
                   AND (state = 'quarantined' OR create_date >= %(day)s)
              GROUP BY server_id
                """,
                day=fields.Datetime.now() - timedelta(days=1),
            )
        )
        counts = defaultdict(tuple)
        for mailbox, *numbers in self.env.cr.fetchall():
            counts[mailbox] = tuple(numbers)
        return counts
