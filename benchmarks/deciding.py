# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Inside a worker: routes are looked for, and the clock runs for that alone."""

import email
import email.policy
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from .job import Decided, Decision
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


#: The kernel counts the time of other processes in these.
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def run(env: Any, decision: Decision) -> Decided:
    _aliases(env, decision.aliases)
    route = _stock(env)
    if decision.side == "addon":
        _rules(env, decision.rules)
        route = _addon(env)
    env.flush_all()
    took = [_timed(env, route, one.raw) for one in several(NEW, decision.count)]
    seconds, cpu_ms = zip(*took, strict=True)
    return Decided(median(seconds) * 1000, sum(cpu_ms) / len(cpu_ms))


def _cpu_ms(env: Any) -> float:
    """Of Odoo and of the PostgreSQL that works for it, until now."""
    process = Path(f"/proc/{env.cr._cnx.info.backend_pid}/stat")
    # The name of the program, in brackets, may have blanks.
    user, system = process.read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() * 1000 + (int(user) + int(system)) * _TICK_MS


def _timed(
    env: Any, route: Callable[[Any, dict, bytes], Any], raw: bytes
) -> tuple[float, float]:
    """Seconds by the clock, and milliseconds of CPU."""
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    parsed = env["mail.thread"].message_parse(message)
    env.invalidate_all()
    # As each message has a transaction of its own.
    env.cr.cache.clear()
    cpu_ms, begin = _cpu_ms(env), time.perf_counter()
    route(message, parsed, raw)
    took = time.perf_counter() - begin
    return took, _cpu_ms(env) - cpu_ms


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
