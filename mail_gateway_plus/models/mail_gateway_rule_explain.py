# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import xmlrpc.client

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..core.routing import autoresponse, chain, verdict
from . import routing_forecast

#: The largest message that is tried, in bytes; a form takes no larger ones.
_LARGEST = 50_000_000


class MailGatewayRule(models.Model):
    _inherit = "mail.gateway.rule"

    @api.model
    def explain(self, raw, server_id=None):
        """What would become of a message, and why; nothing is written or sent.

        :param raw: the message: bytes, or text, or what XML-RPC makes of bytes
        :param server_id: id of the mailbox that it would come to
        :return: a dictionary that JSON and XML-RPC take: ``state`` and ``reason_code``
            as in the ledger, ``reason`` in words, ``decided_by`` (a stage of the
            chain), ``rule_id``, ``destinations`` (``model``, ``res_id`` or 0 for a new
            record, ``alias_id``), ``department_id``, ``identity_id``, ``tags``,
            ``autoresponse`` (the step that says whether an autoresponder would answer,
            "" where none is set), ``trace`` as in the ledger, and ``lines``, the trace
            in words
        """
        Incoming = self.env["mail.gateway.incoming"]
        Incoming._check_operator()
        server = self.env["fetchmail.server"].browse(server_id or []).exists()
        server.check_access("read")
        stub = Incoming.sudo().new(
            {"server_id": server.id, "company_id": server.company_id.id}
        )
        return self._explained(stub, _as_bytes(raw))

    @api.model
    def _explained(self, row, raw):
        """As ``explain``, for a row of the ledger or what stands for one."""
        if len(raw) > _LARGEST:
            raise UserError(self.env._("This message is too large to be tried."))
        observation = routing_forecast.forecast(row, raw)
        self._check_company_of_rules(observation)
        decided = verdict.decide(observation)
        trace, marks = observation.trace(), observation.marks
        return {
            "state": decided.state,
            "reason_code": decided.reason_code,
            "reason": self.env["mail.gateway.trace"]._reason(decided, trace),
            "decided_by": chain.decided(observation.steps),
            "rule_id": observation.rule_id,
            "destinations": [
                {"model": to.res_model, "res_id": to.res_id, "alias_id": to.alias_id}
                for to in observation.reached
            ],
            "department_id": row._department_of(observation).id,
            "identity_id": marks.identity_id,
            "tags": list(dict.fromkeys(marks.tags)),
            "autoresponse": autoresponse.told(step.code for step in observation.steps),
            "trace": trace,
            "lines": self.env["mail.gateway.trace"]._lines(trace),
        }

    @api.model
    def _check_company_of_rules(self, observation):
        """A message chooses by its recipients whose rules are asked, and what they say
        would be told with it."""
        company_id = observation.company_id
        if not company_id or self.env.su:
            return
        if company_id not in self.env.user._get_company_ids():
            raise AccessError(
                self.env._(
                    "This message is for a company that is not among yours, so its"
                    " rules are not shown to you."
                )
            )


def _as_bytes(raw):
    if isinstance(raw, xmlrpc.client.Binary):
        return bytes(raw.data)
    if isinstance(raw, str):
        try:
            return raw.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # JSON takes halves of letters
            return raw.encode("utf-8", "replace")
    return bytes(raw or b"")
