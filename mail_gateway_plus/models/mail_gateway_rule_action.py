# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .mail_gateway_topic import tag_names
from .routing_call import Gone


class MailGatewayRule(models.Model):
    """What a rule that matched does with the message.

    An action gives routes, as ``message_route`` of stock does, or none and a step that
    says what became of the message. An action that cannot be done, for its record or
    its alias is gone, says so in a step that ends in quarantine.
    """

    _inherit = "mail.gateway.rule"

    def _act(self, observation, call):
        """What comes of the rules that matched, the last of which may decide.

        :param call: the ``Call`` of stock that asks for routes
        :return: routes, or None when no rule decided
        """
        observation.hits += self.ids
        for rule in self:
            rule._mark(observation.marks)
            if not rule.goes_on:
                observation.rule_id = rule.id
                return getattr(rule, f"_act_{rule.action}")(observation, call)
        return None

    def _mark(self, marks):
        """A later rule overrules an earlier one; tags add up."""
        marks.department_id = self.department_id.id or marks.department_id
        marks.identity_id = self.identity_id.id or marks.identity_id
        marks.tags += tag_names(self.tags)

    def _note(self, observation, code, **params):
        observation.note(code, rule=self.name, rule_id=self.id, **params)
        return []

    # --- one method an action

    def _act_alias(self, observation, call):
        return self._lead(observation, call.to_alias, self.alias_id)

    def _act_new(self, observation, call):
        return self._lead(observation, call.to_topic, self.topic_id, observation)

    def _act_department(self, observation, call):
        topic = self.department_id.mail_gateway_topic_id
        if not topic:
            department = self.department_id.name or ""
            return self._note(
                observation, "rule_department_unset", department=department
            )
        return self._lead(observation, call.to_topic, topic, observation)

    def _act_record(self, observation, call):
        return self._lead(observation, call.to_record, self.res_model, self.res_id)

    def _lead(self, observation, lead, *to):
        try:
            return lead(*to)
        except Gone as gone:
            return self._note(observation, f"rule_{gone.code}", **gone.params)

    def _act_ignore(self, observation, _call):
        return self._note(observation, "rule_ignored")

    def _act_quarantine(self, observation, _call):
        return self._note(observation, "rule_quarantined")
