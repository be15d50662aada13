# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an administrator and an operator see and do, in a real browser.

The tests of a module share one Odoo and stand in the order of a first day: the ledger
is empty, mailboxes come, then their mail.
"""

import time

import pytest
from playwright.sync_api import expect

from .browser import Desk, chromium, office
from .live import mail

LEDGER = "mail_gateway_plus.mail_gateway_incoming_action"
MAILBOXES = "mail.action_email_server_tree"
#: Longer than this nobody waits for a button (see net/deadline.py).
TEST_S = 16


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def house(stack):
    with office(stack) as opened:
        opened.alias("sales", "crm.lead")
        opened.alias("staff", "crm.lead", alias_contact="followers")
        yield opened


@pytest.fixture(scope="module")
def signed_in(browser, house):
    return Desk(browser, house, "admin", "admin")


@pytest.fixture
def desk(signed_in):
    yield signed_in
    signed_in.settled()


def deliver(stack, login, *messages):
    stack.empty(login)
    for raw in messages:
        stack.deliver(login, raw)


def bounce():
    """A report about a mail that did not arrive."""
    return (
        b"From: MAILER-DAEMON@relay.example\r\n"
        b"To: bounce@demo.example\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\n"
        b"Message-ID: <report.1@relay.example>\r\n"
        b"Date: Fri, 20 Nov 2026 09:10:00 +0000\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; relay.example\r\n\r\n"
        b"Final-Recipient: rfc822; gone@customer.example\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )


def oversized():
    """Its header is beyond what Odoo gets to see."""
    raw = mail("sales@demo.example", "Newsletter with a header as long as a novel")
    return raw.replace(b"MIME-Version", b"X-Filler: " + b"f" * 300_000 + b"\r\nMIME-Version")


def varied(answered):
    """One message for each way that a message can go."""
    order = mail("sales@demo.example", "Order 4711: 20 garden chairs")
    return [
        order,
        mail("sales@demo.example", "Re: Your offer", in_reply_to=answered),
        order,
        bounce(),
        mail("staff@demo.example", "Please forward this to accounting"),
        oversized(),
        mail("sails@demo.example", "Quotation for a sloop, please"),
    ]


# --- the empty house


def test_empty_ledger_says_what_will_be_there(desk):
    desk.technical("mail_gateway_plus.mail_gateway_incoming_menu")
    expect(desk.find(".o_nocontent_help")).to_contain_text("No messages here")
    expect(desk.find(".o_list_button_add")).to_have_count(0)


# --- a mailbox by hand


def offered(house):
    """A message that Odoo has sent, so that somebody can answer it."""
    lead = house.create("crm.lead", name="Offer 12")
    sent = house.call("crm.lead", "message_post", [lead], body="Our offer")
    return house.call("mail.message", "read", sent, ["message_id"])[0]["message_id"]


def new_mailbox(desk, **values):
    desk.technical("mail.menu_action_fetchmail_server_tree")
    desk.page.click(".o_list_button_add")
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.idle()
    desk.fill(**values)


def test_mailbox_made_by_hand_is_tested_and_fetched(desk, house):
    stack, login = house.stack, "sales@demo.example"
    deliver(stack, login, *varied(offered(house)))
    new_mailbox(
        desk,
        name="Sales",
        server=stack.host,
        port=stack.ports["imaps"],
        user=login,
        password="not this one",
    )
    desk.picture("mailbox-form")
    desk.button("Test & Confirm")
    desk.picture("mailbox-error")
    said = desk.refusal()
    print(said)
    desk.fill(password=stack.password)
    desk.button("Test & Confirm")
    desk.picture("mailbox-tested")
    desk.button("Fetch Now")
    desk.picture("mailbox-fetched")
    print(desk.rows())
    desk.go(LEDGER)
    desk.picture("ledger-list")
    for i in range(7):
        desk.go(LEDGER)
        desk.find(".o_data_row").nth(i).locator("td[name=subject]").click()
        expect(desk.find(".o_form_view")).to_be_visible()
        desk.picture(f"form{i}")
        desk.find(".o_form_view .o_content, .o_content").first.evaluate("e=>e.scrollTo(0,9999)")
        desk.picture(f"form{i}-down")
        for t in ("Headers","Origin"):
            desk.tab(t)
            desk.picture(f"form{i}-{t}")
    desk.page.go_back()
