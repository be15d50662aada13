# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.routing import condition, pattern
from odoo.addons.mail_gateway_plus.core.routing.condition import Condition, Said

#: What one message says: (field, header) to texts.
MAIL = {
    ("mailbox", ""): ["Support"],
    ("folder", ""): ["Entw\u00fcrfe"],
    ("recipient", ""): ["ann@A.example", "support+vip@a.example"],
    ("recipient_local", ""): ["ann", "support"],
    ("recipient_subaddress", ""): ["vip"],
    ("sender", ""): ["bob@b.example"],
    ("subject", ""): ["[Ticket 7] Straße gesperrt"],
    ("header", "x-origin"): ["Shop"],
    ("size_kb", ""): ["120.5"],
    ("automatic", ""): ["auto-replied"],
    ("time", ""): ["23:30"],
    ("weekday", ""): ["6"],
    ("authentication", ""): ["spf=pass", "dmarc=fail"],
}


def letter(field, header):
    return [Said(text, field.title()) for text in MAIL.get((field, header), ())]


@pytest.mark.parametrize(
    "field, operator, value, holds",
    [
        ("mailbox", "is", " support ", True),
        ("mailbox", "is", "suppor", False),
        ("recipient", "is", "Ann@a.Example", True),
        ("recipient", "contains", "vip@", True),
        ("recipient", "begins", "bob", False),
        ("recipient", "ends", "@A.EXAMPLE", True),
        ("recipient", "wildcard", "support+*@a.example", True),
        ("recipient", "wildcard", "s?pport", False),
        ("recipient", "in_list", "x@y.example\nann@a.example", True),
        ("recipient", "in_list", "@a.example", True),
        ("recipient", "in_list", "@b.example; @c.example", False),
        ("recipient_local", "regex", "^(ann|bob)$", True),
        ("recipient_subaddress", "is", "vip", True),
        ("sender", "regex", "^b.b@", True),
        ("subject", "contains", "STRASSE", True),
        ("subject", "wildcard", "[ticket *] *", True),
        ("subject", "wildcard", "[a-z]*", False),
        ("subject", "regex", r"ticket \d+", True),
        ("subject", "contains", "ticket\n", True),
        ("subject", "contains", "ticket  ", False),
        ("subject", "begins", "[ticket\r\n", True),
        ("subject", "ends", "gesperrt\n", True),
        ("subject", "regex", "gesperrt$\n", True),
        ("folder", "is", "Entwu\u0308rfe", True),
        ("folder", "in_list", "Entwu\u0308rfe", True),
        ("folder", "regex", "tw\u0075\u0308rfe", True),
        ("size_kb", "at_least", "120,5", True),
        ("size_kb", "at_least", "121", False),
        ("size_kb", "at_most", "200", True),
        ("attachments", "at_least", "1", False),
        ("automatic", "is_set", "", True),
        ("spam", "is_set", "", False),
        ("time", "between", "22:00-06:00", True),
        ("time", "between", "09:00-17:30", False),
        ("time", "between", "23:00-23:30", False),
        ("time", "between", "23:00 - 24:00", True),
        ("time", "between", "00:00-24:00", True),
        ("time", "between", "08:00-08:00", True),
        ("time", "between", "00:00-23:00", False),
        ("weekday", "in_list", "6, 7", True),
        ("weekday", "in_list", "1,2,3,4,5", False),
        ("authentication", "is", "dmarc=fail", True),
    ],
)
def test_each_operator_and_its_opposite(field, operator, value, holds):
    asked = Condition(field, operator, value)
    assert condition.faults(asked) == ()
    assert (condition.compiled(asked)(letter) is not None) is holds
    opposite = Condition(field, operator, value, negated=True)
    assert (condition.compiled(opposite)(letter) is None) is holds


def test_header_is_asked_for_by_its_name_in_any_case():
    asked = Condition("header", "is", "shop", header="X-ORIGIN")
    assert condition.compiled(asked)(letter) == Said("Shop", "Header")


def test_what_decided_is_told():
    asked = Condition("recipient", "contains", "vip")
    assert condition.compiled(asked)(letter).text == "support+vip@a.example"
    silent = Condition("recipient", "is", "c@c.example", negated=True)
    assert condition.compiled(silent)(letter).text == "ann@A.example"
    unsaid = Condition("header", "is", "x", negated=True, header="X-Y")
    assert condition.compiled(unsaid)(letter) == Said("")


@pytest.mark.parametrize("name, there", [("X-Origin", True), ("X-None", False)])
def test_a_header_may_be_there_whatever_it_says(name, there):
    asked = Condition("header", "is_there", header=name)
    assert condition.faults(asked) == ()
    assert bool(condition.compiled(asked)(letter)) is there


@pytest.mark.parametrize(
    "asked, code",
    [
        (Condition("colour", "is", "red"), "rule_field_unknown"),
        (Condition("automatic", "contains", "x"), "rule_operator_unfit"),
        (Condition("subject", "at_least", "3"), "rule_operator_unfit"),
        (Condition("subject", "contains", " "), "rule_value_missing"),
        (Condition("subject", "regex", "(open"), "rule_value_invalid"),
        (Condition("subject", "regex", "a" * 1001), "rule_value_invalid"),
        (Condition("sender", "in_list", ",;\n"), "rule_value_invalid"),
        (Condition("size_kb", "at_most", "big"), "rule_number_invalid"),
        (Condition("size_kb", "at_least", "nan"), "rule_number_invalid"),
        (Condition("time", "between", "24:30-25:00"), "rule_time_invalid"),
        (Condition("time", "between", "9-17"), "rule_time_invalid"),
        (Condition("time", "between", "noon"), "rule_time_invalid"),
        (Condition("weekday", "in_list", "monday"), "rule_weekday_invalid"),
        (Condition("header", "is", "x"), "rule_header_invalid"),
        (Condition("header", "is", "x", header="X Y"), "rule_header_invalid"),
    ],
)
def test_each_fault_of_a_condition_is_told_when_it_is_written(asked, code):
    assert [finding.code for finding in condition.faults(asked)] == [code]


def test_every_fault_has_a_code_that_is_listed():
    told = {row[1] for row in _fault_rows()}
    assert told == condition.CODES


def _fault_rows():
    (mark,) = test_each_fault_of_a_condition_is_told_when_it_is_written.pytestmark
    return [(row[0], row[1]) for row in mark.args[1]]


def test_expression_without_end_is_stopped():
    check = condition.compiled(Condition("subject", "regex", "(a+)+$"))
    with pytest.raises(pattern.TakesTooLong):
        check(lambda _field, _header: [Said("a" * 5000 + "!")])


def test_many_stars_do_not_take_long():
    check = condition.compiled(Condition("subject", "wildcard", "*a" * 40))
    assert check(lambda _field, _header: [Said("a" * 9000 + "b")]) is None
