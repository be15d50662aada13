# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order of the chain, and which stage had the last word."""

import pytest

from odoo.addons.mail_gateway_plus.core.routing import chain, verdict
from odoo.addons.mail_gateway_plus.core.routing.observation import Step

STOCK = [
    *("duplicate", "loop_headers", "bounce", "reply", "catchall_alone", "aliases"),
    *("default_model", "catchall_among", "nothing", "sender_rate"),
]


def test_stock_keeps_its_order():
    assert [stage.code for stage in chain.STAGES if not stage.ours] == STOCK


@pytest.mark.parametrize(
    ("before", "stage", "behind"),
    [
        ("bounce", "reports", "loop_guard"),
        ("reports", "loop_guard", "automatic"),
        ("automatic", "rules_before_replies", "reply"),
        ("catchall_alone", "rules", "aliases"),
        ("aliases", "subaddress", "users"),
        ("subaddress", "users", "default_model"),
    ],
)
def test_ours_stand_between(before, stage, behind):
    at = chain.CODES.index(stage)
    assert chain.CODES[at - 1 : at + 2] == (before, stage, behind)


def test_what_decides_is_a_step_that_may_be_noted():
    steps = {code for code, _state in verdict.STEPS}
    assert {code for stage in chain.STAGES for code in stage.decides} <= steps


def test_places_hold_stages_in_their_order():
    places = [*chain.AFTER_BOUNCE, *chain.AFTER_REPLY, *chain.AFTER_MODEL]
    assert sorted(places, key=chain.CODES.index) == places


@pytest.mark.parametrize(
    ("codes", "stage"),
    [
        (["parsed"], ""),
        (["same_mail"], "duplicate"),
        (["parsed", "reply_found", "routes_found"], "reply"),
        (["parsed", "alias_found", "routes_found", "sender_rate"], "sender_rate"),
        (["parsed", "written_to_catchall", "answered"], "catchall_alone"),
        (["parsed", "rule_missed", "no_route"], "nothing"),
        (["parsed", "rule_marked", "alias_found"], "aliases"),
    ],
)
def test_last_step_that_decides_names_the_stage(codes, stage):
    assert chain.decided([Step(code) for code in codes]) == stage


def test_a_step_may_name_its_stage():
    step = Step("rule_matched", {"stage": "rules_before_replies"})
    assert chain.decided([step, Step("rule_ignored")]) == "rules_before_replies"
