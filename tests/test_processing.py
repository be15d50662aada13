# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From received to its outcome: each way a message can end, each fault on the way."""

import threading
from dataclasses import replace

import psycopg2
import pytest

from odoo.exceptions import UserError

from odoo.addons.base.models.ir_mail_server import IrMail_Server as IrMailServer
from odoo.addons.base.models.ir_qweb import IrQweb
from odoo.addons.mail.models.mail_thread import MailThread
from odoo.addons.mail_gateway_plus.core import retry
from odoo.addons.mail_gateway_plus.models import processing

from .ledger import sender, uids
from .live import boxed, mail


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead", jobs="project.task") as made:
        made.alias("closed", "crm.lead", alias_contact="followers")
        made.alias("broken", "crm.lead", alias_defaults="{'type': 'no such type'}")
        with made.env() as env:
            box = env["fetchmail.server"].browse(made.mailbox_id)
            box.responsible_id = env.ref("base.user_admin")
        yield made


def test_refusal_by_an_alias_is_rejected_and_answered_through_the_queue(ledger):
    row = ledger.end(mail("closed@demo.example", "Let me in", sender=sender("cat")))
    assert ledger.read(row, "state", "reason_code") == ("rejected", "alias_refused")
    assert ledger.answers("Let me in") == [("outgoing", sender("cat"))]
    assert "Refused by the alias" in ledger.read(row, "steps")


def test_one_alias_takes_and_another_refuses(ledger):
    raw = mail("sales@demo.example, closed@demo.example", "Half", sender=sender("dan"))
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("routed", "routed_partly")
    assert len(ledger.answers("Half")) == 1


def test_two_aliases_reach_two_records(live, ledger):
    row = ledger.end(mail("sales@demo.example, jobs@demo.example", "Both"))
    with live.env() as env:
        outcomes = env["mail.gateway.incoming"].browse(row).outcome_ids
        reached = {
            (o.res_model, o.alias_id.alias_name, o.record_name) for o in outcomes
        }
        assert reached == {
            ("crm.lead", "sales", "Both"),
            ("project.task", "jobs", "Both"),
        }


def test_catchall_alone_is_rejected_and_answered(live, ledger):
    with live.env() as env:
        live.domain(env).catchall_policy = "bounce"
    row = ledger.end(mail("catchall@demo.example", "To all", sender=sender("eve")))
    assert ledger.read(row, "state", "reason_code") == (
        "rejected",
        "written_to_catchall",
    )
    assert ledger.answers("To all") == [("outgoing", sender("eve"))]


def test_bounce_is_a_bounce(ledger):
    row = ledger.end(mail("bounce@demo.example", sender="MAILER-DAEMON@mx.example"))
    assert ledger.read(row, "state", "reason_code") == ("bounce", "bounce_report")


def test_report_whose_parts_are_not_what_they_say_is_a_bounce(ledger):
    raw = mail("sales@demo.example", sender="postmaster@mx.example")
    # A boundary that the parser does not see.
    kind = b'multipart/report; report-type=delivery-status; \\\\\tboundary="b"'
    raw = raw.replace(b'text/plain; charset="utf-8"', kind)
    raw = raw.replace(b"Hello", b"--b\r\n\r\nHello\r\n--b--")
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("bounce", "bounce_report")


def test_reply_reaches_the_thread(live, ledger):
    first = ledger.end(
        mail("sales@demo.example", "Question", message_id="<q@x.example>")
    )
    reply = mail("anyone@demo.example", "Re: Question", in_reply_to="<q@x.example>")
    second = ledger.end(reply)
    with live.env() as env:
        rows = env["mail.gateway.incoming"].browse([first, second])
        assert rows.mapped("state") == ["routed", "routed"]
        assert len(set(rows.outcome_ids.mapped("res_id"))) == 1


def test_answer_to_a_loop_warning_is_ignored(ledger):
    reference = "<1-loop-detection-bounce-email@demo.example>"
    row = ledger.end(mail("sales@demo.example", references=reference))
    assert ledger.read(row, "state", "reason_code") == ("ignored", "loop_reply")


def test_own_mail_coming_back_is_a_duplicate(live, ledger):
    with live.env() as env:
        partner = env["res.partner"].create({"name": "P"})
        partner.message_post(body="Hello", message_id="<own@demo.example>")
    row = ledger.end(mail("sales@demo.example", message_id="<own@demo.example>"))
    assert ledger.read(row, "state", "reason_code") == ("duplicate", "message_known")


def test_sender_over_the_rate_is_rejected(live, ledger):
    with live.env() as env:
        env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "2")
    try:
        rows = [
            ledger.end(mail("sales@demo.example", f"{n}", sender=sender("fay")))
            for n in range(3)
        ]
    finally:
        with live.env() as env:
            env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", False)
    ends = [ledger.read(row, "reason_code") for row in rows]
    assert ends == ["routed", "routed", "sender_rate"]


def test_document_that_refuses_is_quarantine_without_an_answer(live, ledger):
    row = ledger.end(mail("broken@demo.example", "Refused", sender=sender("gil")))
    assert ledger.read(row, "state", "reason_code") == ("quarantined", "model_failed")
    assert "no such type" in ledger.read(row, "reason_cause")
    assert ledger.answers("Refused") == [], "it may still be routed"
    with live.env() as env:
        broken = env["mail.alias"].search([("alias_name", "=", "broken")])
        assert broken.alias_status == "invalid"
        assert not env["crm.lead"].search([("name", "=", "Refused")])


def test_quarantined_message_is_routed_once_its_cause_is_mended(live, ledger):
    row = ledger.end(mail("later@demo.example", "Patience"))
    assert ledger.read(row, "state") == "quarantined"
    live.alias("later", "crm.lead")
    with live.env() as env:
        env["mail.gateway.incoming"].browse(row).action_reprocess()
    ledger.process()
    assert ledger.read(row, "state", "reason_code") == ("routed", "routed")


def test_message_beyond_bounds_never_reaches_odoo(ledger, monkeypatch):
    asked = []
    monkeypatch.setattr(
        MailThread, "message_process", lambda *args, **kw: asked.append(args)
    )
    part = b"--b\r\n\r\nx\r\n"
    raw = mail("sales@demo.example").replace(
        b'Content-Type: text/plain; charset="utf-8"',
        b'Content-Type: multipart/mixed; boundary="b"',
    )
    row = ledger.end(raw + part * 600 + b"--b--\r\n")
    assert ledger.read(row, "state", "reason_code") == (
        "quarantined",
        "message_too_many_parts",
    )
    assert not asked


def test_message_that_can_be_repaired_is_routed_and_kept_as_it_came(live, ledger):
    raw = mail("sales@demo.example", "Mended").replace(b"utf-8", b"X-UNKNOWN")
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("routed", "routed")
    with live.env() as env:
        assert env["mail.gateway.incoming"].browse(row)._raw() == raw
        lead = env["crm.lead"].search([("name", "=", "Mended")])
        assert "Hello" in lead.message_ids[-1].body


def test_message_that_only_the_parser_finds_fault_with_is_routed(ledger):
    raw = mail("sales@demo.example", "Grouped")
    raw = raw.replace(b"To: sales", b"Cc: all:; (of us)\r\nTo: sales")
    assert ledger.read(ledger.end(raw), "state") == "routed"


def test_message_that_the_parser_chokes_on_is_in_quarantine(live, ledger, monkeypatch):
    def chokes(self, message, save_original=False):
        raise LookupError("something nobody thought of")

    monkeypatch.setattr(MailThread, "message_parse", chokes)
    raw = mail("sales@demo.example")
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("quarantined", "parse_failed")
    assert "nobody thought of" in ledger.read(row, "reason_cause")
    with live.env() as env:
        assert env["mail.gateway.incoming"].browse(row)._raw() == raw


def failing(times, problem, monkeypatch):
    """Makes stock's routing fail a number of times before it works."""
    real = MailThread.message_route
    left = [times]

    def message_route(self, *args, **kwargs):
        if left[0]:
            left[0] -= 1
            raise problem
        return real(self, *args, **kwargs)

    monkeypatch.setattr(MailThread, "message_route", message_route)


def due_at_once(live):
    with live.env() as env:
        env["mail.gateway.incoming"].search([("next_attempt", "!=", False)]).write(
            {"next_attempt": False}
        )


def test_passing_fault_is_tried_again_later(live, ledger, monkeypatch):
    failing(3, psycopg2.errors.SerializationFailure("try again"), monkeypatch)
    row = ledger.end(mail("sales@demo.example", "Patient"))
    state, attempts, waits = ledger.read(row, "state", "attempts", "next_attempt")
    assert (state, attempts) == ("received", 2), "once more at once, then later"
    assert waits, "it waits instead of spinning"
    assert ledger.process() == 0
    for _attempt in range(2):
        due_at_once(live)
        ledger.process()
    assert ledger.read(row, "state", "attempts") == ("routed", 4)
    with live.env() as env:
        assert env["crm.lead"].search_count([("name", "=", "Patient")]) == 1


@pytest.mark.parametrize(
    "fault",
    [
        psycopg2.OperationalError("server closed the connection unexpectedly"),
        psycopg2.DatabaseError("error with status PGRES_TUPLES_OK"),
    ],
)
def test_lost_database_is_a_passing_fault_while_an_answer_is_written(
    live, ledger, monkeypatch, fault
):
    """QWeb, which writes the answer to a refused sender, raises an error of its own."""
    real, left = IrQweb._compile, [1]

    def _compile(self, template):
        if left and template == "mail.mail_bounce_alias_security":
            left.pop()
            raise fault
        return real(self, template)

    monkeypatch.setattr(IrQweb, "_compile", _compile)
    name = type(fault).__name__
    row = ledger.end(mail("closed@demo.example", name, sender=sender(name.lower())))
    due_at_once(live)
    ledger.process()
    assert not left
    assert ledger.read(row, "state", "attempts") == ("rejected", 2)


def test_retries_end_in_quarantine(live, ledger, monkeypatch):
    failing(99, psycopg2.errors.DeadlockDetected("again"), monkeypatch)
    row = ledger.receive(mail("sales@demo.example"))
    for _attempt in range(len(retry.PROCESSING.delays_s) + 1):
        due_at_once(live)
        ledger.process()
    assert ledger.read(row, "state", "reason_code") == (
        "quarantined",
        "retries_exhausted",
    )


def test_retry_of_a_refusal_answers_once(live, ledger, monkeypatch):
    """Stock would answer in each attempt, from a cursor of its own."""
    real = processing._conclude_row
    left = [2]

    def conclude(row, observation):
        if left[0]:
            left[0] -= 1
            raise psycopg2.errors.SerializationFailure("try again")
        return real(row, observation)

    monkeypatch.setattr(processing, "_conclude_row", conclude)
    row = ledger.end(mail("closed@demo.example", "Once", sender=sender("hal")))
    for _attempt in range(2):
        due_at_once(live)
        ledger.process()
    assert ledger.read(row, "state") == "rejected"
    assert len(ledger.answers("Once")) == 1


def test_message_that_kills_its_worker_is_given_up(live, ledger):
    row = ledger.receive(mail("sales@demo.example"))
    with live.env() as env:
        env["mail.gateway.incoming"].browse(row).attempts = 99
    ledger.process()
    assert ledger.read(row, "state", "reason_code") == ("quarantined", "workers_lost")
    assert ledger.read(row, "reason_cause").startswith("99 attempts ended")


def test_fault_whose_words_no_database_takes_is_noted(ledger, monkeypatch):
    failing(1, RuntimeError("bad byte \0 and \udc80"), monkeypatch)
    row = ledger.end(mail("sales@demo.example"))
    assert ledger.read(row, "state", "reason_code") == ("quarantined", "model_failed")
    assert "bad byte" in ledger.read(row, "reason_cause")


def test_same_message_id_in_a_broken_header(live, ledger):
    """What the ledger does not know of the first, Odoo does, and would drop it."""
    head = b"From: ann@customer.example\r\nMessage-ID: <broken@customer.example>\r\n"
    for number in (b"1", b"2"):
        raw = b"Broken " + number + b"\r\nTo: sales@demo.example\r\n" + head
        row = ledger.end(raw + b"Subject: Broken " + number + b"\r\n\r\nHello")
        assert ledger.read(row, "state", "subject") == (
            "routed",
            f"Broken {number.decode()}",
        )


def test_one_bad_message_does_not_hold_up_the_next(ledger, monkeypatch):
    failing(1, RuntimeError("something nobody thought of"), monkeypatch)
    bad, good = (ledger.receive(mail("sales@demo.example")) for _ in range(2))
    assert ledger.process() == 2
    assert ledger.read(bad, "state", "reason_code") == ("quarantined", "model_failed")
    assert ledger.read(good, "state") == "routed"


def test_two_workers_share_and_nothing_is_done_twice(live, ledger):
    rows = [
        ledger.receive(mail("sales@demo.example", f"Shared {n}", sender=sender(n)))
        for n in range(30)
    ]
    taken = []
    workers = [
        threading.Thread(target=lambda: taken.append(ledger.process()))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(taken) >= 30
    # Two that touch the same row make one of them wait: that is no second time.
    due_at_once(live)
    ledger.process()
    assert {ledger.read(row, "state") for row in rows} == {"routed"}
    with live.env() as env:
        assert env["crm.lead"].search_count([("name", "like", "Shared")]) == 30


def test_fault_after_the_commit_leaves_the_outcome_alone(live, ledger, monkeypatch):
    """What runs after a commit, such as sending to followers, may fail: the message
    was routed all the same, and is not to be routed again."""
    real = MailThread._message_route_process

    def with_a_hook(self, *args, **kwargs):
        def breaks():
            raise RuntimeError("the relay hung up")

        self.env.cr.postcommit.add(breaks)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(MailThread, "_message_route_process", with_a_hook)
    row = ledger.end(mail("sales@demo.example", "After", sender=sender("jan")))
    assert ledger.read(row, "state") == "routed"
    assert ledger.process() == 0


def test_nothing_is_sent_from_within_the_processing(live, ledger, monkeypatch):
    connected = []
    monkeypatch.setattr(
        IrMailServer, "_connect__", lambda *args, **kw: connected.append(args)
    )
    first = ledger.end(mail("sales@demo.example", "Told", message_id="<t@x.example>"))
    with live.env() as env:
        lead = env["mail.gateway.incoming"].browse(first).outcome_ids
        lead = env["crm.lead"].browse(lead.res_id)
        follower = env["res.partner"].create({"name": "F", "email": "f@out.example"})
        lead.message_subscribe([follower.id])
    ledger.end(mail("x@demo.example", "Re: Told", in_reply_to="<t@x.example>"))
    with live.env() as env:
        waiting = env["mail.mail"].search([("recipient_ids", "in", follower.ids)])
        assert waiting.mapped("state") == ["outgoing"]
    assert not connected


def test_message_whose_worker_died_twice_lets_others_pass(live, ledger):
    killer = ledger.receive(mail("sales@demo.example", sender=sender("kim")))
    for _death in range(2):
        processing._begin(live.registry, killer)
    assert ledger.read(killer, "next_attempt")
    good = ledger.end(mail("sales@demo.example", sender=sender("lea")))
    assert ledger.read(good, "state") == "routed"
    assert ledger.read(killer, "state") == "received"
    due_at_once(live)
    ledger.process()
    assert ledger.read(killer, "state") == "routed"


def test_ledger_is_no_destination(live, ledger):
    live.alias("ledger", "mail.gateway.incoming")
    row = ledger.end(mail("ledger@demo.example"))
    assert ledger.read(row, "state", "reason_code") == ("quarantined", "model_failed")
    assert "cannot be routed to the list" in ledger.read(row, "reason_cause")


def test_message_with_a_fact_the_database_refuses_is_kept(live, monkeypatch):
    """Such facts are bounded in core; this is the net below."""
    from odoo.addons.mail_gateway_plus.core.message import facts

    real = facts.read

    def unfit(raw):
        found = real(raw)
        return replace(found, message_id="\0") if b"unfit" in raw else found

    monkeypatch.setattr(facts, "read", unfit)
    raws = [mail("nobody@demo.example", word) for word in ("one", "unfit", "three")]
    with live.env() as env:
        server = env["fetchmail.server"].browse(live.mailbox_id)
        rows = env["mail.gateway.incoming"]._receive(
            server, "INBOX", "1", [(str(next(uids)), raw) for raw in raws]
        )
        assert [row._raw() for row in rows] == raws
        assert rows.mapped("subject") == ["one", False, "three"]
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()


def test_one_activity_tells_of_many_quarantined_messages(live, ledger):
    rows = [ledger.end(mail("nobody@demo.example")) for _ in range(3)]
    with live.env() as env:
        box = env["fetchmail.server"].browse(live.mailbox_id)
        activities = env["mail.activity"].search(
            [("res_model", "=", "mail.gateway.incoming")]
        )
        told = activities.filtered(
            lambda a: env[a.res_model].browse(a.res_id).server_id == box
        )
        assert len(told) == 1
        assert told.user_id == box.responsible_id
        assert env["mail.gateway.incoming"].browse(rows).exists()


def test_what_processing_writes_names_its_mailbox(live, ledger):
    ledger.end(mail("closed@demo.example", "From where", sender=sender("ida")))
    with live.env() as env:
        answer = env["mail.mail"].search([("subject", "=", "Re: From where")])
        assert answer.fetchmail_server_id.id == live.mailbox_id


ATTACHED = (
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nSee the plan\r\n"
    b"--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="plan.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
)


def with_attachment(subject):
    raw = mail("nobody@demo.example", subject)
    return raw[: raw.index(b"Content-Type")] + ATTACHED


def made_by_a_mailbox(live, ledger, raw, **options):
    """The lead of a mailbox with these options, and the names of its attachments."""
    with live.env() as env:
        kind = env["ir.model"]._get_id("crm.lead")
        box = env["fetchmail.server"].create(
            {"name": "Optional", "object_id": kind, **options}
        )
        box_id = box.id
    row = ledger.end(raw, box_id)
    assert ledger.read(row, "state") == "routed"
    with live.env() as env:
        outcome = env["mail.gateway.incoming"].browse(row).outcome_ids
        domain = [("res_model", "=", "crm.lead"), ("res_id", "=", outcome.res_id)]
        found = env["ir.attachment"].search(domain)
        return outcome.res_model, {one.name: one.raw for one in found}


def test_option_to_make_a_record(live, ledger):
    made = made_by_a_mailbox(live, ledger, mail("nobody@demo.example", "Option"))
    assert made == ("crm.lead", {})


def test_option_to_keep_attachments(live, ledger):
    raw = with_attachment("Kept")
    _model, kept = made_by_a_mailbox(live, ledger, raw)
    assert kept == {"plan.pdf": b"%PDF"}
    raw = with_attachment("Dropped")
    _model, kept = made_by_a_mailbox(live, ledger, raw, attach=False)
    assert kept == {}


def test_option_to_keep_the_original_keeps_it_as_it_came(live, ledger):
    raw = with_attachment("Original").replace(b"text/plain", b"text/plain; charset=x")
    _model, kept = made_by_a_mailbox(live, ledger, raw, original=True)
    assert kept == {"plan.pdf": b"%PDF", "original_email.eml": raw}


def test_nul_in_an_encoded_text_is_no_fault(ledger):
    raw = mail("sales@demo.example", "=?utf-8?q?Nothing=00in_it?=")
    raw = raw.replace(b"7bit", b"quoted-printable").replace(b"Hello", b"Hel=00lo")
    assert ledger.read(ledger.end(raw), "state") == "routed"


def test_message_in_work_is_not_deleted(live, ledger, monkeypatch):
    row_id = ledger.receive(mail("sales@demo.example", "In work"))
    stock, said = MailThread.message_route, []

    def deleted_meanwhile(self, *args, **kwargs):
        with live.registry.cursor() as cr:
            # Without a limit each waits for the other for ever.
            cr.execute("SET LOCAL lock_timeout = '3s'")
            row = self.env(cr=cr)["mail.gateway.incoming"].browse(row_id)
            with pytest.raises(UserError) as refused:
                row.unlink()
            said.append(str(refused.value))
        return stock(self, *args, **kwargs)

    monkeypatch.setattr(MailThread, "message_route", deleted_meanwhile)
    ledger.process()
    assert "“In work” is being processed" in said[0]
    assert ledger.read(row_id, "state") == "routed"
    with live.env() as env:
        env["mail.gateway.incoming"].browse(row_id).unlink()
