# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models

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
        if not document or observing.current().dry:
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
            return self._mail_gateway_lost_note(lost)

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
    def _mail_gateway_lost_note(self, lost):
        lines = Markup().join(map(self._mail_gateway_lost_line, lost[:_LISTED]))
        told = self.env._("This message did not reach all of its recipients:")
        return Markup("<p>%s</p><ul>%s</ul>") % (told, lines)

    @api.model
    def _mail_gateway_lost_line(self, loss):
        title, cause, remedy = self._mail_gateway_words(loss)
        why = " ".join(filter(None, (cause, remedy)))
        return Markup("<li><b>%s</b>: %s<br/>%s</li>") % (loss.address, title, why)
