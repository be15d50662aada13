# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An outgoing server as the queue uses it; the map of that is in ``queue_task``."""

import random

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.delivery import schedule
from ..core.delivery.permission import DEEP, SHALLOW, is_refusal
from ..core.finding import Finding
from ..core.smtp import fault
from ..core.smtp.sending import Refusal
from .ir_mail_server_refusal import Tried

#: Whoever changes one of these may have mended what was wrong, or mail may leave
#: another way: it is tried.
_SETTINGS = (
    *("active", "sequence", "from_filter", "owner_user_id", "mailbox_id"),
    *("smtp_host", "smtp_port", "smtp_encryption", "smtp_authentication"),
    *("smtp_user", "smtp_pass", "smtp_ssl_certificate", "smtp_ssl_private_key"),
)


class Slot:
    """What stock's preparation of a message asks a connection for (19.0)."""

    def __init__(self, from_filter, smtp_from, server_id):
        self.from_filter, self.smtp_from = from_filter, smtp_from
        self.mail_gateway_tried = Tried(server_id)


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    retry_minutes = fields.Char(
        "Retry after (Minutes)",
        help="Minutes to wait after the first, second, … attempt that failed, such as"
        " 1, 5, 15, 30, 60; later attempts are an hour apart. Empty: these.",
    )
    retry_hours = fields.Integer(
        "Retry for (Hours)", help="Then a mail is given up. 0: 48 hours."
    )

    @api.constrains("retry_minutes", "retry_hours")
    def _check_retry(self):
        for server in self:
            try:
                server._retry()
            except ValueError as odd:
                raise ValidationError(
                    self.env._(
                        "“%s”: write the minutes as numbers, such as 1, 5, 15, 30, 60,"
                        " and no hours below 0.",
                        server.name,
                    )
                ) from odd

    def write(self, vals):
        is_other = not vals.keys().isdisjoint(_SETTINGS)
        result = super().write({"smtputf8": False, **vals} if is_other else vals)
        if is_other:
            holds = self.env["mail.gateway.hold"].sudo()
            holds.search([("mail_server_id", "in", self.ids)])._release()
        return result

    def _retry(self):
        """``core.delivery.schedule.Retry`` of this server."""
        return schedule.retry(self.retry_minutes or "", self.retry_hours)

    def _retry_delay_s(self, attempts, waited_s, kind):
        """Seconds until the next attempt at a mail; None to give it up."""
        return self.sudo()._retry().delay_s(attempts, waited_s, random.random(), kind)

    def _queue_server(self):
        """Itself, or what stands for the one of the configuration file."""
        return self.sudo() or self.sudo().new({"smtp_authentication": "cli"})

    def _queue_slot(self, smtp_from):
        if not self:
            return Slot(self._get_default_from_filter(), smtp_from, False)
        slot = Slot(self.sudo().from_filter, smtp_from, self.id)
        if self._has_sender_rules():
            slot.mail_gateway_sender = self._sender_rules()
        return slot

    def _queue_relay(self):
        """(``Relay``, None), or (``Relay``, ``Refusal``) when nobody can log in."""
        server = self._queue_server()
        relay, problem = server._relay_or_fault()
        if not problem and relay.host:
            return relay, None
        kind, said = (
            ("unknown_host", "") if not problem else (problem.kind, problem.said)
        )
        meant = fault.meaning(kind, "auth" if problem else "resolve", said)
        params = {"host": relay.host, "port": str(relay.port), "reply": said}
        params["user"] = server._credentials()[0] or ""
        finding = Finding(meant.code, "error", relay.subject, params)
        return relay, Refusal("auth" if problem else "resolve", meant, finding)

    def _queue_learn(self, task):
        """What a real mail shows of senders: who may, and who may not."""
        if not self:
            return
        server = self.sudo()
        for message in task.messages:
            server._queue_learn_utf8(message)
            if message.is_accepted():
                tried = Tried(server.id)
                tried.envelope, tried.sender = message.envelope, message.sender
                server._note_success(tried)
            for why in message.refused.values():
                if is_refusal(why.meaning):
                    depth = DEEP if why.stage == "data" else SHALLOW
                    said = why.finding.params.get("reply") or ""
                    email = message.blamed(why)
                    server._note_refused(why.meaning, said, email, depth)

    def _queue_learn_utf8(self, message):
        """Mail of other letters than ASCII shows whether there is SMTPUTF8; with a
        connection of our own nobody else has asked (``_has_utf8``)."""
        if message.envelope.isascii():
            return
        whys = message.refused.values()
        if message.is_accepted():
            self._note_utf8(has_utf8=True)
        elif any(_is_without_utf8(why.meaning) for why in whys):
            self._note_utf8(has_utf8=False)

    def _queue_release(self, sender=None):
        """A test has passed: what waits for this server, or for this sender there,
        leaves."""
        if not sender and any(server.smtputf8 == "no" for server in self.sudo()):
            self.sudo().smtputf8 = False  # it may offer it by now
        domain = [("mail_server_id", "in", self.ids)]
        domain += [("sender", "=", sender or False)]
        self.env["mail.gateway.hold"].sudo().search(domain)._release()


def _is_without_utf8(meaning):
    """Its own list of what it offers says so; one that offers it may refuse a recipient
    whose server has it not (RFC 6531, 3.5)."""
    return meaning.code == "smtp_address_not_ascii" and not meaning.code_number
