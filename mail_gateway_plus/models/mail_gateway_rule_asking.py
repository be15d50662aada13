# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import api, models

from ..core.routing import rule
from ..core.routing.pattern import Spent

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
        # To ask for the thread's own time takes half as long as an expression.
        spent = observation.spent = observation.spent or Spent(time.monotonic)
        before = spent.unasked
        # Who tries a message wants to know of each why it does not match.
        told = len(book.rules) if observation.dry else rule.TOLD
        answers = rule.ask(book.rules, observation.letter, told, spent)
        observation.slow += answers.slow
        for hit in answers.hits:
            self._note_hit(observation, stage, hit, book)
        if answers.untold:
            observation.note("rules_missed", stage=stage, count=answers.untold)
        if spent.unasked > before:
            count = spent.unasked - before
            observation.note("rules_unasked", stage=stage, count=count)
        return self.browse(hit.rule.id for hit in answers.matched)

    @api.model
    def _note_hit(self, observation, stage, hit, book):
        """What decided is the last condition that was looked at."""
        rule_id = hit.rule.id
        if rule_id in book.own:
            observation.told_company_id = observation.company_id
        params = {"stage": stage, "rule": book.names[rule_id], "rule_id": rule_id}
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
        "unasked": "1" if outcome.unasked else "",
    }
    if said is not None:
        params |= {"source": said.source, "said": said.text[:_TEXT]}
    return params
