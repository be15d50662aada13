# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever a server answers, each recipient has one outcome, and the right one."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.smtp import fault
from odoo.addons.mail_gateway_plus.core.smtp.capability import capabilities
from odoo.addons.mail_gateway_plus.core.smtp.dialogue import (
    Fault,
    Replies,
    Reply,
    Say,
    SayAll,
    Send,
)
from odoo.addons.mail_gateway_plus.core.smtp.relay import Relay
from odoo.addons.mail_gateway_plus.core.smtp.sending import Sending
from odoo.addons.mail_gateway_plus.core.smtp.session import Session

PEOPLE = ["bob@x.example", "no address", "cy@x.example", "dee@x.example"]
NUMBERS = (250, 250, 250, 354, 354, 421, 450, 503, 550, 552, 554)
replies = st.sampled_from(NUMBERS).map(lambda number: Reply(number, ("words",)))
faults = st.sampled_from(["closed", "timeout", "answer", "unexpected"]).map(Fault)
answers = st.one_of(replies, replies, replies, faults)


def answered(want, data):
    """What comes of a want, and what it was for the server."""
    if isinstance(want, SayAll):
        came = data.draw(st.lists(replies, max_size=len(want.lines)))
        is_whole = len(came) == len(want.lines)
        return Replies(tuple(came), None if is_whole else data.draw(faults))
    assert isinstance(want, Say | Send)
    return data.draw(answers)


def held(talk, data):
    """(outcome, [(want, event)])"""
    said = []
    try:
        want = next(talk)
        while True:
            event = answered(want, data)
            said.append((want, event))
            want = talk.send(event)
    except StopIteration as end:
        return end.value, said


@given(st.data(), st.booleans())
def test_each_recipient_has_one_outcome(data, is_piped):
    session = Session(Relay("mx.example", 587, "none"))
    session.offered = capabilities(["mx", *(["PIPELINING"] if is_piped else [])])
    sending = Sending(session)
    for _number in range(3):
        talk = sending.send("ann@x.example", PEOPLE, b"Subject: hi\r\n\r\nHello\r\n")
        outcome, said = held(talk, data)
        assert sorted([*outcome.accepted, *outcome.refused]) == sorted(PEOPLE)
        contents = [(want, event) for want, event in said if isinstance(want, Send)]
        assert len(contents) <= 1
        taken = {one.number // 100 for _want, one in contents if isinstance(one, Reply)}
        assert not outcome.accepted or taken == {2}
        codes = {refusal.meaning.code for refusal in outcome.refused.values()}
        is_unsure = any(
            isinstance(one, Fault) and want.message for want, one in contents
        )
        assert (fault.UNCERTAIN in codes) == is_unsure
        if outcome.is_lost:
            break
