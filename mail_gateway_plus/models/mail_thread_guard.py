# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, models
from odoo.tools import email_normalize, email_split

from ..core.message import automatic, loop
from ..core.routing import guard

_MINUTES = "mail.gateway.loop.minutes"
_THRESHOLD = "mail.gateway.loop.threshold"
_SENDER = "mail_gateway_plus.loop_sender"


class MailThread(models.AbstractModel):
    """The loop guard; ``core.routing.guard`` tells what it stops.

    It stands before replies and aliases, so what it stops makes nothing and is answered
    by nobody. Stock's own limit for one sender comes last, as ever, and answers.
    """

    _inherit = "mail.thread"

    @api.model
    def _mail_gateway_stage_loop_guard(self, observation):
        # Whoever pipes mail in need not be one who may treat it.
        row = self.env["mail.gateway.incoming"].sudo().browse(observation.incoming_id)
        if row._was_guarded():
            # Somebody has seen it and wants it processed.
            return None
        said = observation.letter.said
        sign = self._mail_gateway_sign(said.section)
        if not sign and not said.automatic:
            # What people write is the most.
            return None
        limits = self._mail_gateway_limits()
        coming, params = self._mail_gateway_coming(observation, row, sign, limits)
        code = guard.stopped(coming, limits)
        if not code:
            return None
        observation.note(code, **params)
        return []

    @api.model
    def _mail_gateway_sign(self, section):
        """The sign of a loop that the guard knows; None without one."""
        own = loop.Own(self.env["ir.mail_server"]._mail_gateway_token(), (), _not_ours)
        signs = loop.signs(section, own)
        return next((one for one in signs if one.code in guard.CODES), None)

    @api.model
    def _mail_gateway_coming(self, observation, row, sign, limits):
        """What the guard asks for, and what the trace tells of it."""
        said, message_dict = observation.letter.said, observation.call.message_dict
        kind = said.automatic.kind if said.automatic else ""
        sender = email_normalize(message_dict["email_from"]) or ""
        params = {"sender": sender}
        if sign:
            params |= {"source": sign.source, "said": sign.value}
        # What a person may have written is no round of two programs.
        sure, counts = automatic.answer(said.section) is not None, {}
        if guard.is_counted(kind) and sender:
            conversation = sure and self._mail_gateway_conversation(observation)
            counts = self._mail_gateway_counted(row, sender, conversation, limits)
            if not observation.dry:
                row.write({"automatic_from": sender, "conversation": conversation})
        coming = guard.Coming(
            sign=sign.code if sign else "",
            addressed=bool(sign) and self._mail_gateway_leads_here(said.section),
            automatic=kind,
            sure=sure,
            **counts,
        )
        return coming, params

    @api.model
    def _mail_gateway_counted(self, row, sender, conversation, limits):
        since = self.env.cr.now() - timedelta(minutes=limits.minutes)
        rows = row._automatic_since(sender, since)
        allowed = self.env["mail.gateway.allowed"].sudo()
        return {
            "allowed": bool(
                allowed.search_count([("email_normalized", "=", sender)], limit=1)
            ),
            "rounds": sum(
                bool(conversation) and one.conversation == conversation for one in rows
            ),
            "from_pair": sum(one.recipients == row.recipients for one in rows),
            "from_sender": len(rows),
        }

    @api.model
    def _mail_gateway_conversation(self, observation):
        """What all messages of a conversation have in common: the document of what is
        answered, or else the first Message-ID of the thread; "" for what answers
        nothing."""
        parent_id = observation.call.message_dict.get("parent_id")
        parent = self.env["mail.message"].sudo().browse(parent_id or [])
        if parent.model and parent.res_id:
            return f"{parent.model},{parent.res_id}"
        return next(iter(observation.letter.said.references), "")[:998]

    @api.model
    def _mail_gateway_limits(self):
        """Stock's own settings count for ours as well."""
        get = self.env["ir.config_parameter"].sudo().get_param
        pair = int(get(_THRESHOLD, guard.Limits.pair))
        return guard.Limits(
            minutes=int(get(_MINUTES, guard.Limits.minutes)),
            pair=pair,
            sender=int(get(_SENDER, pair * guard.SENDER_FACTOR)),
        )

    @api.model
    def _mail_gateway_leads_here(self, section):
        """Whether a message is written to an alias, as Odoo's users do; what others
        forward to one is not."""
        named = ",".join(section.text(name)[:8_192] for name in ("to", "cc"))
        addresses = [address.lower() for address in email_split(named)]
        return self.env["mail.alias"]._mail_gateway_lead(addresses)


def _not_ours(_message_id):
    """Stock knows its own mail by the Message-ID before anybody is asked here."""
    return False
