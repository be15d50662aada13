# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bounces and loops as people see them, in a real browser."""

import pytest
from playwright.sync_api import expect

from . import reporting
from .letters import mail
from .office import office

LEDGER = "mail_gateway_plus.mail_gateway_incoming_action"
GONE = ("gone@customer.example", "old@customer.example")
READER = "zoe@customer.example"
LOGIN = "desk@demo.example"

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def house(stack):
    with office(stack) as opened:
        opened.lead = opened.create("crm.lead", name="Offer 12")
        people = [
            opened.create("res.partner", name=address, email=address)
            for address in (*GONE, READER)
        ]
        sent = opened.call(
            "crm.lead",
            "message_post",
            [opened.lead],
            body="Our offer",
            message_type="comment",
            partner_ids=people,
        )
        ours = opened.call("mail.message", "read", sent, ["message_id"])
        ours = ours[0]["message_id"]
        away = {"sender": "bob@customer.example", "auto_submitted": "auto-replied"}
        letters = [
            reporting.failed(ours, *GONE),
            reporting.receipt(ours, READER),
            mail("x@demo.example", "Away", in_reply_to=ours, **away),
            mail("x@demo.example", "Still away", in_reply_to=ours, **away),
        ]
        mailbox = opened.mailbox("imap", LOGIN, name="Desk", mail=letters)
        opened.call("fetchmail.server", "fetch_mail", [mailbox])
        opened.turn_back_the_clock()
        opened.sql("UPDATE mail_message SET date = '2026-11-20 10:00'")
        yield opened


def row(desk, subject):
    desk.go(LEDGER)
    return desk.find(".o_data_row", has_text=subject).first


def test_the_author_reads_on_the_document_who_was_not_reached(desk, house):
    desk.go("crm.crm_lead_opportunities", house.lead)
    chatter = desk.find(".o-mail-Chatter")
    note = chatter.locator(".o-mail-Message", has_text="did not reach")
    expect(note).to_have_count(1)
    for address in GONE:
        expect(note).to_contain_text(f"There is no mailbox {address}")
    expect(chatter).to_contain_text(f"Read by {READER}")
    expect(chatter.locator(".o-mail-Message-notification.text-danger")).to_be_visible()
    note.scroll_into_view_if_needed()
    desk.picture("bounce-note")


def test_the_ledger_tells_why(desk, house):
    row(desk, "Delivery Status").locator("[name=subject]").click()
    form = desk.find(".o_form_view")
    expect(form).to_contain_text("User unknown")
    expect(desk.tab("What Became of It")).to_contain_text("Offer 12")


def test_a_loop_is_processed_again(desk, house):
    row(desk, "Still away").locator("[name=subject]").click()
    form = desk.find(".o_form_view")
    expect(form).to_contain_text("Two autoresponders answer each other")
    desk.find("button", has_text="Process Again").first.click()
    expect(form).to_contain_text("Processed again")
