# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the loop guard stops, and what it must not."""

import pytest

from odoo.addons.mail_gateway_plus.core.message import automatic, loop
from odoo.addons.mail_gateway_plus.core.routing import chain, guard, verdict
from odoo.addons.mail_gateway_plus.core.routing.guard import Coming, Limits

REPLIED = {"automatic": "replied"}
UNSURE = {**REPLIED, "sure": False}
MANY = {"rounds": 10, "from_pair": 10_000, "from_sender": 10_000}


@pytest.mark.parametrize(
    ("coming", "code"),
    [
        (Coming(), ""),
        # Our own mail
        (Coming(sign="loop_trace"), "loop_trace"),
        (Coming(sign="loop_trace", addressed=True), ""),
        (Coming(sign="loop_trace", allowed=True), "loop_trace"),
        # Round and round
        (Coming(sign="loop_hops"), "loop_hops"),
        (Coming(sign="loop_hops", addressed=True), "loop_hops"),
        # What is known otherwise, or may be no loop
        (Coming(sign="loop_own_message"), ""),
        (Coming(sign="loop_delivered_twice"), ""),
        # Two autoresponders: the first round passes
        (Coming(**REPLIED, rounds=0), ""),
        (Coming(**REPLIED, rounds=1), "loop_rounds"),
        (Coming(**REPLIED, rounds=1, allowed=True), "loop_rounds"),
        # Rates
        (Coming(**REPLIED, from_pair=19), ""),
        (Coming(**REPLIED, from_pair=20), "loop_pair"),
        (Coming(**REPLIED, from_pair=20, allowed=True), ""),
        (Coming(**REPLIED, from_sender=99), ""),
        (Coming(**REPLIED, from_sender=100), "loop_sender"),
        (Coming(**REPLIED, from_sender=100, allowed=True), ""),
        # Nothing but a subject
        (Coming(**UNSURE, rounds=5), ""),
        (Coming(**UNSURE, from_pair=19, from_sender=99), ""),
        (Coming(**UNSURE, from_pair=20), "loop_unsure"),
        (Coming(**UNSURE, from_sender=100), "loop_unsure"),
        (Coming(**UNSURE, from_pair=20, allowed=True), ""),
    ],
)
def test_decision(coming, code):
    assert guard.stopped(coming) == code


@pytest.mark.parametrize("kind", ["", *set(automatic.KINDS) - {"replied"}])
def test_people_lists_and_monitors_have_no_limit_of_ours(kind):
    assert guard.stopped(Coming(automatic=kind, **MANY)) == ""
    assert not guard.is_counted(kind)


def test_limits_are_no_stricter_than_those_of_stock():
    limits = Limits()
    assert limits.minutes <= 120
    assert min(limits.pair, limits.sender) >= 20


def test_limits_may_be_set():
    limits = Limits(rounds=3, pair=5, sender=50)
    assert guard.stopped(Coming(**REPLIED, rounds=2), limits) == ""
    assert guard.stopped(Coming(**REPLIED, from_pair=5), limits) == "loop_pair"


def test_what_is_stopped_is_ignored_and_never_lost():
    states = dict(verdict.STEPS)
    kept = {code: states[code] for code in guard.CODES}
    assert kept.pop("loop_unsure") == "quarantined", "somebody looks at it"
    assert set(kept.values()) == {"ignored"}
    stages = {stage.code: stage.decides for stage in chain.STAGES}
    assert stages["loop_guard"] == guard.CODES
    signs = {code for code in guard.CODES if code in loop.CODES}
    assert signs == {"loop_trace", "loop_hops"}
