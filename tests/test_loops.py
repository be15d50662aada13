# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The loop guard: what goes round is stopped and kept, what people write is not."""

import itertools

import pytest

from odoo.addons.mail.models.mail_thread import MailThread
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


def subject_only(absent, **headers):
    """A person may have written it."""
    return mail("sales@demo.example", "Auto: blue, as new", sender=absent, **headers)


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


def test_two_autoresponders_without_a_document_get_nothing(ledger, absent):
    rows = [ledger.end(vacation(absent)) for _number in range(3)]
    found = {ledger.read(row, "state", "reason_code") for row in rows}
    assert found == {("ignored", "automatic_alone")}


def test_a_subject_alone_drops_nothing(live, ledger, absent):
    ours = offer(live)
    rows = [ledger.end(subject_only(absent, in_reply_to=ours)) for _number in range(3)]
    assert {ledger.read(row, "state") for row in rows} == {"routed"}
    row = ledger.end(vacation(absent, in_reply_to=ours))
    assert ledger.read(row, "state") == "routed", "the first round of a program"


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
    rows = [ledger.receive(subject_only(absent)) for _number in range(25)]
    ledger.process()
    assert {ledger.read(row, "state") for row in rows} == {"routed"}


def test_too_many_of_a_subject_wait_for_somebody(live, ledger, absent):
    rows = [ledger.receive(subject_only(absent)) for _number in range(30)]
    ledger.process()
    found = [ledger.read(row, "state", "reason_code") for row in rows]
    assert found == [("routed", "routed")] * 20 + [("quarantined", "loop_unsure")] * 10
    with live.env() as env:
        env["mail.gateway.incoming"].browse(rows[-1]).action_reprocess()
    ledger.process()
    assert ledger.read(rows[-1], "decided_by") != "loop_guard"


def test_a_try_does_not_count(live, ledger, absent):
    raw = vacation(absent, in_reply_to=offer(live))
    with live.env() as env:
        explain = env["mail.gateway.rule"].explain
        assert [explain(raw)["state"] for _number in range(3)] == ["routed"] * 3


def test_what_odoo_sends_carries_the_trace(live, stack):
    with live.env() as env:
        server = env["ir.mail_server"]
        message = server._build_email__("us@demo.example", ["a@b.example"], "Hi", "Hi")
        assert message[loop.TRACE].split()[0] == token(live)


def test_marks_and_fields_of_others_mean_nothing(live, ledger, monkeypatch):
    """Odoo does not even get to see them, and the ledger keeps them."""
    seen = []
    parse = MailThread.message_parse

    def spy(self, message, *args, **kwargs):
        seen.extend(message.keys())
        return parse(self, message, *args, **kwargs)

    monkeypatch.setattr(MailThread, "message_parse", spy)
    forged = {
        loop.TRACE: "0" * 32,
        "X-Mail-Gateway-Forwarded": "0" * 24,
        "X-Mail-Gateway-Round-Trip": "0" * 40,
        "X-Odoo-Objects": "crm.lead-1",
        "X-Odoo-Tags": "vip",
        "X-Priority": "1",
    }
    raw = mail("sales@demo.example", **forged)
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")
    assert "X-Priority" in seen and "Subject" in seen
    assert not [name for name in seen if name.startswith(("X-Mail-G", "X-Odoo"))]
    with live.env() as env:
        assert env["mail.gateway.incoming"].browse(row)._raw() == raw
        assert env["mail.gateway.rule"].explain(raw)["decided_by"] == "aliases"
    assert not [name for name in seen if name.startswith(("X-Mail-G", "X-Odoo"))]
