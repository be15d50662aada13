# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_datetime

from ..core.message import identity
from ..core.routing.observation import Reached
from . import observing

#: As many recipients as a note lists; the message itself shows all of them.
_LISTED = 20


class MailThread(models.AbstractModel):
    """What is told of a report on the document whose message it is about: in internal
    notes, which send nothing to anybody."""

    _inherit = "mail.thread"

    @api.model
    def _mail_gateway_document(self, message):
        """The record that a message stands on, empty where it takes no notes."""
        model = self.env.get(message.model) if message.model else None
        if model is None or not message.res_id or not hasattr(model, "_message_log"):
            return self.env["mail.thread"]
        return model.sudo().browse(message.res_id).exists()

    @api.model
    def _mail_gateway_link(self, message):
        """Let the ledger lead to that record."""
        document = self._mail_gateway_document(message)
        if document:
            reached = Reached(document._name, document.id)
            observation = observing.current()
            if reached not in observation.reached:
                observation.reached.append(reached)

    @api.model
    def _mail_gateway_tell(self, message, grounds, body):
        """A note, in the language of the message's author.

        :param grounds: texts; for the same ones there is one note
        :param body: takes ``self`` in that language and gives HTML
        :return: the note, and whether it is new
        """
        document = self._mail_gateway_document(message)
        Message = self.env["mail.message"].sudo()
        observation = observing.current()
        if not document or (observation is not None and observation.dry):
            return Message, False
        message_id = identity.derived(*grounds, message.message_id or "")
        found = Message.search([("message_id", "=", message_id)], limit=1)
        if found:
            return found, False
        lang = message.author_id.lang or self.env.lang
        note = document._message_log(body=body(self.with_context(lang=lang)))
        note.sudo().message_id = message_id
        return note.sudo(), True

    @api.model
    def _mail_gateway_tell_author(self, bounced, lost):
        """One note for all recipients of a message that it did not reach, however many
        reports there are of them."""
        if not lost:
            return

        def body(self):
            return self._mail_gateway_lost_note(bounced, lost)

        note, is_new = self._mail_gateway_tell(bounced, ("bounced",), body)
        if not note or is_new:
            return
        lang = bounced.author_id.lang or self.env.lang
        for loss in lost:
            listed = Markup("<b>%s</b>") % loss.address in note.body
            if not listed and note.body.count("<li>") < _LISTED:
                line = self.with_context(lang=lang)._mail_gateway_lost_line(loss)
                end = note.body.rindex("</ul>")
                note.body = note.body[:end] + line + note.body[end:]

    @api.model
    def _mail_gateway_lost_note(self, bounced, lost):
        lines = Markup().join(map(self._mail_gateway_lost_line, lost[:_LISTED]))
        told = self.env._(
            "The message of %(author)s on %(at)s did not reach all of its recipients:",
            author=bounced.author_id.name or bounced.email_from or "",
            at=self._mail_gateway_time(bounced.author_id, bounced.date),
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (told, lines)

    @api.model
    def _mail_gateway_lost_line(self, loss):
        title, *further = self._mail_gateway_words(loss)
        text = "\n".join(filter(None, further)).split("\n")
        why = Markup("<br/>").join(filter(None, text))
        return Markup("<li><b>%s</b>: %s<br/>%s</li>") % (loss.address, title, why)

    @api.model
    def _mail_gateway_time(self, author, date):
        """When it was, as the author's clock has it."""
        date = date or self.env.cr.now()
        zone = author.user_ids[:1].tz or author.tz or "UTC"
        return format_datetime(self.env, date, tz=zone, dt_format="medium")
