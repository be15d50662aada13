# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast

from odoo import models

from .mail_gateway_topic import linked_tags


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
        if not observation.dry:
            self.env["mail.gateway.rule.hit"].sudo()._add(self)
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
        marks.tags += _names(self.tags)

    def _note(self, observation, code, **params):
        observation.note(code, rule=self.name, rule_id=self.id, **params)
        return []

    # --- one method an action

    def _act_alias(self, observation, call):
        alias = self.alias_id.exists()
        if not alias:
            return self._note(observation, "rule_alias_gone")
        model = alias.sudo().alias_model_id.model
        defaults = ast.literal_eval(alias.alias_defaults)
        return call.route(model, alias.alias_force_thread_id, defaults, alias)

    def _act_new(self, observation, call):
        return self._act_topic(observation, call, self.topic_id)

    def _act_department(self, observation, call):
        topic = self.department_id.mail_gateway_topic_id
        if not topic:
            department = self.department_id.name or ""
            return self._note(
                observation, "rule_department_unset", department=department
            )
        return self._act_topic(observation, call, topic)

    def _act_topic(self, observation, call, topic):
        if not topic:
            return self._note(observation, "rule_topic_gone")
        if not self._takes(topic.model, "message_new"):
            return self._note(observation, "rule_model_unfit", model=topic.model)
        marks = observation.marks
        marks.department_id = marks.department_id or topic.department_id.id
        marks.tags += topic._tag_names()
        # Looking is for nothing if it makes tags.
        tags = [] if observation.dry else marks.tags
        values = linked_tags(self.env[topic.model], tags) | topic._values()
        return call.route(topic.model, 0, self._with_department(topic, values, marks))

    def _act_record(self, observation, call):
        if not self._takes(self.res_model, "message_update"):
            return self._note(
                observation, "rule_model_unfit", model=self.res_model or ""
            )
        # Stock would make a new one where the record is gone.
        if not self.res_id or not self.env[self.res_model].browse(self.res_id).exists():
            return self._note(observation, "rule_record_gone", model=self.res_model)
        return call.route(self.res_model, self.res_id, {})

    def _act_ignore(self, observation, _call):
        return self._note(observation, "rule_ignored")

    def _act_quarantine(self, observation, _call):
        return self._note(observation, "rule_quarantined")

    # --- values

    def _takes(self, model, method):
        Model = self.env.get(model or "")
        if Model is None or Model._abstract or Model._transient:
            return False
        return hasattr(Model, method)

    def _with_department(self, topic, values, marks):
        field = self.env[topic.model]._fields.get("department_id")
        if marks.department_id and field and field.comodel_name == "hr.department":
            return {"department_id": marks.department_id, **values}
        return values


def _names(text):
    return [name.strip() for name in (text or "").split(",") if name.strip()]
