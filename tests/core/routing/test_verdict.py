# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.routing import verdict
from odoo.addons.mail_gateway_plus.core.routing.observation import (
    Observation,
    Reached,
)
from odoo.addons.mail_gateway_plus.core.routing.verdict import Verdict, decide

LEAD = Reached("crm.lead", 1)


def observed(*codes, reached=()):
    observation = Observation(reached=list(reached))
    for code in codes:
        observation.note(code)
    return observation


@pytest.mark.parametrize(
    "codes, reached, state, reason",
    [
        (["parsed", "routes_found"], [LEAD], "routed", "routed"),
        (["parsed", "alias_refused", "routes_found"], [LEAD], "routed",
         "routed_partly"),
        (["parsed", "alias_refused", "answered"], [], "rejected", "alias_refused"),
        (["parsed", "written_to_catchall", "answered"], [], "rejected",
         "written_to_catchall"),
        (["parsed", "routes_found", "sender_rate", "answered"], [], "rejected",
         "sender_rate"),
        (["parsed", "bounce_report", "routes_found"], [], "bounce", "bounce_report"),
        (["parsed", "loop_reply"], [], "ignored", "loop_reply"),
        (["parsed", "message_known"], [], "duplicate", "message_known"),
        (["same_mail"], [], "duplicate", "same_mail"),
        (["parsed", "no_route"], [], "quarantined", "no_route"),
        (["parsed", "alias_refused", "model_failed"], [], "quarantined",
         "model_failed"),
        (["message_too_deep"], [], "quarantined", "message_too_deep"),
        (["parsed", "routes_found"], [], "quarantined", "unexplained"),
        ([], [], "quarantined", "unexplained"),
    ],
)  # fmt: skip
def test_verdict(codes, reached, state, reason):
    assert decide(observed(*codes, reached=reached)) == Verdict(state, reason)


def test_step_without_a_row_is_our_own_fault():
    with pytest.raises(ValueError, match="unheard_of"):
        decide(observed("unheard_of"))


def test_states_of_the_table_are_final():
    final = {"routed", "bounce", "ignored", "rejected", "duplicate", "quarantined"}
    assert {state for _code, state in verdict.STEPS if state} == final
    assert set(verdict.OPEN) < final


def test_codes_stand_once():
    codes = [code for code, _state in verdict.STEPS]
    assert len(codes) == len(set(codes))


def test_trace_is_json_with_a_version():
    observation = observed()
    observation.note("no_route", to="x@y.example", count=2)
    assert observation.trace() == {
        "version": 1,
        "steps": [{"step": "no_route", "params": {"to": "x@y.example", "count": "2"}}],
    }
