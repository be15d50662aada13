# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a mail to its SMTP messages; the map of the queue is in ``queue_task``."""

from odoo import models, tools
from odoo.exceptions import UserError

from .queue_task import Message, Task


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _queue_prepare(self, place, doc_to_followers):
        """What is to be said of a mail, by the same hooks and in the same order as
        stock's ``_send`` (19.0), which speaks while it builds.

        :param place: ``queue_turns.Place``
        """
        self.ensure_one()
        self._queue_check(place)
        task = Task(
            self.id,
            self.message_id or "",
            company_id=self._queue_company().id,
            is_mass=self.is_mass,
            server_id=place.server.id or 0,
        )
        emails = self._prepare_outgoing_list(
            mail_server=place.server or self.mail_server_id,
            doc_to_followers=doc_to_followers,
        )
        task.identity_id = self.identity_id.id or 0
        for email in emails:
            self._queue_add(task, place, email)
        if not task.messages and not task.fault:
            task.fault = ("mail_email_missing", place.server.NO_VALID_RECIPIENT)
        return task

    def _queue_check(self, place):
        """As stock, whether the mail may leave there."""
        server = place.server
        if server and not self._filter_mail_mail_servers(server):
            told = self.env._("Unauthorized server for some of the sending mails.")
            raise UserError(told)
        if server:
            server._check_forced_mail_server(server.sudo(), False, place.smtp_from)

    def _queue_fault(self, problem):
        """(kind of failure, words) of a mail that cannot be built, as stock's ``_send``
        (19.0) has them."""
        servers = self.env["ir.mail_server"]
        if not isinstance(problem, AssertionError) or not problem.args:
            return "unknown", tools.exception_to_unicode(problem)
        code = problem.args[0]
        if code == servers.NO_VALID_FROM:
            return "mail_from_invalid", str(problem.args[-1])
        if code in (servers.NO_FOUND_FROM, servers.NO_FOUND_SMTP_FROM):
            return "mail_from_missing", code
        return "unknown", code

    def _queue_company(self):
        return self.record_company_id or self.record_alias_domain_id.company_ids[:1]

    def _queue_add(self, task, place, email):
        servers = self._queue_context(place, email)
        built = self._queue_build(servers, email)
        task.message_id = task.message_id or str(built["Message-Id"])
        slot = place.server._queue_slot(place.smtp_from)
        try:
            prepared = servers._prepare_email_message__(built, slot)
        except AssertionError as error:
            if str(error) != servers.NO_VALID_RECIPIENT:
                raise
            # As stock: the other recipients get theirs.
            is_missing = not email["email_to"] and not task.fault
            kind = "mail_email_missing" if is_missing else "mail_email_invalid"
            task.fault = (kind, str(error))
            return
        envelope, recipients, message = prepared
        partner = email["partner_id"]
        task.messages.append(
            Message(
                part=partner.id if partner else 0,
                email_to=email["email_to"] or [],
                envelope=envelope,
                sender=tools.email_normalize(str(message["From"] or "")) or "",
                recipients=list(recipients),
                raw=_as_bytes(message, [envelope, *recipients]),
            )
        )

    def _queue_context(self, place, email):
        context = {"send_validated_to": email.get("email_to_normalized") or []}
        if place.alias_domain_id:
            domain = self.env["mail.alias.domain"].sudo().browse(place.alias_domain_id)
            bounce = email["headers"].get("Return-Path") or domain.bounce_email
            context |= {
                "domain_notifications_email": domain.default_from_email,
                "domain_bounce_address": bounce,
            }
        return self.env["ir.mail_server"].with_context(**context)

    def _queue_build(self, servers, email):
        froms = tools.mail.email_split_and_format_normalize(self.email_from)
        return servers._build_email__(
            email_from=froms[0] if froms else self.email_from,
            email_to=email["email_to"],
            subject=email["subject"],
            body=email["body"],
            body_alternative=email["body_alternative"],
            email_cc=email["email_cc"],
            reply_to=email["reply_to"],
            attachments=email["attachments"],
            message_id=email["message_id"],
            references=email["references"],
            object_id=email["object_id"],
            subtype="html",
            subtype_alternative="plain",
            headers=email["headers"],
        )


def _as_bytes(message, addresses):
    """As ``smtplib`` does it: addresses beyond ASCII need SMTPUTF8, and get it."""
    is_ascii = all(one.isascii() for one in addresses)
    policy = message.policy.clone(linesep="\r\n", utf8=not is_ascii)
    return message.as_bytes(policy=policy)
