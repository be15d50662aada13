# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One condition of a rule: a field of the message, an operator, a value.

>>> check = compiled(Condition("recipient_local", "wildcard", "support*"))
>>> check(lambda field, header: (Said("support-de", "Delivered-To"),))
Said(text='support-de', source='Delivered-To')
"""

import datetime
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ..finding import Finding
from . import pattern

TEXT = ("is", "contains", "begins", "ends", "wildcard", "regex", "in_list")
NUMBER = ("at_least", "at_most")
FLAG = ("is_set",)
PRESENCE = ("is_there",)
CLOCK = ("between",)
CHOICE = ("in_list",)
#: Operators that compare with nothing.
WITHOUT_VALUE = FLAG + PRESENCE

#: The operators that each field takes.
FIELDS: dict[str, tuple[str, ...]] = {
    "mailbox": TEXT,
    "folder": TEXT,
    "recipient": TEXT,
    "recipient_local": TEXT,
    "recipient_subaddress": TEXT,
    "recipient_domain": TEXT,
    "sender": TEXT,
    "sender_domain": TEXT,
    "sender_known": FLAG,
    "sender_internal": FLAG,
    "subject": TEXT,
    "header": (*PRESENCE, *TEXT),
    "size_kb": NUMBER,
    "attachments": NUMBER,
    "attachment_name": TEXT,
    "spam": FLAG,
    "spam_score": NUMBER,
    # As "dmarc=pass".
    "authentication": TEXT,
    "automatic": FLAG,
    "time": CLOCK,
    # ISO 8601: 1 is Monday.
    "weekday": CHOICE,
}

#: Every code of a finding about a condition.
CODES = {
    "rule_field_unknown",
    "rule_operator_unfit",
    "rule_value_missing",
    "rule_value_invalid",
    "rule_number_invalid",
    "rule_time_invalid",
    "rule_weekday_invalid",
    "rule_header_invalid",
}


class Said(NamedTuple):
    """What the message says in a field, and what of it says so ("Delivered-To")."""

    text: str
    source: str = ""


#: What a message says: (field, header's name for the field "header") to what is said,
#: nothing where the message is silent. A flag that is set says anything.
Letter = Callable[[str, str], Iterable[Said]]
#: What of the message holds, None where nothing does. Takes a letter, and how long
#: regular expressions have looked at it already.
Check = Callable[..., Said | None]


@dataclass(frozen=True)
class Condition:
    """``header`` is the name of the header field for the field "header"."""

    field: str
    operator: str
    value: str = ""
    negated: bool = False
    header: str = ""


def compiled(condition: Condition) -> Check:
    """The condition as a function of the message.

    :raise ValueError: ``faults`` has something to say about the condition
    """
    matcher, is_timed = _matcher(condition), condition.operator == "regex"
    field, header = condition.field, condition.header.lower()

    def holds(letter: Letter, spent: pattern.Spent = pattern.UNTIMED) -> Said | None:
        matches = partial(matcher, spent=spent) if is_timed else matcher
        for said in letter(field, header):
            if matches(said.text):
                return said
        return None

    def does_not_hold(
        letter: Letter, spent: pattern.Spent = pattern.UNTIMED
    ) -> Said | None:
        matches = partial(matcher, spent=spent) if is_timed else matcher
        said = tuple(letter(field, header))
        if any(matches(one.text) for one in said):
            return None
        return said[0] if said else Said("")

    return does_not_hold if condition.negated else holds


def faults(condition: Condition) -> tuple[Finding, ...]:
    """What keeps a condition from being used, for the one who writes it."""
    operators = FIELDS.get(condition.field)
    if operators is None:
        return (_fault("rule_field_unknown", condition),)
    if condition.operator not in operators:
        return (_fault("rule_operator_unfit", condition),)
    if condition.field == "header" and not _is_field_name(condition.header):
        return (_fault("rule_header_invalid", condition),)
    if not condition.value.strip() and condition.operator not in WITHOUT_VALUE:
        return (_fault("rule_value_missing", condition),)
    try:
        _matcher(condition)
    except ValueError as problem:
        code = _INVALID.get(operators, "rule_value_invalid")
        return (_fault(code, condition, str(problem)),)
    return ()


def _fault(code: str, condition: Condition, error: str = "") -> Finding:
    params = {
        "field": condition.field,
        "operator": condition.operator,
        "value": condition.value[:200],
        "header": condition.header[:200],
        "error": error,
    }
    return Finding(code, params=params)


def _is_field_name(name: str) -> bool:
    """RFC 5322, 2.2: printable ASCII without the colon."""
    return bool(name) and all("!" <= c <= "~" and c != ":" for c in name)


def _matcher(condition: Condition) -> pattern.Matcher:
    operators = FIELDS[condition.field]
    if operators == CHOICE:
        return _weekdays(condition.value)
    if condition.operator in _SPECIAL:
        return _SPECIAL[condition.operator](condition.value)
    return pattern.matcher(condition.operator, condition.value)


def _number(text: str) -> float:
    found = float(text.strip().replace(",", "."))
    if not math.isfinite(found):
        raise ValueError("this is no number to compare with")
    return found


def _at_least(value: str) -> pattern.Matcher:
    bound = _number(value)
    return lambda text: float(text) >= bound


def _at_most(value: str) -> pattern.Matcher:
    bound = _number(value)
    return lambda text: float(text) <= bound


def _is_set(_value: str) -> pattern.Matcher:
    return lambda _text: True


def _between(value: str) -> pattern.Matcher:
    """ "09:00-17:30", the end not included; "22:00-06:00" goes over midnight, and what
    ends when it begins is all day."""
    begin, dash, end = value.partition("-")
    if not dash:
        raise ValueError("a dash is missing between begin and end")
    first, last = _time(begin), _time(end)

    def match(text: str) -> bool:
        now = _time(text)
        if first < last:
            return first <= now < last
        return now >= first or now < last

    return match


def _time(text: str) -> datetime.time:
    """The end of a day may be called 24:00 as well."""
    text = text.strip()
    return datetime.time.fromisoformat("00:00" if text == "24:00" else text)


def _weekdays(value: str) -> pattern.Matcher:
    days = frozenset(pattern.entries(value))
    if not days or not days <= set("1234567"):
        raise ValueError("days are numbers from 1 (Monday) to 7 (Sunday)")
    return days.__contains__


_SPECIAL: dict[str, Callable[[str], pattern.Matcher]] = {
    "at_least": _at_least,
    "at_most": _at_most,
    "is_set": _is_set,
    "is_there": _is_set,
    "between": _between,
}
#: The code for a value that cannot be read, by what the field takes.
_INVALID = {
    NUMBER: "rule_number_invalid",
    CLOCK: "rule_time_invalid",
    CHOICE: "rule_weekday_invalid",
}
