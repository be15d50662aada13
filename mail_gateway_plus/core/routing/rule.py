# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An ordered list of rules, and which of them a message meets.

The first rule that matches wins, unless it says that those behind it go on to be
asked. Rules come compiled, once for many messages; a message is asked for a field at
the moment when a rule wants to know.

>>> vip = Rule(7, (Condition("subject", "contains", "urgent"),))
>>> said = {"subject": (Said("Urgent: press", "Subject"),)}
>>> answers = ask(compiled([vip]), lambda field, _: said[field])
>>> [hit.rule.id for hit in answers.matched]
[7]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import condition
from .condition import Check, Condition, Letter, Said
from .pattern import REGEX_S, UNTIMED, Spent, TakesTooLong, TimeIsUp

#: A rule is slow whose expressions take as long (seconds): nearly what one of them may,
#: for a machine that is busy makes none slow.
SLOW_S = 0.75 * REGEX_S

#: As many rules as are told of whether they match or not, each with its reason. Of the
#: others that do not there is the number; they can be asked again.
TOLD = 30


@dataclass(frozen=True)
class Rule:
    """``any_of``: one condition is enough. A rule without conditions always matches.
    With ``goes_on`` the rules behind it are asked as well."""

    id: int
    conditions: tuple[Condition, ...] = ()
    any_of: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class Ready:
    """A rule whose conditions are functions of the message."""

    rule: Rule
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one condition: ``said`` is what decided, None where nothing of
    the message holds; ``late`` where a regular expression did not come to an end,
    ``unasked`` where others had used up the time of all."""

    condition: Condition
    said: Said | None
    late: bool = False
    unasked: bool = False


@dataclass(frozen=True)
class Hit:
    """A rule that was asked. ``outcomes`` are those of its conditions that were
    looked at: what follows the one that decides is not."""

    rule: Rule
    matched: bool
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Answers:
    """What the rules said, in order: ``hits`` of those that are told of, and how many
    did not match besides; ``slow`` are the ids of those whose regular expressions took
    long."""

    hits: tuple[Hit, ...]
    untold: int = 0
    slow: tuple[int, ...] = ()

    @property
    def matched(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.matched)


def compiled(rules: Iterable[Rule]) -> tuple[Ready, ...]:
    """:raise ValueError: a condition has faults, which are checked when it is saved"""
    return tuple(
        Ready(rule, tuple(condition.compiled(c) for c in rule.conditions))
        for rule in rules
    )


def ask(
    rules: Sequence[Ready], letter: Letter, told: int = TOLD, spent: Spent = UNTIMED
) -> Answers:
    """Up to and with the first rule that matches and does not go on. All that match
    are told of, wherever they stand.

    :param spent: how long regular expressions have looked at the message, which goes on
    """
    hits, slow, untold = [], [], 0
    for number, ready in enumerate(rules):
        before = spent.seconds
        hit = _told(ready, letter, spent, always=number < told)
        if spent.seconds - before >= SLOW_S:
            slow.append(ready.rule.id)
        if hit is None:
            untold += 1
            continue
        hits.append(hit)
        if hit.matched and not ready.rule.goes_on:
            break
    return Answers(tuple(hits), untold, tuple(slow))


def _told(ready: Ready, letter: Letter, spent: Spent, always: bool) -> Hit | None:
    """None for a rule that does not match, unless it is told of always."""
    if always:
        return asked(ready, letter, spent)
    # Asked again for the reasons, it is as quick as it was.
    return asked(ready, letter) if matches(ready, letter, spent) else None


def asked(ready: Ready, letter: Letter, spent: Spent = UNTIMED) -> Hit:
    """One rule and what decided, condition by condition."""
    rule, outcomes = ready.rule, []
    for asked_for, check in zip(rule.conditions, ready.checks, strict=True):
        outcome = _outcome(asked_for, check, letter, spent)
        outcomes.append(outcome)
        if (outcome.said is not None) is rule.any_of:
            return Hit(rule, rule.any_of, tuple(outcomes))
    return Hit(rule, not rule.any_of or not rule.conditions, tuple(outcomes))


def _outcome(
    asked_for: Condition, check: Check, letter: Letter, spent: Spent
) -> Outcome:
    try:
        return Outcome(asked_for, check(letter, spent))
    except TimeIsUp:
        return Outcome(asked_for, None, unasked=True)
    except TakesTooLong:
        return Outcome(asked_for, None, late=True)


def matches(ready: Ready, letter: Letter, spent: Spent = UNTIMED) -> bool:
    """As ``asked`` has it, without a word about why: most rules do not match, and
    there may be a thousand of them."""
    any_of = ready.rule.any_of
    for check in ready.checks:
        try:
            holds = check(letter, spent) is not None
        except TakesTooLong:
            holds = False
        if holds is any_of:
            return any_of
    return not any_of or not ready.checks
