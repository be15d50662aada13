# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A portion of an outgoing server's matrix: read, asked by ``net``, stored."""

import math
from dataclasses import replace

from odoo import fields

from ..core.delivery import permission
from ..core.smtp import fault
from ..core.smtp.relay import Envelope
from ..net.deadline import PROBE
from ..net.smtp_surveys import Question
from .ir_mail_server_relay import WORDS


class Survey:
    """One server and the addresses that it is asked about now."""

    def __init__(self, server, budget_s, emails=None, due_s=0):
        """:param emails: only these of its addresses
        :param due_s: only those whose evidence is that old, or missing
        """
        self.server = server
        self.found = {}
        self.is_answered = self.is_outdated = False
        candidates, self.over = server._sender_candidates()
        self.emails = {one.email for one in candidates}
        chosen = [c for c in candidates if not emails or c.email in emails]
        known, asked_today = self._known()
        waiting = permission.order(chosen, known, due_s)
        self.portion = permission.portion(
            server._pace_room(len(waiting)),
            server.limit_minute,
            server.limit_day,
            asked_today,
            budget_s,
        )
        self.candidates = {c.email: c for c in waiting[: self.portion.count]}
        self.left = len(waiting) - len(self.candidates)
        self.question = self.fault = None
        if self.candidates:
            self._prepare(budget_s)

    def _known(self):
        """({email: what is known}, how many were asked in the last day)"""
        now, known, today = fields.Datetime.now(), {}, 0
        for one in self.server.sudo().permission_ids:
            asked = one.asked_on or one.checked_on
            age = (now - asked).total_seconds() if asked else math.inf
            known[one.email] = permission.Known(one.state, age)
            today += age < permission.DAY_S
        return known, today

    def _prepare(self, budget_s):
        self.settings = self._settings()
        self.relay, self.fault = self.server._relay_or_fault()
        if self.fault:
            return
        recipient = self.server._survey_recipient()
        envelopes = tuple(Envelope(email, recipient) for email in self.candidates)
        # The way to the server takes its time as well.
        limits = replace(PROBE, total_s=budget_s + PROBE.connect_s)
        self.question = Question(self.relay, envelopes, limits, self.portion.pause_s)

    def _settings(self):
        """What the answers depend on, beside the addresses."""
        return self.server._place(), self.server._credentials()

    def take(self, asked):
        """Store what the server said, or why it could not be asked."""
        if not self.server.exists():
            return
        if self.candidates and self.settings != self._settings():
            self.is_outdated = True
            return
        Permission = self.server.env["mail.gateway.permission"]
        if asked:
            verdicts = permission.answered(asked.verdicts)
            self.left += len(asked.verdicts) - len(verdicts)
            for verdict in verdicts:
                self._note(verdict)
        elif self.fault:
            meant = fault.meaning(self.fault.kind, "auth", self.fault.said)
            for email in self.candidates:
                self._keep(email, "unknown", meant.text[:WORDS], meant.code)
        Permission._forget(self.server, self.emails)
        Permission._store(self.server, self.candidates, self.found)

    def _note(self, verdict):
        self.is_answered = self.is_answered or verdict.state != "unknown"
        code = verdict.meaning.code if verdict.meaning else ""
        email = verdict.envelope.sender
        self._keep(
            email, verdict.state, verdict.reply, code, verdict.envelope.recipient
        )

    def _keep(self, email, state, said, code, recipient=""):
        relay, params = self.relay, {"sender": email, "reply": said}
        params |= {"host": relay.host, "port": str(relay.port)}
        params |= {"user": relay.credentials.user, "recipient": recipient}
        values = self.server.env["mail.gateway.permission"]._values
        self.found[email] = values(state, said, code, params if code else None)
