# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The loop guard: what goes round is stopped and kept, what people write is not."""

import itertools

import pytest

from odoo.addons.mail_gateway_plus.core.message import loop

from .ledger import sender
from .live import boxed, mail

_names = itertools.count(1)


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead", support="project.task") as made:
        yield made


@pytest.fixture
def absent():
    """Someone whose program answers all mail."""
    return sender(f"absent-{next(_names)}")


def token(live):
    with live.env() as env:
        return env["ir.mail_server"]._mail_gateway_token()


def vacation(absent, **headers):
    headers = {"auto_submitted": "auto-replied", **headers}
    return mail("sales@demo.example", "I am away", sender=absent, **headers)


def absence(absent, **headers):
    """What a program has written as well, but might be a person's: it makes records."""
    return mail("sales@demo.example", "Automatic reply: Hi", sender=absent, **headers)


def offer(live):
    """Message-ID of what Odoo has sent about a new lead."""
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "Offer"})
        return lead.message_post(body="Our offer", message_type="comment").message_id


def test_our_own_mail_that_is_forwarded_back_is_stopped(live, ledger):
    headers = {loop.TRACE: token(live), "Delivered-To": "sales@demo.example"}
    row = ledger.end(mail("customer@elsewhere.example", **headers))
    assert ledger.read(row, "state", "reason_code", "decided_by") == (
        *("ignored", "loop_trace", "loop_guard"),
    )
    assert loop.TRACE in ledger.read(row, "reason_cause")
    assert not ledger.read(row, "outcome_ids")


def test_our_own_mail_to_an_alias_is_routed(live, ledger):
    row = ledger.end(mail("Sales <sales@demo.example>", **{loop.TRACE: token(live)}))
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")


def test_mail_of_another_database_is_routed(ledger):
    headers = {loop.TRACE: "0" * 32, "Delivered-To": "sales@demo.example"}
    row = ledger.end(mail("customer@elsewhere.example", **headers))
    assert ledger.read(row, "state") == "routed"


def test_mail_that_has_passed_too_many_servers_is_stopped(ledger):
    hops = b"Received: from a.example by b.example; Fri, 20 Nov 2026 09:00:00 +0000\r\n"
    row = ledger.end(hops * 101 + mail("sales@demo.example"))
    assert ledger.read(row, "state", "reason_code") == ("ignored", "loop_hops")
    row = ledger.end(hops * 30 + mail("sales@demo.example"))
    assert ledger.read(row, "state") == "routed"


def test_what_was_stopped_may_be_processed_again(live, ledger):
    headers = {loop.TRACE: token(live), "Delivered-To": "sales@demo.example"}
    row = ledger.end(mail("customer@elsewhere.example", **headers))
    with live.env() as env:
        found = env["mail.gateway.incoming"].browse(row)
        assert found.may_send_on
        found.action_reprocess()
    ledger.process()
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")


def test_two_autoresponders_are_stopped_at_the_second_round(live, ledger, absent):
    ours = offer(live)
    first = ledger.end(vacation(absent, in_reply_to=ours))
    assert ledger.read(first, "state", "decided_by") == ("routed", "reply")
    second = ledger.end(vacation(absent, in_reply_to=ours))
    assert ledger.read(second, "state", "reason_code") == ("ignored", "loop_rounds")
    elsewhere = ledger.end(vacation(absent, in_reply_to=offer(live)))
    assert ledger.read(elsewhere, "state") == "routed", "another conversation"


def test_two_autoresponders_without_a_document_are_stopped_as_well(ledger, absent):
    thread = "<first@customer.example> <answer-{}@demo.example>"
    rows = [
        ledger.end(absence(absent, references=thread.format(number)))
        for number in range(3)
    ]
    found = [ledger.read(row, "reason_code") for row in rows]
    assert found == ["routed", "loop_rounds", "loop_rounds"]


def test_a_person_writes_as_often_as_stock_allows(live, ledger):
    ours, ann = offer(live), sender("ann-writes")
    rows = [
        ledger.receive(mail("sales@demo.example", sender=ann, in_reply_to=ours))
        for _number in range(15)
    ]
    ledger.process()
    assert {ledger.read(row, "state") for row in rows} == {"routed"}


def test_senders_on_the_allow_list_have_no_rate(live, ledger, absent):
    with live.env() as env:
        env["mail.gateway.allowed"].create({"email": absent})
    rows = [ledger.receive(absence(absent)) for _number in range(25)]
    ledger.process()
    assert {ledger.read(row, "state") for row in rows} == {"routed"}


def test_storm_of_500_automatic_answers(live, ledger, absent):
    """All of one program, then each of another: nothing is written back to any."""
    with live.env() as env:
        before = env["mail.mail"].search_count([])
    rows = ledger.receive_all([absence(absent) for _number in range(250)])
    others = ledger.receive_all(absence(sender(f"s{n}")) for n in range(250))
    ledger.process()
    states = [ledger.read(row, "state") for row in rows]
    assert states.count("routed") == 20 and states.count("ignored") == 230
    assert {ledger.read(row, "state") for row in others} == {"routed"}
    with live.env() as env:
        assert env["mail.mail"].search_count([]) == before


def test_a_try_does_not_count(live, ledger, absent):
    raw = vacation(absent, in_reply_to=offer(live))
    with live.env() as env:
        explain = env["mail.gateway.rule"].explain
        assert [explain(raw)["state"] for _number in range(3)] == ["routed"] * 3


def test_what_odoo_sends_carries_the_trace(live, stack):
    with live.env() as env:
        server = env["ir.mail_server"]
        message = server._build_email__("us@demo.example", ["a@b.example"], "Hi", "Hi")
        assert message[loop.TRACE] == token(live)
