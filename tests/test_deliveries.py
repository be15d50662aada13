# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One mail delivered several times; several mails with one Message-ID."""

import contextlib
import subprocess
import sys
import threading

import pytest

from odoo.addons.mail.models.mail_thread import MailThread
from odoo.addons.mail_gateway_plus.models import processing

from .ledger import sender
from .live import engine, mail


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        made.alias("jobs", "project.task")
        made.alias("closed", "crm.lead", alias_contact="followers")
        with made.env() as env:
            boxes = env["fetchmail.server"].create(
                [{"name": "One"}, {"name": "Two"}, {"name": "Making leads"}]
            )
            boxes[2].object_id = env["ir.model"]._get_id("crm.lead")
            made.mailbox_id, made.second_id, made.making_id = boxes.ids
        yield made


def delivered(raw, to, field="Delivered-To"):
    """The mail as the server of ``to`` hands it out."""
    return f"{field}: {to}\r\nReceived: by {to}\r\n".encode() + raw


def bcc(subject, **headers):
    return mail("undisclosed-recipients:;", subject, **headers)


def reached(live, *row_ids):
    with live.env() as env:
        rows = env["mail.gateway.incoming"].browse(row_ids)
        return sorted((o.res_model, o.record_name) for o in rows.mapped("outcome_ids"))


def count(live, model, name):
    with live.env() as env:
        return env[model].search_count([("name", "=", name)])


def test_same_mail_again_is_a_duplicate_of_the_first(live, ledger):
    raw = mail("sales@demo.example", "Again")
    rows = [ledger.end(raw) for _ in range(3)]
    states = [ledger.read(row, "state", "reason_code") for row in rows]
    assert states == [("routed", "routed"), *[("duplicate", "same_mail")] * 2]
    firsts = [ledger.read(row, "duplicate_of_id").id for row in rows]
    assert firsts == [False, rows[0], rows[0]]
    assert count(live, "crm.lead", "Again") == 1


@pytest.mark.parametrize("field", ["Delivered-To", "X-Original-To", "Envelope-To"])
def test_recipients_of_all_waiting_deliveries_count(live, ledger, field):
    raw = bcc(f"Both by {field}")
    first = ledger.receive(delivered(raw, "sales@demo.example", field))
    second = ledger.receive(delivered(raw, "jobs@demo.example", field), live.second_id)
    ledger.process()
    assert ledger.read(first, "state") == "routed"
    assert ledger.read(second, "state", "reason_code") == ("duplicate", "same_mail")
    assert ledger.read(second, "duplicate_of_id").id == first
    assert [model for model, _name in reached(live, first)] == [
        "crm.lead",
        "project.task",
    ]
    assert "jobs@demo.example" in ledger.read(first, "steps")


def test_later_delivery_is_routed_for_its_further_recipients_only(live, ledger):
    raw = bcc("Later")
    first = ledger.end(delivered(raw, "sales@demo.example"))
    second = ledger.end(
        delivered(delivered(raw, "sales@demo.example"), "jobs@demo.example"),
        live.second_id,
    )
    assert reached(live, first) == [("crm.lead", "Later")]
    assert reached(live, second) == [("project.task", "Later")]
    assert count(live, "crm.lead", "Later") == 1
    third = ledger.end(delivered(raw, "jobs@demo.example"))
    assert ledger.read(third, "state") == "duplicate"
    assert count(live, "project.task", "Later") == 1


def test_later_delivery_to_nobody_else_is_a_duplicate(live, ledger):
    raw = bcc("To nobody else")
    first = ledger.end(delivered(raw, "sales@demo.example"))
    second = ledger.end(delivered(raw, "box@demo.example"), live.second_id)
    assert ledger.read(second, "state") == "duplicate"
    assert ledger.read(second, "duplicate_of_id").id == first


def copied(raw):
    """What a mailing list makes of it."""
    return b"List-Id: <users.lists.example>\r\n" + raw.replace(
        b"Subject: ", b"Subject: [users] "
    ).replace(b"Hello", b"Hello\r\n-- \r\nYou are subscribed to users.")


@pytest.mark.parametrize("list_first", [False, True])
def test_copy_of_a_mailing_list_is_the_same_mail(live, ledger, list_first):
    raw = mail("sales@demo.example", f"On a list {list_first}")
    turns = [copied(raw), raw] if list_first else [raw, copied(raw)]
    rows = [ledger.end(turn) for turn in turns]
    assert [ledger.read(row, "state") for row in rows] == ["routed", "duplicate"]
    later = ledger.end(delivered(copied(raw), "jobs@demo.example"), live.second_id)
    assert [model for model, _name in reached(live, later)] == ["project.task"]


def test_a_list_whose_messages_share_a_message_id_loses_none(live, ledger):
    raw = copied(mail("sales@demo.example", "First issue"))
    first = ledger.end(raw)
    later = raw.replace(b"First", b"Second").replace(b"20 Nov", b"21 Nov")
    rows = [first, ledger.end(later)]
    assert [ledger.read(row, "state") for row in rows] == ["routed", "routed"]


def test_later_delivery_of_a_reply_stays_in_the_thread(live, ledger):
    ledger.end(mail("sales@demo.example", "Ask", message_id="<ask@x.example>"))
    raw = mail("x@demo.example", "Re: Ask", in_reply_to="<ask@x.example>")
    ledger.end(delivered(raw, "x@demo.example"))
    again = delivered(raw, "jobs@demo.example", "X-Original-To")
    second = ledger.end(again, live.second_id)
    assert ledger.read(second, "state", "reason_code") == ("duplicate", "same_mail")
    assert count(live, "project.task", "Re: Ask") == 0


def test_later_recipient_that_refuses_is_answered_once(live, ledger):
    raw = bcc("Refused later", sender=sender("may"))
    ledger.end(delivered(raw, "sales@demo.example"))
    second = ledger.end(delivered(raw, "closed@demo.example"), live.second_id)
    assert ledger.read(second, "state", "reason_code") == ("rejected", "alias_refused")
    assert len(ledger.answers("Refused later")) == 1


def test_delivery_does_what_one_in_quarantine_could_not(live, ledger):
    raw = bcc("Nobody at first")
    first = ledger.end(delivered(raw, "nobody@demo.example"))
    again = ledger.end(delivered(raw, "nobody@demo.example"))
    assert ledger.read(first, "state") == "quarantined"
    assert ledger.read(again, "state") == "duplicate"
    second = ledger.end(delivered(raw, "sales@demo.example"), live.second_id)
    assert ledger.read(second, "state", "reason_code") == ("routed", "routed")
    assert ledger.read(first, "state", "reason_code") == (
        "duplicate",
        "delivered_again",
    )
    assert [ledger.read(row, "duplicate_of_id").id for row in (first, again)] == [
        second,
        second,
    ]
    assert not ledger.read(first, "activity_ids")


def test_mailbox_that_makes_records_takes_what_another_could_not(live, ledger):
    raw = bcc("For the other mailbox")
    first = ledger.end(delivered(raw, "nobody@demo.example"))
    second = ledger.end(delivered(raw, "nobody@demo.example"), live.making_id)
    assert ledger.read(second, "state") == "routed"
    assert ledger.read(first, "state") == "duplicate"
    assert count(live, "crm.lead", "For the other mailbox") == 1


def test_same_message_id_with_other_content_is_a_message_of_its_own(live, ledger):
    texts = ("One", "Two", "Three")
    rows = [
        ledger.end(mail("sales@demo.example", text, message_id="<no@x.example>"))
        for text in texts
    ]
    assert {ledger.read(row, "state") for row in rows} == {"routed"}
    assert reached(live, *rows) == [("crm.lead", name) for name in sorted(texts)]
    assert {ledger.read(row, "message_id") for row in rows} == {"<no@x.example>"}
    posted = [ledger.read(row, "posted_message_id") for row in rows]
    assert posted[0] is False and len(set(posted)) == 3
    assert "Kept apart" in ledger.read(rows[1], "steps")


def test_derived_message_id_is_the_same_in_each_attempt(live, ledger, monkeypatch):
    real, seen = MailThread.message_route, []

    def fails_once(self, message, message_dict, *args, **kwargs):
        seen.append(message_dict["message_id"])
        if len(seen) == 1:
            raise processing.PASSING[0]("again")
        return real(self, message, message_dict, *args, **kwargs)

    ledger.end(mail("sales@demo.example", message_id="<twice@x.example>"))
    monkeypatch.setattr(MailThread, "message_route", fails_once)
    row = ledger.end(mail("sales@demo.example", message_id="<twice@x.example>"))
    assert ledger.read(row, "state", "attempts") == ("routed", 2)
    assert seen[0] == seen[1] == ledger.read(row, "posted_message_id")


def test_answer_refers_to_the_senders_own_message_id(live, ledger):
    ledger.end(mail("sales@demo.example", "A", message_id="<own@x.example>"))
    row = ledger.end(mail("sales@demo.example", "B", message_id="<own@x.example>"))
    with live.env() as env:
        customer = env["res.partner"].create({"name": "C", "email": "c@out.example"})
        lead = env["crm.lead"].search([("name", "=", "B")])
        sent = lead.message_post(
            body="Answer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=customer.ids,
        )
        references = sent.mail_ids.references.split()
        posted = env["mail.gateway.incoming"].browse(row).posted_message_id
        assert references.index("<own@x.example>") < references.index(posted)
        answer = mail(
            "x@demo.example", "Re: B", references=f"<own@x.example> {sent.message_id}"
        )
    ledger.end(answer)
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "B")])
        assert "Re: B" in lead.message_ids.mapped("subject")


def slowly(monkeypatch):
    """Two workers come together in the middle of the work, if anything lets them."""
    real, meeting = MailThread.message_route, threading.Barrier(2)

    def message_route(self, *args, **kwargs):
        # The other one may not be let in: then nobody comes.
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(1.5)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(MailThread, "message_route", message_route)


def at_once(ledger, workers=2):
    threads = [threading.Thread(target=ledger.process) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_with_one_delivery_each_route_once(live, ledger, monkeypatch):
    slowly(monkeypatch)
    raw = bcc("At once")
    rows = [
        ledger.receive(delivered(raw, "sales@demo.example")),
        ledger.receive(delivered(raw, "jobs@demo.example"), live.second_id),
    ]
    at_once(ledger)
    assert [ledger.read(row, "state") for row in rows] == ["routed", "duplicate"]
    assert ledger.read(rows[1], "attempts") == 1, "it waited, it did not fail"
    assert count(live, "crm.lead", "At once") == 1
    assert count(live, "project.task", "At once") == 1


def test_two_workers_with_one_message_id_each_make_a_record(live, ledger, monkeypatch):
    slowly(monkeypatch)
    rows = [
        ledger.receive(mail("sales@demo.example", text, message_id="<both@x.example>"))
        for text in ("This", "That")
    ]
    at_once(ledger)
    assert {ledger.read(row, "state") for row in rows} == {"routed"}
    with live.env() as env:
        domain = [("message_id", "=", "<both@x.example>")]
        assert env["mail.message"].search_count(domain) == 1


_WORKER = """
import sys
from odoo.tools import config
config.parse_config(["-c", sys.argv[1], "-d", sys.argv[2], "--log-level=error"])
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
registry = Registry(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["mail.gateway.incoming"]._process_received()
"""


def test_two_processes_with_many_deliveries_of_the_same_mails(live, ledger, stack):
    raws = [bcc(f"Shared {n}", sender=sender(f"s{n}")) for n in range(15)]
    for raw in raws:
        ledger.receive(delivered(raw, "sales@demo.example"))
        ledger.receive(delivered(raw, "jobs@demo.example"), live.second_id)
    config = str(stack.odoo_config(live.database))
    command = [sys.executable, "-c", _WORKER, config, live.database]
    workers = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate(timeout=120)
        assert worker.returncode == 0
    ledger.process()
    with live.env() as env:
        for model in ("crm.lead", "project.task"):
            names = env[model].search([("name", "like", "Shared ")]).mapped("name")
            assert sorted(names) == sorted(f"Shared {n}" for n in range(15))
