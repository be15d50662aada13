# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ..core.message import facts
from ..core.routing import chain, verdict
from . import locks, processing
from .ir_cron import gathering_wake_ups

_logger = logging.getLogger(__name__)

#: How the database, or its driver, refuses a value.
UNFIT = (psycopg2.Error, ValueError)


class MailGatewayIncoming(models.Model):
    """The way of a message through the ledger: received, processed, concluded."""

    _inherit = "mail.gateway.incoming"

    @api.model
    def _receive(self, server, folder, uidvalidity, arrivals, entries=None):
        """Store messages and have them processed; the caller commits.

        :param arrivals: (UID, raw bytes) of each
        :param entries: {UID: Entry}, what the server's listing said of them
        :return: the new rows, in state ``received``
        """
        marks = {uid: entry.mark for uid, entry in (entries or {}).items()}
        arrivals = [(uid, marks.get(uid, ""), raw) for uid, raw in arrivals]
        rows = self._keep(server, folder, uidvalidity, arrivals)
        self._processing_cron()._trigger()
        return rows

    @api.model
    def _keep(self, server, folder, uidvalidity, arrivals):
        """Store messages.

        :param arrivals: (UID, what the server's listing said of it, raw bytes) of each
        """
        place = {
            "server_id": server.id,
            "company_id": server.company_id.id,
            "account": server._account_name(),
            "folder": folder,
            "uidvalidity": uidvalidity,
            # Of what is piped in, nothing is left anywhere.
            "tidied": server.server_type == "local"
            or server.after_fetch not in ("move", "delete"),
        }
        try:
            with self.env.cr.savepoint():
                return self._store(place, arrivals)
        except UNFIT:
            # One of them has a fact that the database refuses: the others must not
            # wait for it, and it is kept all the same.
            _logger.warning("A portion is stored message by message", exc_info=True)
            rows = self.browse()
            for arrival in arrivals:
                rows += self._store_alone(place, arrival)
            return rows

    @api.model
    def _store_alone(self, place, arrival):
        try:
            with self.env.cr.savepoint():
                return self._store(place, [arrival])
        except UNFIT:
            return self._store(place, [arrival], only=("digest", "fingerprint", "size"))

    @api.model
    def _store(self, place, arrivals, only=None):
        """Rows and raw bytes of messages; ``only`` limits which facts are kept."""
        known = [self._values(facts.read(raw)) for _uid, _mark, raw in arrivals]
        values = [
            {name: v for name, v in facts_.items() if not only or name in only}
            | place
            | {"uid": uid, "stated": mark}
            for facts_, (uid, mark, _raw) in zip(known, arrivals, strict=True)
        ]
        # No creation note, no followers, no tracking: these are many rows.
        quiet = self.with_context(tracking_disable=True, mail_create_nosubscribe=True)
        rows = quiet.create(values)
        raws = (raw for _uid, _mark, raw in arrivals)
        self.env["mail.gateway.chunk"]._store(zip(rows.ids, raws, strict=True))
        return rows

    @api.model
    def _values(self, known):
        return {
            "message_id": known.message_id,
            "digest": known.digest,
            "fingerprint": known.fingerprint,
            "email_from": known.email_from,
            "recipients": known.recipients,
            "subject": known.subject,
            "date": known.date,
            "size": known.size,
        }

    @api.model
    def _processing_cron(self):
        return self.env.ref("mail_gateway_plus.ir_cron_process").sudo()

    @api.model
    def _process_received(self, servers=None, seconds=None):
        """Process what waits, oldest first, each message in a transaction of its own.
        Safe to call from several workers at once.

        :param servers: only messages of these mailboxes
        :param seconds: stop taking messages after this time
        :return: how many were taken
        """
        stop = time.monotonic() + seconds if seconds else float("inf")
        taken = 0
        # This cursor holds the lock of the message in work and nothing else, so no
        # commit on the way can release it.
        with gathering_wake_ups(self.env), self.env.registry.cursor() as lock_cr:
            while time.monotonic() < stop:
                incoming_id = locks.lock_next(lock_cr, servers)
                if not incoming_id:
                    break
                processing.process(self.env.registry, incoming_id)
                lock_cr.rollback()
                taken += 1
                left = self.env["ir.cron"]._commit_progress(1)
                stop = min(stop, time.monotonic() + left)
        return taken

    @api.model
    def _cron_process(self):
        waiting = self.search_count(self._domain_due())
        self.env["ir.cron"]._commit_progress(remaining=waiting)
        self._process_received()

    @api.model
    def _domain_due(self):
        now = fields.Datetime.now()
        return [
            ("state", "=", "received"),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", now),
        ]

    def _conclude(self, observation):
        """Write the outcome; it commits together with what the message made."""
        self.ensure_one()
        decided = verdict.decide(observation)
        values = self._concluded(observation, decided)
        self.with_context(tracking_disable=True).write(values)
        Rule, Hit = self.env["mail.gateway.rule"], self.env["mail.gateway.rule.hit"]
        Hit.sudo()._add(Rule.browse(observation.hits).exists())
        Hit.sudo()._add_slow(Rule.browse(observation.slow).exists())
        if observation.guise.message_id and observation.reached:
            self.posted_message_id = observation.guise.message_id
        if observation.supersedes and decided.state in ("routed", "bounce"):
            self._supersede()
        if observation.broken_aliases:
            broken = self.env["mail.alias"].browse(observation.broken_aliases)
            broken.exists().write({"alias_status": "invalid"})
        if decided.state == "quarantined":
            self._tell()

    def _concluded(self, observation, decided):
        """Values of the outcome."""
        # What tells of a company's own rules is for that company.
        company_id = self.company_id.id or observation.told_company_id
        return {
            "state": decided.state,
            "reason_code": decided.reason_code,
            "trace": observation.trace(),
            "company_id": company_id or False,
            "decided_by": chain.decided(observation.steps),
            "rule_id": observation.rule_id or False,
            "department_id": self._department_of(observation).id,
            "identity_id": observation.marks.identity_id or False,
            "next_attempt": False,
            "outcome_ids": [
                fields.Command.create(
                    {
                        "res_model": reached.res_model,
                        "res_id": reached.res_id,
                        "alias_id": reached.alias_id or False,
                        "rule_id": reached.rule_id or False,
                    }
                )
                for reached in observation.reached
            ],
        }

    def _recall(self, observation):
        """Mark the observation of a message that people send on as it was marked when
        it came: department, identity, and the tags of the rules that matched."""
        matched = [
            int(step["params"]["rule_id"])
            for step in self._steps()
            if step["step"] in ("rule_matched", "rule_marked")
        ]
        for rule in self.env["mail.gateway.rule"].browse(matched).exists():
            rule._mark(observation.marks)
        observation.marks.department_id = self.department_id.id or 0
        observation.marks.identity_id = self.identity_id.id or 0

    def _department_of(self, observation):
        """What a rule said, else an alias, else that of the mailbox."""
        Department = self.env["hr.department"]
        said = Department.browse(observation.marks.department_id or []).exists()
        of_alias = self._aliases_of(observation).mail_gateway_department_id[:1]
        # What stands for a row forgets its mailbox when a try is undone.
        of_mailbox = Department.browse(observation.mailbox_department_id or [])
        return said or of_alias or of_mailbox.exists() or self.server_id.department_id

    def _aliases_of(self, observation):
        """The aliases that led to records. This transaction has found them, so they
        are there; to ask takes a query."""
        ids = [found.alias_id for found in observation.reached if found.alias_id]
        return self.env["mail.alias"].browse(ids)

    def _put_off(self, delay_s):
        """Try again later."""
        self.ensure_one()
        at = fields.Datetime.now() + timedelta(seconds=delay_s)
        self.next_attempt = at
        self._processing_cron()._trigger(at=at)

    def _tell(self):
        user = self._to_be_told([("state", "=", "quarantined")])
        if not user:
            return
        note = self.env._(
            "A message to %(mailbox)s could not be routed: %(reason)s. Further ones"
            " show in Incoming Messages under the filter Quarantined.",
            mailbox=self.server_id.name or self.env._("a former mailbox"),
            reason=self.reason,
        )
        self._warn(user, self.env._("E-mail in quarantine"), note)

    def _responsible(self):
        user = self.server_id.responsible_id.filtered("active")
        return user or self.env.ref("base.user_admin", raise_if_not_found=False)

    def _alert_of_abuse(self, address):
        """
        :param address: who complained of a message of ours, "" where nobody knows
        """
        user = self._to_be_told([("reason_code", "=", "abuse_report")])
        if not user:
            return
        note = self.env._(
            "%(who)s reported a message of ours as unwanted. Too many complaints"
            " and providers refuse all of our mail. Further ones show in Incoming"
            " Messages.",
            who=address or self.env._("A recipient"),
        )
        self._warn(user, self.env._("Somebody complains of our mail"), note)

    def _to_be_told(self, alike):
        """Who is told of this message; nobody while the mailbox has an open activity
        on one that is ``alike`` (a domain): one for all, not one a message."""
        told = [
            ("server_id", "=", self.server_id.id),
            ("activity_ids", "!=", False),
            *alike,
        ]
        if self.search_count(told, limit=1):
            return self.env["res.users"]
        return self._responsible()

    def _warn(self, user, summary, note):
        # Without "quick update" Odoo mails the assignee, within this transaction.
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=note,
            user_id=user.id,
        )
