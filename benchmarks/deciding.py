# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Inside a worker: routes are looked for, and the clock runs for that alone."""

import email
import email.policy
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from .job import Decision
from .messages import NEW, several

#: Conditions of the rules, in turn; {} is the number of the rule. None matches, so all
#: are asked, and each rule asks for something else.
CONDITIONS = (
    ("subject", "contains", "case number {}", ""),
    ("recipient_local", "wildcard", "team-{}-*", ""),
    ("sender", "in_list", "a{0}@a.example, b{0}@b.example, @c{0}.example", ""),
    ("sender_domain", "ends", ".d{}.example", ""),
    ("header", "regex", r"^batch-{}\b.*(high|urgent)", "X-Priority"),
    ("subject", "regex", r"\[ticket #{}\d+\]", ""),
)


def run(env: Any, decision: Decision) -> float:
    """Milliseconds a message, the median."""
    _aliases(env, decision.aliases)
    route = _stock(env)
    if decision.side == "addon":
        _rules(env, decision.rules)
        route = _addon(env)
    env.flush_all()
    took = [_timed(env, route, one.raw) for one in several(NEW, decision.count)]
    return median(took) * 1000


def _timed(env: Any, route: Callable[[Any, dict, bytes], Any], raw: bytes) -> float:
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    parsed = env["mail.thread"].message_parse(message)
    env.invalidate_all()
    # As each message has a transaction of its own.
    env.cr.cache.clear()
    begin = time.perf_counter()
    route(message, parsed, raw)
    return time.perf_counter() - begin


def _stock(env: Any) -> Callable[[Any, dict, bytes], Any]:
    return lambda message, parsed, _raw: env["mail.thread"].message_route(
        message, parsed
    )


def _addon(env: Any) -> Callable[[Any, dict, bytes], Any]:
    from odoo.addons.mail_gateway_plus.core.routing.observation import Observation
    from odoo.addons.mail_gateway_plus.models.observing import observing

    row = env["mail.gateway.incoming"].create({"company_id": env.company.id})

    def route(message: Any, parsed: dict, raw: bytes) -> None:
        observation = Observation()
        row._observe(observation, row._letter(raw))
        with observing(observation):
            env["mail.thread"].message_route(message, parsed)
        observation.trace()

    return route


def _aliases(env: Any, count: int) -> None:
    model = env["ir.model"]._get_id("crm.lead")
    env["mail.alias"].create(
        [
            {"alias_name": f"team-{number}", "alias_model_id": model}
            for number in range(count)
        ]
    )


def _rules(env: Any, count: int) -> None:
    env["mail.gateway.rule"].create(
        [
            {
                "name": f"Rule {number}",
                "action": "ignore",
                "condition_ids": [(0, 0, _condition(number))],
            }
            for number in range(count)
        ]
    )


def _condition(number: int) -> dict[str, str]:
    field, operator, value, header = CONDITIONS[number % len(CONDITIONS)]
    value = value.format(number)
    return {"field": field, "operator": operator, "value": value, "header": header}
