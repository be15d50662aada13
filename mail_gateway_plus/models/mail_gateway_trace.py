# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..core.routing import chain
from ..core.routing.condition import Condition
from ..core.routing.observation import Step

#: Steps that tell of one rule and of what decided about it.
_OF_RULES = ("rule_matched", "rule_marked", "rule_missed")


class MailGatewayTrace(models.AbstractModel):
    """The trace of a message in words, as a table of what was asked and answered."""

    _name = "mail.gateway.trace"
    _description = "Trace of a Message"

    @api.model
    def _reason(self, decided, trace):
        steps = (trace or {}).get("steps", [])
        found = (s["params"] for s in steps if s["step"] == decided.reason_code)
        code, params = decided.reason_code, next(found, {})
        return self.env["mail.gateway.advice"]._words(code, params)[0]

    @api.model
    def _lines(self, trace):
        """One dictionary a step: ``stage``, ``what``, ``why`` and ``said`` are texts,
        ``rule_id`` is the rule or 0, ``asked`` says whether the step tells of its
        conditions, and ``matched`` whether they did match."""
        return [
            self._line(step["step"], step["params"])
            for step in (trace or {}).get("steps", [])
        ]

    @api.model
    def _line(self, code, params):
        advice = self.env["mail.gateway.advice"]._of(code)
        what, why = advice._filled(params)[:2] if advice else (code, "")
        line = {
            "code": code,
            "stage": self._stage(code, params),
            "what": what,
            "why": why,
            "said": "",
            "rule_id": int(params.get("rule_id") or 0),
            "asked": False,
            "matched": False,
        }
        if code in _OF_RULES:
            line |= {
                "what": params.get("rule", ""),
                "why": self._asked(params),
                "said": self._said(params),
                "asked": True,
                "matched": code != "rule_missed",
            }
        return line

    @api.model
    def _stage(self, code, params):
        stage = params.get("stage") or chain.stage_of(Step(code, params))
        return self.env["mail.gateway.advice"]._of(f"chain_{stage}").title or ""

    @api.model
    def _asked(self, params):
        """The condition that decided, as it stands in the form."""
        if not params.get("field"):
            return self.env._("No conditions: it takes every message.")
        known = {name: params.get(name, "") for name in ("field", "operator", "value")}
        negated = bool(params.get("negated"))
        header = params.get("header", "")
        return self._condition(Condition(**known, negated=negated, header=header))

    @api.model
    def _condition(self, condition):
        field = self._label("field", condition.field)
        if condition.field == "header":
            field = f"{field} {condition.header}"
        operator = self._label("operator", condition.operator)
        if condition.operator == "is_set":
            # What it asks is a sentence already.
            field, operator = "", field
        if condition.negated:
            operator = self.env._("not: %s", operator)
        words = f"{field} {operator}".strip()
        return f"{words} “{condition.value}”" if condition.value else words

    @api.model
    def _label(self, name, value):
        field = self.env["mail.gateway.rule.condition"]._fields[name]
        return dict(field._description_selection(self.env)).get(value, value)

    @api.model
    def _said(self, params):
        """What of the message decided: the header and its value."""
        if params.get("late"):
            return self.env._("The expression took too long.")
        if params.get("unasked"):
            return self.env._("Not asked: other expressions took too long.")
        if "said" not in params:
            return self.env._("Nothing in the message.") if params.get("field") else ""
        source, said = params.get("source"), params["said"]
        return f"{source}: {said}" if source else said

    @api.model
    def _html(self, trace):
        """The lines as a table for a form."""
        return self.env["ir.qweb"]._render(
            "mail_gateway_plus.trace_table", {"lines": self._lines(trace)}
        )
