# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from collections import defaultdict

from odoo import api, fields, models, tools

VALUE = re.compile(r"%\((\w+)\)s")
#: The last sentence, where it quotes the server.
QUOTE = re.compile(r"(?:^|(?<=[.!?。])\s*)[^.!?。]*%\(reply\)s\W*$")


def known_lines(text, params):
    """``text`` without those of its further lines that are about nothing known."""
    first, *further = text.split("\n")
    known = (
        line for line in further if all(params.get(n) for n in VALUE.findall(line))
    )
    return "\n".join((first, *known))


def without_empty_reply(text, params):
    """``text`` without the sentence that quotes the server, if it said nothing and
    there is more to read."""
    return text if params.get("reply") else QUOTE.sub("", text) or text


class MailGatewayAdvice(models.Model):
    """The words for a finding: one record a code, the same wherever it shows."""

    _name = "mail.gateway.advice"
    _description = "Mail Gateway Advice"
    _rec_name = "title"
    _order = "code"

    code = fields.Char(required=True, readonly=True, index=True)
    title = fields.Char(required=True, translate=True)
    cause = fields.Text(translate=True)
    remedy = fields.Text(translate=True)
    link = fields.Char(help="Where the provider tells more.")

    _code_unique = models.Constraint("UNIQUE(code)", "One code, one advice.")

    @api.model
    @tools.ormcache("code")
    def _id_of(self, code):
        return self.sudo().search([("code", "=", code)], limit=1).id

    @api.model
    def _of(self, code):
        """The advice of a finding's code; empty for a code without words."""
        return self.sudo().browse(self._id_of(code) or [])

    def _filled(self, params):
        """(title, cause, remedy) with the finding's values in their places."""
        self.ensure_one()
        values = defaultdict(lambda: "?", params)
        cause = without_empty_reply(self.cause or "", params)
        texts = (self.title, cause, known_lines(self.remedy or "", params))
        return tuple(text % values for text in texts)

    @api.model
    def _words(self, code, params):
        """(title, cause, remedy) with the provider's own steps and the link where they
        are known; a code without words shows itself."""
        advice = self._of(code)
        if not advice:
            return code, "", ""
        title, cause, remedy = advice._filled(params)
        steps = self.env["mail.gateway.provider"]._steps(code, params.get("host"))
        return title, cause, "\n".join(filter(None, [remedy, steps, advice.link]))

    @api.model
    def _text(self, finding):
        """All that is to be said about a finding, ready for a message box."""
        return "\n\n".join(filter(None, self._words(finding.code, finding.params)))

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
