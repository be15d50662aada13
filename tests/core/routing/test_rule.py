# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.routing import pattern, rule
from odoo.addons.mail_gateway_plus.core.routing.condition import Condition, Said
from odoo.addons.mail_gateway_plus.core.routing.rule import Rule

URGENT = Condition("subject", "contains", "urgent")
SHOP = Condition("sender", "ends", "@shop.example")


def letter(subject="", sender=""):
    said = {"subject": subject, "sender": sender}
    return lambda field, _header: [Said(said[field], field)] if said[field] else []


def ids(rules, mail):
    return [hit.rule.id for hit in rule.ask(rule.compiled(rules), mail).matched]


@pytest.mark.parametrize(
    "any_of, mail, matched",
    [
        (False, letter("urgent", "a@shop.example"), True),
        (False, letter("urgent", "a@b.example"), False),
        (True, letter("urgent", "a@b.example"), True),
        (True, letter("hello", "a@b.example"), False),
    ],
)
def test_all_or_any(any_of, mail, matched):
    both = Rule(1, (URGENT, SHOP), any_of)
    assert ids([both], mail) == [1] * matched


@pytest.mark.parametrize("any_of", [False, True])
def test_rule_without_conditions_takes_everything(any_of):
    assert ids([Rule(1, any_of=any_of)], letter()) == [1]


def test_first_match_wins_unless_it_goes_on():
    rules = [
        Rule(1, (SHOP,)),
        Rule(2, (URGENT,), goes_on=True),
        Rule(3, (URGENT,)),
        Rule(4),
    ]
    assert ids(rules, letter("urgent")) == [2, 3]
    assert ids(rules, letter("hello")) == [4]


def test_why_a_rule_does_not_match_is_told():
    rules = rule.compiled([Rule(1, (URGENT, SHOP)), Rule(2, (SHOP,)), Rule(3)])
    told = rule.ask(rules, letter("urgent", "a@b.example")).hits
    assert [(hit.rule.id, hit.matched) for hit in told] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    assert [outcome.said for outcome in told[0].outcomes] == [
        Said("urgent", "subject"),
        None,
    ]


def test_explaining_stops_where_deciding_stops():
    rules = rule.compiled([Rule(1), Rule(2)])
    assert [hit.rule.id for hit in rule.ask(rules, letter()).hits] == [1]


def test_of_many_rules_that_do_not_match_the_first_are_told():
    """What matches behind them is told of, and what stands behind that is not asked."""
    missing = [Rule(number, (SHOP,)) for number in range(4)]
    rules = [*missing, Rule(4, (URGENT,), goes_on=True), Rule(5, (SHOP,)), Rule(6)]
    answers = rule.ask(rule.compiled([*rules, *missing]), letter("urgent"), told=3)
    assert [(hit.rule.id, hit.matched) for hit in answers.hits] == [
        *((0, False), (1, False), (2, False)),
        *((4, True), (6, True)),
    ]
    assert answers.untold == 2
    assert [hit.rule.id for hit in answers.matched] == [4, 6]


def test_no_more_rules_are_told_than_a_trace_holds():
    rules = rule.compiled([Rule(number, (SHOP,)) for number in range(rule.TOLD + 5)])
    answers = rule.ask(rules, letter())
    assert (len(answers.hits), answers.untold) == (rule.TOLD, 5)


def test_expression_without_end_does_not_match_and_is_told():
    slow = Condition("subject", "regex", "(a+)+$")
    rules = [Rule(1, (slow,)), Rule(2, (Condition("sender", "is", "x"),)), Rule(3)]
    mail = letter("a" * 5000 + "!")
    assert ids(rules, mail) == [3]
    first = rule.ask(rule.compiled(rules), mail).hits[0]
    (outcome,) = first.outcomes
    assert (outcome.said, outcome.late) == (None, True)


def test_all_expressions_together_have_one_time():
    """Ten are slow, each within what one may take; those behind them are not asked."""
    turns = iter(range(1_000))
    spent = pattern.Spent(lambda: next(turns) * 0.016, limit_s=0.159)
    slow = [Rule(n, (Condition("subject", "regex", f"x{n}"),)) for n in range(1, 41)]
    rules = rule.compiled([*slow, Rule(50, (URGENT,))])
    answers = rule.ask(rules, letter("urgent"), told=12, spent=spent)
    assert answers.slow == tuple(range(1, 11))
    assert spent.unasked == 30
    assert [hit.rule.id for hit in answers.matched] == [50]
    told = [hit.outcomes[0] for hit in answers.hits]
    assert not any(outcome.unasked for outcome in told[:10])
    assert all(outcome.unasked for outcome in told[10:12])


@pytest.mark.parametrize("any_of", [False, True])
@pytest.mark.parametrize("negated", [False, True])
def test_what_is_not_asked_does_not_hold(any_of, negated):
    spent = pattern.Spent(float, limit_s=0.0)
    asked = Condition("subject", "regex", "urgent", negated)
    ready = rule.compiled([Rule(1, (asked,), any_of)])
    assert not rule.ask(ready, letter("urgent"), spent=spent).matched
    assert not rule.ask(ready, letter("urgent"), told=0, spent=spent).matched


def test_what_matches_in_time_is_told_of_in_time():
    """Of a rule far behind, the time is up after it has matched."""
    turns = iter(range(1_000))
    spent = pattern.Spent(lambda: next(turns) * 1.0, limit_s=0.5)
    ready = rule.compiled([Rule(1, (Condition("subject", "regex", "urgent"),))])
    assert rule.ask(ready, letter("urgent"), told=0, spent=spent).matched
