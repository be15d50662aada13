# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models
from odoo.tools import email_split

from ..core.routing import reports
from . import observing
from .observing import observing as observing_with


class MailThread(models.AbstractModel):
    """Reports that are no bounces: each is noted where it belongs, and no record is
    made of it. What they report on is believed only where it is a message of ours."""

    _inherit = "mail.thread"

    @api.model
    def _mail_gateway_stage_reports(self, observation):
        message_dict = observation.call.message_dict
        code = self._mail_gateway_report_code(observation, message_dict)
        if code not in reports.OTHERS or self._mail_gateway_takes(code, message_dict):
            return super()._mail_gateway_stage_reports(observation)
        report = observation.letter.said.report
        message, _ids = self._mail_gateway_reported(observation, message_dict)
        # What people sent to us is not ours to report on.
        message = message.filtered(lambda found: found.message_type != "email")
        kind = "domain" if code in reports.OF_DOMAIN else code
        getattr(self, f"_mail_gateway_report_{kind}")(report, message)
        self._mail_gateway_link(message)
        return []

    @api.model
    def _mail_gateway_takes(self, code, message_dict):
        """Whether it came to an alias that is there for reports."""
        if code not in reports.OF_DOMAIN:
            return False
        addresses = [a.lower() for a in email_split(message_dict["recipients"])]
        takes = ("mail_gateway_takes_reports", "=", True)
        return self.env["mail.alias"]._mail_gateway_lead(addresses, takes)

    @api.model
    def _mail_gateway_report_domain(self, report, _message):
        observing.current().note(
            report.kind,
            domain=getattr(report, "domain", ""),
            submitter=getattr(report, "submitter", "")
            or getattr(report, "reporter", ""),
        )

    @api.model
    def _mail_gateway_report_delivery_delayed(self, report, _message):
        late = [one for one in report.recipients if one.action == "delayed"]
        observing.current().note(
            "delivery_delayed",
            recipient=", ".join(one.original or one.address for one in late[:5]),
            reply=late[0].diagnostic or late[0].status,
        )

    @api.model
    def _mail_gateway_report_delivery_confirmed(self, report, message):
        arrived = list(reports.arrived(report))
        observation = observing.current()
        observation.note("delivery_confirmed", recipient=", ".join(arrived[:5]))
        concerns = self._mail_gateway_concerns(message, report)
        for address in arrived if not observation.dry else ():
            if not concerns(address):
                observation.note("report_unproven", recipient=address)
                continue
            # As stock does for who writes to us; none of our stages is asked.
            with observing_with(None):
                self._routing_reset_bounce(
                    observation.call.message, {"email_from": address}
                )

    @api.model
    def _mail_gateway_report_read_receipt(self, report, message):
        observation = observing.current()
        reader = report.original or report.address
        observation.note(
            "read_receipt", recipient=reader, disposition=report.disposition
        )
        if not self._mail_gateway_concerns(message, report)(reader):
            observation.note("report_unproven", recipient=reader)
            return
        date = observation.call.message_dict.get("date")

        def body(self):
            return Markup("<p>%s</p>") % self._mail_gateway_receipt(
                report, reader, message.author_id, date
            )

        self._mail_gateway_tell(message, ("receipt", reader, report.disposition), body)

    @api.model
    def _mail_gateway_receipt(self, report, reader, author, date):
        values = {"reader": reader, "at": self._mail_gateway_time(author, date)}
        if report.was_read:
            return self.env._("Read by %(reader)s on %(at)s.", **values)
        if report.disposition == "deleted":
            return self.env._("Deleted unread by %(reader)s on %(at)s.", **values)
        return self.env._("Receipt of %(reader)s on %(at)s.", **values)

    @api.model
    def _mail_gateway_report_abuse_report(self, report, message):
        observation = observing.current()
        address, sure = self._mail_gateway_complaining(report, message)
        observation.note(
            "abuse_report",
            recipient=address or ", ".join(report.addresses[:5]),
            submitter=report.reporter,
        )
        if address and not sure:
            observation.note("complaint_unproven", recipient=address)
        if observation.dry:
            return
        if sure and reports.is_unwanted(report):
            observation.note("address_blacklisted", recipient=address)
            told = self.env._("The recipient complained of a message as unwanted.")
            self.env["mail.blacklist"].sudo()._add(
                address, message=Markup("<p>%s</p>") % told
            )
        # Whoever pipes mail in need not be one who may treat it.
        row = self.env["mail.gateway.incoming"].sudo().browse(observation.incoming_id)
        row._alert_of_abuse(address)
