# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast
import json

from odoo import api, fields, models, tools

from .ir_mail_server_chosen import MARK
from .mail_message import OF_LETTER
from .sender_choice import Chooser
from .sender_letter import pair

#: Context key: whoever asks how mails are grouped does not want them chosen anew.
KEEP = "mail_gateway_keep_sender"


class MailMail(models.Model):
    """Under which address a mail leaves, and why.

    It is chosen each time before mails are grouped for sending: what the server has
    refused in the meantime is not used again. ``email_from`` stays what it was: it is
    the message's, and says in its history who wrote it; that a department spoke for
    them is a matter of the mail alone.
    """

    _inherit = "mail.mail"

    sender_choice = fields.Json(readonly=True, copy=False)
    sender_from = fields.Char("Leaves As", readonly=True, copy=False)
    identity_id = fields.Many2one(
        "mail.gateway.identity",
        "Sender Identity",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    sender_words = fields.Html(
        "Why This Sender", compute="_compute_sender_words", sanitize=False
    )

    @api.depends("sender_choice")
    @api.depends_context("lang")
    def _compute_sender_words(self):
        Identity = self.env["mail.gateway.identity"]
        for mail in self:
            mail.sender_words = Identity._choice_html(mail.sender_choice)

    def _split_by_mail_configuration(self):
        """Mail that leaves otherwise than stock would have it forms groups of its own:
        stock (19.0) takes From of the message, and its server by that."""
        if not self.env["mail.gateway.identity"]._is_used():
            yield from super()._split_by_mail_configuration()
            return
        if not self.env.context.get(KEEP):
            self._choose_senders()
        ours = self.filtered(lambda mail: mail._has_own_sender())
        if others := self - ours:
            yield from super(MailMail, others)._split_by_mail_configuration()
        params = self.env["ir.config_parameter"].sudo()
        size = int(params.get_param("mail.session.batch.size")) or 1000
        for (server, domain, sender), mails in ours.grouped(_way).items():
            for ids in tools.split_every(size, mails.ids):
                yield server, domain, sender, ids

    def _has_own_sender(self):
        return bool(self.sender_choice) and not self.sender_choice["is_stock"]

    def _choose_senders(self):
        letters = self._sender_letters()
        chooser = Chooser(self.env, letters)
        found = chooser.choices()
        for mail, letter in zip(self, letters, strict=True):
            choice = chooser.told(letter, found[letter.key])
            if choice != mail.sender_choice:
                mail._keep_choice(choice)

    def _keep_choice(self, choice):
        self.write(
            {
                "sender_choice": choice,
                "sender_from": tools.formataddr(choice["from"]),
                "identity_id": choice["identity"] or False,
            }
        )

    def _sender_letters(self):
        self.fetch(["mail_message_id", "headers", "sender_choice"])
        self.mail_message_id.fetch(OF_LETTER)
        return [mail._sender_letter() for mail in self]

    def _sender_letter(self):
        message = self.mail_message_id
        is_mailing = "mailing_id" in self._fields and bool(self.mailing_id)
        return message._sender_letter(
            key=self.id,
            path=self._own_header("Return-Path"),
            added=pair(self._own_header("Sender"))[1],
            # Who writes a mailing chooses its sender on its form.
            is_marked=message.mail_gateway_explicit or is_mailing,
            is_list=bool(self._own_header("List-Id")),
        )

    def _own_header(self, name):
        """Of those that it brings: Return-Path tells bounces apart, List-Id (RFC 2919)
        what a mailing list passes on, Sender (RFC 5322, 3.6.2) who writes for another.
        """
        name = name.lower()
        if name not in (self.headers or "").lower():
            return ""
        try:
            headers = ast.literal_eval(self.headers)
        except (ValueError, SyntaxError):  # stock sends it without them
            return ""
        return next((v for k, v in headers.items() if k.lower() == name), "")

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Stock (19.0) takes From of the mail when it builds the message, so ours goes
        with the headers, where ``_build_email__`` takes it out again."""
        found = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        if self.env["mail.gateway.identity"]._is_used() and self._has_own_sender():
            leaving = json.dumps(self._leaving())
            for one in found:
                one["headers"] = {**one["headers"], MARK: leaving}
        return found

    def _leaving(self):
        """What of the message is replaced; null for what is not."""
        choice = self.sender_choice
        replies = choice["reply_to"]
        written = replies and ", ".join(map(tools.formataddr, replies))
        return {
            "from": tools.formataddr(choice["from"]),
            "envelope": choice["envelope"],
            "reply_to": "" if replies == [] else written,
        }


def _way(mail):
    choice = mail.sender_choice
    return choice["server"] or False, mail.record_alias_domain_id.id, choice["from"][1]
