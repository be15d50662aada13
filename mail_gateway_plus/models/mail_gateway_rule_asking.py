# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..core.routing import rule

#: As much of a value as a trace tells, in characters.
_TEXT = 200


class MailGatewayRule(models.Model):
    """Asking the rules, and telling what each of them answered."""

    _inherit = "mail.gateway.rule"

    @api.model
    def _ask(self, observation, stage, before_replies):
        """Ask the rules of a stage, each of whose answers becomes a step of the
        observation.

        :return: the rules that matched, in order
        """
        book = self._book(observation, before_replies)
        answers = rule.ask(book.rules, observation.letter)
        for hit in answers.hits:
            self._note_hit(observation, stage, hit, book.names)
        if answers.untold:
            observation.note("rules_missed", stage=stage, count=answers.untold)
        return self.browse(hit.rule.id for hit in answers.matched)

    @api.model
    def _note_hit(self, observation, stage, hit, names):
        """What decided is the last condition that was looked at."""
        params = {"stage": stage, "rule": names[hit.rule.id], "rule_id": hit.rule.id}
        for outcome in hit.outcomes[-1:]:
            params |= _deciding(outcome)
        found = "rule_marked" if hit.rule.goes_on else "rule_matched"
        observation.note(found if hit.matched else "rule_missed", **params)


def _deciding(outcome):
    """The condition that decided and what of the message did, as texts."""
    asked, said = outcome.condition, outcome.said
    params = {
        "field": asked.field,
        "operator": asked.operator,
        "value": asked.value[:_TEXT],
        "header": asked.header,
        "negated": "1" if asked.negated else "",
        "late": "1" if outcome.late else "",
    }
    if said is not None:
        params |= {"source": said.source, "said": said.text[:_TEXT]}
    return params
