# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bounces, receipts, complaints and other reports, from the message to what the author
of the mail it is about gets to see."""

import itertools
from types import SimpleNamespace

import pytest

from odoo import fields

from odoo.addons.mail_gateway_plus.core.message import loop

from sandbox.accounts import GONE, LATE

from . import reporting
from .arrival import arrived
from .live import boxed, mail

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead") as made:
        yield made


@pytest.fixture
def sent(live):
    """Posts a message on a lead to some contacts, as if it had been sent."""

    def make(*names):
        number = next(_numbers)
        addresses = [f"{name}-{number}@customer.example" for name in names]
        with live.env() as env:
            partners = env["res.partner"].create(
                [{"name": address, "email": address} for address in addresses]
            )
            lead = env["crm.lead"].create({"name": f"Offer {number}"})
            posted = lead.with_context(mail_notify_force_send=False).message_post(
                body="Our offer",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=partners.ids,
                author_id=env.ref("base.user_admin").partner_id.id,
            )
            posted.notification_ids.notification_status = "sent"
            env["mail.mail"].search([("mail_message_id", "=", posted.id)]).unlink()
            return SimpleNamespace(
                id=posted.id,
                lead=lead.id,
                message_id=posted.message_id,
                addresses=addresses,
                partners=partners.ids,
            )

    return make


def status(live, sent):
    """Address -> (status, type, reason) of what its notification says."""
    with live.env() as env:
        return {
            found.res_partner_id.email: (
                found.notification_status,
                found.failure_type,
                found.failure_reason or "",
            )
            for found in env["mail.message"].browse(sent.id).notification_ids
        }


def counts(live, sent):
    with live.env() as env:
        partners = env["res.partner"].browse(sent.partners)
        return partners.mapped("message_bounce")


def notes(live, sent):
    with live.env() as env:
        note = env.ref("mail.mt_note")
        messages = env["crm.lead"].browse(sent.lead).message_ids
        found = messages.filtered(lambda m: m.subtype_id == note and m.body)
        assert not found.notification_ids, "a note is sent to nobody"
        return [str(message.body) for message in found]


def reached(live, row):
    with live.env() as env:
        outcomes = env["mail.gateway.incoming"].browse(row).outcome_ids
        return [(found.res_model, found.res_id) for found in outcomes]


def marked(live, *recipients):
    """What our mail carries to these recipients."""
    with live.env() as env:
        build = env["ir.mail_server"]._build_email__
        return build("us@demo.example", list(recipients), "Hi", "Hi")[loop.TRACE]


def mails(live):
    with live.env() as env:
        return env["mail.mail"].search_count([])


# --- bounces


def test_a_bounce_marks_the_one_who_was_not_reached(live, ledger, sent):
    offer = sent("gone", "here")
    gone, here = offer.addresses
    row = ledger.end(reporting.failed(offer.message_id, gone))
    assert ledger.read(row, "state", "reason_code", "decided_by") == (
        *("bounce", "bounce_report", "bounce"),
    )
    found = status(live, offer)
    assert found[here][0] == "sent"
    state, kind, reason = found[gone]
    assert (state, kind) == ("bounce", "mail_bounce")
    assert "User unknown" in reason and "\n" in reason
    assert counts(live, offer) == [1, 0]
    assert reached(live, row) == [("crm.lead", offer.lead)]
    assert gone in ledger.read(row, "reason_cause")


def test_a_bounce_of_many_marks_each_and_tells_the_author_once(live, ledger, sent):
    offer = sent("a", "b", "c", "d")
    first, *others = offer.addresses
    before = mails(live)
    ledger.end(reporting.failed(offer.message_id, first))
    ledger.end(reporting.failed(offer.message_id, *others))
    ledger.end(reporting.failed(offer.message_id, first))
    assert {found[0] for found in status(live, offer).values()} == {"bounce"}
    (note,) = notes(live, offer)
    assert "did not reach" in note
    assert note.count("<li>") == 4
    assert all(note.count(address) >= 1 for address in offer.addresses)
    assert mails(live) == before


def test_a_note_stays_short(live, ledger, sent):
    offer = sent("x")
    many = [f"n{number}@customer.example" for number in range(30)]
    ledger.end(reporting.failed(offer.message_id, *many))
    ledger.end(reporting.failed(offer.message_id, *offer.addresses))
    (note,) = notes(live, offer)
    assert note.count("<li>") == 20


def test_the_author_sees_it_among_what_failed(live, ledger, sent):
    offer = sent("gone")
    with live.env() as env:
        last = env["bus.bus"].search([], order="id desc", limit=1).id
    ledger.end(reporting.failed(offer.message_id, *offer.addresses))
    with live.env() as env:
        told = env["bus.bus"].search([("id", ">", last)])
        assert any("bounce" in found.message for found in told)


def test_a_full_mailbox_is_told_but_not_counted(live, ledger, sent):
    offer = sent("full")
    raw = reporting.failed(
        offer.message_id, *offer.addresses, status_="4.2.2", said="452 4.2.2 Full"
    )
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("bounce", "bounce_temporary")
    (found,) = status(live, offer).values()
    assert found[0] == "bounce" and "Full" in found[2]
    assert counts(live, offer) == [0]
    assert len(notes(live, offer)) == 1


def test_an_address_that_changed_on_its_way_is_the_only_recipient(live, ledger, sent):
    offer = sent("old")
    ledger.end(reporting.failed(offer.message_id, "new@elsewhere.example"))
    assert [found[0] for found in status(live, offer).values()] == ["bounce"]
    assert counts(live, offer) == [1]


@pytest.mark.parametrize("is_marked", [True, False])
def test_a_bounce_of_mail_that_odoo_has_not_kept_is_counted_for_its_contact(
    live, ledger, is_marked
):
    address = f"zoe.{is_marked}@customer.example"
    with live.env() as env:
        values = {"name": "Zoe", "email": address}
        partner = env["res.partner"].create(values).id
    mark = marked(live, f"Zoe <{address}>") if is_marked else ""
    raw = reporting.failed(f"<1.{is_marked}@demo.example>", address, mark=mark)
    row = ledger.end(raw)
    assert ledger.read(row, "state") == "bounce" and reached(live, row) == []
    with live.env() as env:
        assert env["res.partner"].browse(partner).message_bounce == 1


def test_a_bounce_of_an_address_beyond_ascii(live, ledger, sent):
    offer = sent("jörg")
    fields = reporting.FAILED.format(status="5.1.1", said="550 5.1.1 Unknown")
    raw = reporting.status(
        offer.message_id,
        (offer.addresses[0].replace("ö", r"\x{F6}"), fields),
        kind="global-delivery-status",
        named="utf-8",
    )
    row = ledger.end(raw)
    assert ledger.read(row, "state") == "bounce"
    assert [found[0] for found in status(live, offer).values()] == ["bounce"]


@pytest.mark.parametrize(
    "text",
    [
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message.\n\n<{to}>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\n"
        "Received: by mx.example\nMessage-ID: {id}\nSubject: Hi\n\nOur offer\n",
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  {to}\n    550 5.1.1 User unknown\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        "Received: from us\nMessage-ID: {id}\nSubject: Hi\n\nOur offer\n",
        "Your message did not reach some or all of the intended recipients.\n\n"
        "      {to}\n      550 5.1.1 RESOLVER.ADR.RecipNotFound; not found\n\n"
        "Received: from us\nMessage-ID: {id}\nSubject: Hi\n",
    ],
)
def test_bounces_in_plain_words(live, ledger, sent, text):
    offer = sent("gone")
    (to,) = offer.addresses
    raw = reporting.worded(text.format(to=to, id=offer.message_id))
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("bounce", "bounce_report")
    assert [found[0] for found in status(live, offer).values()] == ["bounce"]
    assert counts(live, offer) == [1]
    assert len(notes(live, offer)) == 1


def test_success_takes_the_count_down(live, ledger, sent):
    offer = sent("gone")
    (address,) = offer.addresses
    ledger.end(reporting.failed(offer.message_id, address))
    assert counts(live, offer) == [1]
    row = ledger.end(reporting.status(offer.message_id, (address, reporting.DELIVERED)))
    assert ledger.read(row, "state", "reason_code") == ("ignored", "delivery_confirmed")
    assert counts(live, offer) == [0]


def test_mail_of_the_contact_takes_the_count_down(live, ledger, sent):
    offer = sent("gone")
    (address,) = offer.addresses
    ledger.end(reporting.failed(offer.message_id, address))
    ledger.end(mail("sales@demo.example", sender=address))
    assert counts(live, offer) == [0]


def test_a_notice_of_a_delay_is_information(live, ledger, sent):
    offer = sent("late")
    (address,) = offer.addresses
    row = ledger.end(reporting.status(offer.message_id, (address, reporting.DELAYED)))
    assert ledger.read(row, "state", "reason_code", "decided_by") == (
        *("ignored", "delivery_delayed", "reports"),
    )
    assert status(live, offer)[address][0] == "sent"
    assert counts(live, offer) == [0] and notes(live, offer) == []
    assert reached(live, row) == [("crm.lead", offer.lead)]


# --- what only looks like a bounce


def test_a_read_receipt_is_noted_and_counts_for_nothing(live, ledger, sent):
    offer = sent("reader")
    (address,) = offer.addresses
    row = ledger.end(reporting.receipt(offer.message_id, address))
    again = ledger.end(reporting.receipt(offer.message_id, address))
    for one in (row, again):
        assert ledger.read(one, "state", "reason_code") == ("ignored", "read_receipt")
    (note,) = notes(live, offer)
    assert f"Read by {address}" in note
    assert status(live, offer)[address][0] == "sent"
    assert counts(live, offer) == [0]


def test_a_complaint_blacklists_who_got_our_mail_and_tells_somebody(live, ledger, sent):
    offer = sent("angry")
    (address,) = offer.addresses
    row = ledger.end(reporting.complaint(offer.message_id, address))
    assert ledger.read(row, "state", "reason_code") == ("ignored", "abuse_report")
    with live.env() as env:
        assert env["mail.blacklist"].search_count([("email", "=", address)]) == 1
        activities = env["mail.gateway.incoming"].browse(row).activity_ids
        assert address in activities.note
        activities.unlink()
    assert counts(live, offer) == [0]


@pytest.mark.parametrize("kind", ["not-spam", "virus"])
def test_a_complaint_of_another_kind_blacklists_nobody(live, ledger, sent, kind):
    offer = sent("calm")
    ledger.end(reporting.complaint(offer.message_id, offer.addresses[0], kind))
    with live.env() as env:
        assert not env["mail.blacklist"].search_count(
            [("email", "in", offer.addresses)]
        )


def blacklisted(live, *addresses):
    with live.env() as env:
        found = env["mail.blacklist"].search([("email", "in", addresses)])
        return sorted(found.mapped("email"))


def noted(ledger, row):
    return [step["step"] for step in ledger.read(row, "trace")["steps"]]


def test_a_recipient_does_not_have_another_one_blacklisted(live, ledger, sent):
    """Both know the Message-ID, and the marks are one for each."""
    offer = sent("mallory", "victim")
    mallory, victim = offer.addresses
    for mark in ("", marked(live, mallory, victim)):
        raw = reporting.complaint(offer.message_id, victim, mark=mark)
        assert "complaint_unproven" in noted(ledger, ledger.end(raw))
    assert blacklisted(live, mallory, victim) == []
    mark = marked(live, mallory)
    ledger.end(reporting.complaint(offer.message_id, victim, mark=mark))
    assert blacklisted(live, mallory, victim) == [mallory], "who has the mark"


@pytest.mark.parametrize("named", [True, False])
def test_a_complaint_that_brings_our_mark_back_is_believed(live, ledger, sent, named):
    offer = sent("angry", "calm")
    angry, calm = offer.addresses
    mark = marked(live, f"Angry <{angry}>")
    ledger.end(reporting.complaint(offer.message_id, named and angry, mark=mark))
    assert blacklisted(live, angry, calm) == [angry]


@pytest.mark.parametrize(
    ("host", "believed"), [("mx.demo.example", True), ("mx.elsewhere.example", False)]
)
def test_a_complaint_of_a_known_provider_is_believed(
    live, ledger, sent, host, believed
):
    offer = sent("angry", "calm")
    angry, calm = offer.addresses
    by = "feedback@arf.mail.yahoo.com"
    raw = reporting.complaint(offer.message_id, angry, by=by)
    checks = f"Authentication-Results: {host}; dmarc=pass header.from=yahoo.com"
    with live.env() as env:
        mailbox = env["fetchmail.server"].browse(live.mailbox_id)
        mailbox.trusted_hosts = "mx.demo.example"
    ledger.end(checks.encode() + b"\r\n" + raw)
    assert blacklisted(live, angry, calm) == [angry][:believed]


def test_forged_reports_count_for_nobody(live, ledger, sent):
    """About mail that never was, and about mail that went to others."""
    ours, others = sent("victim"), sent("a", "b")
    (victim,) = ours.addresses
    ledger.end(reporting.failed(ours.message_id, victim))
    assert counts(live, ours) == [1]
    mark = marked(live, others.addresses[0])
    for message_id in ("<never-sent@demo.example>", others.message_id):
        for raw in (
            reporting.failed(message_id, victim, mark=mark),
            reporting.status(message_id, (victim, reporting.DELIVERED), mark=mark),
        ):
            assert "report_unproven" in noted(ledger, ledger.end(raw))
    assert counts(live, ours) == [1]
    row = ledger.end(reporting.receipt(others.message_id, victim))
    assert "report_unproven" in noted(ledger, row) and notes(live, others) == []
    assert {found[0] for found in status(live, others).values()} == {"sent"}


def test_a_forged_report_does_not_count_for_the_only_contact(live, ledger, sent):
    """Beside whom an address got the message that is no contact's."""
    offer = sent("contact")
    with live.env() as env:
        beside = {"mail_email_address": "beside@far.example", "res_partner_id": False}
        notified = env["mail.message"].browse(offer.id).notification_ids
        notified.copy({"mail_message_id": offer.id, **beside})
    row = ledger.end(reporting.failed(offer.message_id, "stranger@far.example"))
    assert "report_unproven" in noted(ledger, row)
    assert counts(live, offer) == [0]
    assert {found[0] for found in status(live, offer).values()} == {"sent"}


def test_a_forged_complaint_blacklists_nobody(live, ledger, sent):
    offer, victim = sent("a", "b"), "boss@customer.example"
    unknown = "<never-sent@demo.example>"
    for message_id in (offer.message_id, unknown):
        row = ledger.end(reporting.complaint(message_id, victim))
        assert ledger.read(row, "reason_code") == "abuse_report"
    with live.env() as env:
        assert not env["mail.blacklist"].search_count([("email", "=", victim)])


def test_a_customer_does_not_have_a_colleague_blacklisted(live, ledger, sent):
    """Who follows the same document knows the Message-ID of what both got."""
    offer, colleague = sent("a"), "colleague@demo.example"
    with live.env() as env:
        values = {"name": "Colleague", "login": colleague, "email": colleague}
        values["group_ids"] = [(6, 0, env.ref("base.group_user").ids)]
        partner = env["res.users"].create(values).partner_id
        told = {"mail_message_id": offer.id, "notification_type": "email"}
        env["mail.notification"].create({**told, "res_partner_id": partner.id})
    row = ledger.end(reporting.complaint(offer.message_id, colleague))
    assert ledger.read(row, "reason_code") == "abuse_report"
    with live.env() as env:
        assert not env["mail.blacklist"].search_count([("email", "=", colleague)])


def test_reports_of_a_domain_make_a_record_only_where_an_alias_is_for_that(
    live, ledger
):
    row = ledger.end(reporting.dmarc("sales@demo.example"))
    assert ledger.read(row, "state", "reason_code") == ("ignored", "dmarc_report")
    assert "p.example" in ledger.read(row, "reason_cause")
    live.alias("dmarc", "crm.lead", mail_gateway_takes_reports=True)
    row = ledger.end(reporting.dmarc("dmarc@demo.example"))
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")


def test_a_vacation_notice_goes_to_its_thread_even_from_the_bounce_address(
    live, ledger, sent
):
    offer = sent("absent")
    raw = mail(
        "bounce@demo.example",
        "Out of office",
        sender=offer.addresses[0],
        Auto_Submitted="auto-replied (vacation)",
        In_Reply_To=offer.message_id,
    )
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "reply")
    assert reached(live, row) == [("crm.lead", offer.lead)]
    assert counts(live, offer) == [0]


def test_what_direct_callers_process_stays_stock(live, sent):
    offer = sent("reader")
    with live.env() as env:
        raw = reporting.receipt(offer.message_id, offer.addresses[0])
        assert not env["mail.thread"].message_process(None, raw)
    assert notes(live, offer) == []
    assert counts(live, offer) == [1]


def test_a_try_writes_nothing(live, sent):
    offer = sent("a")
    (address,) = offer.addresses
    with live.env() as env:
        explain = env["mail.gateway.rule"].explain
        for raw, code in (
            (reporting.failed(offer.message_id, address), "bounce_report"),
            (reporting.receipt(offer.message_id, address), "read_receipt"),
            (reporting.complaint(offer.message_id, address), "abuse_report"),
        ):
            told = explain(raw)
            assert told["reason_code"] == code and told["lines"]
    assert status(live, offer)[address][0] == "sent" and notes(live, offer) == []
    with live.env() as env:
        assert not env["mail.blacklist"].search_count([("email", "=", address)])


# --- the real way: out through Postfix, and back through Dovecot


@pytest.fixture
def bounces(live, stack):
    """The mailbox that bounces come back to."""
    if not stack.relay.is_real:
        pytest.skip("no real Postfix")
    login = "bounce@demo.example"
    stack.empty(login)
    server = live.mailbox("imap", login)
    with live.env() as env:
        env.company.alias_domain_id = live.domain(env)
        live.relay(env, from_filter=False)
    yield SimpleNamespace(login=login, id=server)
    with live.env() as env:
        env["ir.mail_server"].search([]).unlink()
        env["fetchmail.server"].browse(server).unlink()
    stack.empty(login)


def sent_for_real(live, *addresses):
    with live.env() as env:
        partners = env["res.partner"].create(
            [{"name": address, "email": address} for address in addresses]
        )
        author = env.ref("base.user_admin").partner_id
        author.email = "sales@demo.example"
        lead = env["crm.lead"].create({"name": "For real"})
        posted = lead.message_post(
            body="Our offer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partners.ids,
            author_id=author.id,
            email_from="sales@demo.example",
        )
        env["mail.mail"].search([("mail_message_id", "=", posted.id)]).send()
        failed = posted.notification_ids.filtered("failure_type")
        assert not failed, failed.mapped("failure_reason")
        return SimpleNamespace(id=posted.id, lead=lead.id, partners=partners.ids)


def come_back(live, bounces, count=1):
    arrived(live.stack, bounces.login, count)
    live.fetch(bounces.id)
    return live.ledger(bounces.id, "state", "reason_code")


def test_a_real_bounce(live, bounces):
    address = f"nobody@{GONE}"
    offer = sent_for_real(live, address)
    assert come_back(live, bounces) == [("bounce", "bounce_report")]
    state, kind, reason = status(live, offer)[address]
    assert (state, kind) == ("bounce", "mail_bounce") and "User unknown" in reason
    assert counts(live, offer) == [1]
    (note,) = notes(live, offer)
    assert address in note


def test_a_real_notice_of_a_delay(live, bounces):
    address = f"later-{fields.Datetime.now():%H%M%S}@{LATE}"
    offer = sent_for_real(live, address)
    assert come_back(live, bounces) == [("ignored", "delivery_delayed")]
    assert status(live, offer)[address][0] == "sent"
    assert counts(live, offer) == [0] and notes(live, offer) == []
