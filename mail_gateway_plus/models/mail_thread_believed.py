# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import email_normalize_all

from ..core.message import abuse, loop, proof
from . import observing

#: Further addresses, beside those that everybody knows, whose complaints are believed.
_REPORTERS = "mail_gateway_plus.complaint_reporters"


class MailThread(models.AbstractModel):
    """What of a report is believed.

    Anybody can write one. It counts for an address where it is about a message of ours
    that went there: a message that Odoo still has, or one whose returned header section
    carries our mark for the address. Whoever got the same message can forge the first
    and not the second, so a complaint, which closes an address, needs more.
    """

    _inherit = "mail.thread"

    @api.model
    def _mail_gateway_by_mail(self, message):
        return message.notification_ids.filtered(
            lambda found: found.notification_type == "email"
        )

    @api.model
    def _mail_gateway_sent_to(self, message, report, outside=False):
        """Normalized addresses that a message went to by mail, of mailings as well.

        :param outside: without those of colleagues
        """
        notified = self._mail_gateway_by_mail(message)
        mails = message.sudo().mail_ids
        partners = notified.res_partner_id | mails.recipient_ids
        if outside:
            partners = partners.filtered("partner_share")
        named = [
            *notified.mapped("mail_email_address"),
            *mails.mapped("email_to"),
            message.outgoing_email_to,
        ]
        sent = [
            *partners.mapped("email_normalized"),
            *email_normalize_all(",".join(filter(None, named))),
        ]
        message_id = getattr(report, "message_id", "")
        if "mailing.trace" in self.env and message_id:
            traces = self.env["mailing.trace"].sudo()
            found = traces.search([("message_id", "=", message_id)])
            sent += [(email or "").lower() for email in found.mapped("email")]
        return list(dict.fromkeys(filter(None, sent)))

    @api.model
    def _mail_gateway_concerns(self, message, report):
        """What tells whether a report on one recipient, by its names, is about mail of
        ours; addresses change on their way, so that the only recipient is meant."""
        sent = self._mail_gateway_sent_to(message, report)

        def concerns(*addresses):
            if len(sent) == 1 or not set(sent).isdisjoint(addresses):
                return True
            return any(map(self._mail_gateway_is_marked_for, addresses))

        return concerns

    @api.model
    def _mail_gateway_bounce_concerns(self, message, report):
        """The same of a bounce. Of mail that Odoo knows nothing about any more it
        counts as in stock: it may be deleted, or older than the marks."""
        returned = observing.current().letter.said.returned
        marks = returned.all(loop.TRACE.lower())
        if marks or self._mail_gateway_sent_to(message, report):
            return self._mail_gateway_concerns(message, report)
        return lambda *_addresses: True

    @api.model
    def _mail_gateway_is_marked_for(self, address):
        returned = observing.current().letter.said.returned
        secret = self.env["ir.mail_server"]._mail_gateway_secret()
        return proof.holds(returned, secret, address)

    @api.model
    def _mail_gateway_complaining(self, report, message):
        """(the address that complains, whether that is sure): one that a message of
        ours went to and that the report names or our mark in it, or the only one
        outside; "" where nobody knows."""
        sent = self._mail_gateway_sent_to(message, report, outside=True)
        marked = filter(self._mail_gateway_is_marked_for, [*report.addresses, *sent])
        found = next(marked, "")
        if found:
            return found, True
        named = [address for address in report.addresses if address in sent]
        alone = len(sent) == 1
        if alone and not report.addresses:
            named = sent
        sure = alone or self._mail_gateway_is_reporter()
        return (named[0], sure) if named else ("", False)

    @api.model
    def _mail_gateway_is_reporter(self):
        """Whether a provider that people complain to has written it, by the word of a
        server that the mailbox trusts."""
        said = observing.current().letter.said
        if said.verdicts.get("dmarc") != "pass":
            return False
        further = self.env["ir.config_parameter"].sudo().get_param(_REPORTERS) or ""
        sender = said.sender.address
        return abuse.is_reporter(sender) or sender in email_normalize_all(further)
