# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ten thousand damaged messages: core reads each without a fault, and in time.

Numbers are seeds: what fails is made again by ``mutations.mutant(NUMBER, messages())``.
"""

import time

import pytest

from odoo.addons.mail_gateway_plus.core.delivery import arrival, roundtrip
from odoo.addons.mail_gateway_plus.core.message import (
    bounds,
    content,
    facts,
    header,
    loop,
    repair,
    statement,
)

from . import mutations

COUNT = 10_000
#: Of what needs no second proof under Odoo.
SAMPLE = 500


def allowed_s(raw):
    """CPU time: a second, and half a second a megabyte."""
    return 1 + 0.5 * len(raw) / 2**20


def read(raw):
    """All that core does with a message before Odoo gets to see it."""
    found = facts.read(raw)
    for text in (found.subject, found.email_from, found.recipients, found.message_id):
        text.encode()
        assert "\0" not in text
    bounds.exceeded(raw)
    bounds.exceeded(repair.repaired(raw))
    head, _body = header.split(raw)
    for _name, value in header.fields(head[:100_000]):
        header.decode(value[:8_192])


def show(raw):
    """What core does when people look at a message."""
    if not bounds.exceeded(raw):
        for attached in content.read(raw).attachments[:3]:
            content.attachment(raw, attached.number)


FACTS = [
    *("subject", "message_id", "recipients", "sender", "references", "mailing_list"),
    *("automatic", "spam", "authentication", "report", "attachments"),
]


def state(raw):
    """What core states for rules to decide on: text that a database takes."""
    said = statement.Statement(raw, {"", "mx.example"})
    found = [getattr(said, name) for name in FACTS]
    list(loop.signs(said.section, loop.Own("x", (), bool)))
    loop.without_internal(said.head)
    for one in getattr(said.report, "recipients", ()):
        assert one.meaning.kind and one.is_permanent in (True, False)
    told = repr(found)
    told.encode()
    assert "\\x00" not in told


def await_(raw):
    """What core does to find out whether a message is a round trip's."""
    roundtrip.carried(raw)
    roundtrip.reported(raw)
    roundtrip.bounced(raw)
    found = arrival.read(raw, ["imap.demo.example"])
    roundtrip.returned("ann@demo.example", found).evidence.encode()


def fault_of(number, seeds, work=read):
    """What is wrong with how core takes a mutant, None when nothing is."""
    names, raw = mutations.mutant(number, seeds)
    begin = time.process_time()
    try:
        work(raw)
    except Exception as problem:  # each number is to be told, not the first only
        return f"{number} {names}: {problem!r}"
    took = time.process_time() - begin
    slow = f"{number} {names}: {took:.1f} s for {len(raw)} bytes"
    return slow if took > allowed_s(raw) else None


def faults(numbers, seeds, work=read):
    return [fault for fault in (fault_of(n, seeds, work) for n in numbers) if fault]


def test_mutants_of_our_own_messages():
    assert faults(range(SAMPLE), mutations.messages(mutations.OWN)) == []


def test_mutants_of_real_messages(is_bare):
    seeds = mutations.messages(mutations.REAL)
    if not seeds:
        pytest.skip("shared material: no ../shared/corpus")
    assert faults(range(COUNT if is_bare else SAMPLE), seeds) == []


def test_facts_of_mutants(is_bare):
    seeds = mutations.messages(mutations.OWN) + mutations.messages(mutations.REAL)
    assert faults(range(2 * SAMPLE if is_bare else SAMPLE // 5), seeds, state) == []


def test_mutants_that_people_look_at():
    seeds = mutations.messages(mutations.OWN) + mutations.messages(mutations.REAL)
    assert faults(range(2 * SAMPLE), seeds, show) == []


def test_mutants_that_might_have_come_back():
    seeds = mutations.messages(mutations.OWN) + mutations.messages(mutations.REAL)
    assert faults(range(2 * SAMPLE), seeds, await_) == []


@pytest.mark.soak
def test_many_more_mutants():
    seeds = mutations.messages(mutations.OWN) + mutations.messages(mutations.REAL)
    assert faults(range(COUNT, 6 * COUNT), seeds) == []
    assert faults(range(COUNT, 6 * COUNT), seeds, state) == []
