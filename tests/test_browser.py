# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an administrator and an operator see and do, in a real browser.

The tests share one Odoo and stand in the order of a first day: the ledger is empty,
mailboxes come, then their mail. Each also runs alone.
"""

import time

import pytest
from playwright.sync_api import expect

from .browser import Desk
from .letters import mail, offered, varied
from .office import office

LEDGER = "mail_gateway_plus.mail_gateway_incoming_action"
MAILBOXES = "mail.action_email_server_tree"
#: What Test & Confirm takes at the longest (net/deadline.py), and a second to show it.
TEST_S = 16

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def house(stack):
    with office(stack) as opened:
        opened.alias("sales", "crm.lead")
        opened.alias("staff", "crm.lead", alias_contact="followers")
        yield opened


@pytest.fixture(scope="module")
def sales(house):
    """A confirmed mailbox with one message of each kind, fetched; their bytes."""
    login = "sales@demo.example"
    sent = varied(offered(house), "office")
    mailbox = house.mailbox("imap", login, name="Sales", mail=sent)
    house.call("fetchmail.server", "fetch_mail", [mailbox])
    return sent


def new_mailbox(desk, **values):
    desk.technical("mail.menu_action_fetchmail_server_tree")
    desk.page.click(".o_list_button_add")
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.idle()
    desk.fill(**values)


def open_message(desk, subject):
    """Look for it in the ledger and click on it."""
    desk.go(LEDGER)
    desk.again(subject)
    desk.find(".o_data_row", has_text=subject).first.locator("[name=subject]").click()
    expect(desk.find(".o_form_view .o-mail-Chatter")).to_be_visible()
    desk.idle()


def states(desk):
    return [(row["subject"], row["state"], row["reason"]) for row in desk.rows()]


# --- a mailbox by hand


def test_empty_ledger_says_what_will_be_there(desk):
    desk.technical("mail_gateway_plus.mail_gateway_incoming_menu")
    expect(desk.find(".o_nocontent_help")).to_contain_text("No messages here")
    expect(desk.find(".o_nocontent_help")).to_contain_text("waits in quarantine")
    expect(desk.find(".o_list_button_add")).to_have_count(0)


def test_imap_mailbox_by_hand_from_its_first_field_to_a_record(desk, house):
    stack, login = house.stack, "sales@demo.example"
    house.post(login, *varied(offered(house), "hand"))
    new_mailbox(
        desk,
        name="Sales",
        server=stack.host,
        port=stack.ports["imaps"],
        user=login,
        password="not this one",
    )
    assert desk.read("connection_security") == "SSL/TLS", "verified by default"
    desk.picture("mailbox-form")

    desk.button("Test & Confirm")
    expect(desk.dialog()).to_contain_text(f"localhost refuses the login of {login}")
    expect(desk.dialog()).to_contain_text("The server said: [AUTHENTICATIONFAILED]")
    expect(desk.dialog()).to_contain_text("Field to look at: Password")
    desk.picture("mailbox-error")
    desk.close_dialog()
    expect(desk.find(".o_arrow_button_current")).to_have_text("Not Confirmed")

    desk.fill(password=stack.password)
    desk.button("Test & Confirm")
    expect(desk.dialog()).to_contain_text("The mailbox “Sales” works")
    expect(desk.dialog()).to_contain_text("Messages to be fetched: 7")
    expect(desk.dialog()).to_contain_text("certificate verified")
    desk.picture("mailbox-tested")
    desk.close_dialog()
    expect(desk.find(".o_arrow_button_current")).to_have_text("Confirmed")
    assert set(stack.flags(login)) == {""}, "a test marks nothing as seen"

    desk.button("Fetch Now")
    expect(desk.find(".o_breadcrumb")).to_contain_text("Fetched Just Now")
    house.turn_back_the_clock()
    desk.again()
    desk.picture("mailbox-fetched")
    assert states(desk) == [
        ("Quotation for a sloop, please", "Quarantined", "Nobody to give it to"),
        ("A novel in the header", "Quarantined", "Header too large"),
        ("Please forward to accounting", "Rejected", "Refused by the alias"),
        ("Undelivered Mail Returned to Sender", "Bounce", "Bounce"),
        ("Order 4711", "Duplicate", "The same mail was delivered before"),
        ("Re: Your offer", "Routed", "Routed"),
        ("Order 4711", "Routed", "Routed"),
    ]
    assert set(stack.flags(login)) == {"S"}, "what is stored is marked as seen"

    stray = desk.find(".o_data_row", has_text="Quotation for a sloop")
    stray.locator("[name=subject]").click()
    expect(desk.find(".alert-warning")).to_contain_text("Create an alias")
    desk.button("Send To…")
    desk.choose("res_model", "Lead")
    desk.button("Send")
    expect(desk.find(".o_arrow_button_current")).to_have_text("Routed")
    became = desk.tab("What Became of It")
    became.get_by_role("button", name="Open").click()
    expect(desk.find(".o_last_breadcrumb_item")).to_contain_text(
        "Quotation for a sloop"
    )
    expect(desk.find(".o-mail-Chatter")).to_contain_text("Hello")


def test_pop3_mailbox_by_hand(desk, house):
    stack, login = house.stack, "orders@demo.example"
    order = mail("sales@demo.example", "One more order")
    house.post(login, order, mail("nobody@demo.example", "Anybody there?"))
    new_mailbox(desk, name="Orders", server=stack.host, user=login)
    desk.page.get_by_label("POP Server").click()
    desk.idle()
    assert desk.read("port") == "995"
    desk.choose("connection_security", "TLS (STARTTLS)")
    assert desk.read("port") == "110", "the usual port follows the security"
    desk.fill(port=stack.ports["pop3"], password=stack.password)
    desk.button("Test & Confirm")
    expect(desk.dialog()).to_contain_text("Messages to be fetched: 2")
    desk.close_dialog()
    desk.button("Fetch Now")
    expect(desk.find(".o_list_view")).to_be_visible()
    assert [state for _subject, state, _why in states(desk)] == [
        "Quarantined",
        "Routed",
    ]


@pytest.mark.parametrize(
    ("security", "port", "happened", "remedy"),
    [
        ("SSL/TLS", "nobody", "Nothing listens on", "Check the port."),
        ("SSL/TLS", "imap", "does not speak SSL/TLS", "TLS (STARTTLS)"),
        ("SSL/TLS", "imaps_selfsigned", "is not trusted", "Weaker: nobody checks"),
        ("None", "imaps", "but says nothing", "Encrypted, and the certificate is"),
    ],
)
def test_wrong_connection_is_explained_in_time(
    desk, house, security, port, happened, remedy
):
    mailbox = wrong_mailbox(house, house.stack.ports.get(port, 1))
    desk.go(MAILBOXES, mailbox)
    desk.choose("connection_security", security)
    begin = time.monotonic()
    desk.button("Test & Confirm")
    expect(desk.dialog()).to_contain_text(happened)
    assert time.monotonic() - begin < TEST_S
    expect(desk.dialog()).to_contain_text(remedy)
    expect(desk.dialog()).to_contain_text("localhost")
    desk.close_dialog()


def wrong_mailbox(house, port, **values):
    stack = house.stack
    return house.create(
        "fetchmail.server",
        name="Wrong",
        server=stack.host,
        port=port,
        user="wrong@demo.example",
        password=stack.password,
        **values,
    )


def test_settings_that_would_work_are_taken_over_with_one_button(desk, house):
    """And what protects less only after a question."""
    ports = house.stack.ports
    desk.go(MAILBOXES, wrong_mailbox(house, ports["imap"]))
    desk.button("Test & Confirm")
    expect(desk.dialog()).to_contain_text("These settings would work")
    desk.picture("mailbox-proposal")
    desk.button("Use These Settings")
    expect(desk.dialog()).to_contain_text("The mailbox “Wrong” works")
    desk.close_dialog()
    expect(desk.field("connection_security")).to_have_text("TLS (STARTTLS)")

    desk.go(MAILBOXES, wrong_mailbox(house, ports["imaps_selfsigned"]))
    desk.button("Test & Confirm")
    expect(desk.dialog()).to_contain_text("Weaker: nobody checks")
    desk.picture("mailbox-certificate")
    desk.button("Use These Settings")
    expect(desk.dialog()).to_contain_text("Use these settings all the same?")
    desk.dialog().get_by_role("button", name="Ok").click()
    expect(desk.dialog()).to_contain_text("The mailbox “Wrong” works")
    desk.close_dialog()
    expect(desk.find(".alert-warning").first).to_contain_text(
        "Nobody checks whether this is the right server"
    )


def test_mailbox_that_fails_says_so_on_its_form_and_in_the_list(desk, house):
    mailbox = house.mailbox("imap", "gone@demo.example", name="Gone")
    house.call("fetchmail.server", "write", [mailbox], {"password": "changed"})
    desk.go(MAILBOXES, mailbox)
    desk.button("Fetch Now")
    assert "refuses the login of gone@demo.example" in desk.refusal()
    desk.go(MAILBOXES, mailbox)
    alert = desk.find(".alert-danger")
    expect(alert).to_contain_text("Fetching fails since")
    expect(alert).to_contain_text("refuses the login of gone@demo.example")
    desk.go(MAILBOXES)
    (row,) = [row for row in desk.rows() if row["name"] == "Gone"]
    assert row["error_date"], "the list shows since when"


def test_folders_are_picked_from_those_of_the_server(desk, house):
    """For fetching with check boxes, for moving with one click."""
    login = "folders@demo.example"
    mailbox = house.mailbox("imap", login, name="Folders")
    for folder in ("Orders & more", "Archive"):
        house.stack.deliver(login, mail("nobody@demo.example"), folder)
    desk.go(MAILBOXES, mailbox)
    desk.tab("Fetching")
    desk.page.get_by_role("button", name="Choose from the Server's Folders").click()
    desk.idle()
    desk.picture("mailbox-folders")
    desk.dialog().locator(".o_data_row", has_text="Orders & more").locator(
        "[name=is_picked] input"
    ).check()
    desk.button("Fetch from These Folders")
    expect(desk.find(".modal")).to_have_count(0)
    expect(desk.field("folder_ids")).to_contain_text("Orders & more")
    desk.choose("after_fetch", "Move to a folder")
    desk.fill(move_to="Somewhere")
    desk.button("Choose…")
    desk.dialog().locator(".o_data_row", has_text="Archive").get_by_role(
        "button", name="Move Here"
    ).click()
    expect(desk.find(".modal")).to_have_count(0)
    assert desk.read("move_to") == "Archive"


def test_form_shows_what_applies_to_the_kind_of_server(desk, house):
    mailbox = wrong_mailbox(house, house.stack.ports["imaps"])
    desk.go(MAILBOXES, mailbox)
    desk.tab("Fetching")
    expect(desk.field("folder_ids")).to_be_visible()
    desk.page.get_by_label("POP Server").click()
    expect(desk.field("folder_ids")).to_have_count(0)
    desk.field("after_fetch").locator("input").click()
    offered = desk.find(".o_select_menu_item").all_inner_texts()
    assert "Delete" in offered and "Move to a folder" not in offered
    desk.page.keyboard.press("Escape")
    desk.page.get_by_label("Local Server").click()
    expect(desk.page.get_by_role("tab", name="Fetching")).to_have_count(0)
    expect(desk.page.get_by_role("button", name="Test & Confirm")).to_have_count(0)
    desk.page.get_by_role("button", name="Discard").click()
    desk.idle()


def test_switch_that_is_off_shows_on_the_form_and_in_the_list(desk, house):
    login = "paused@demo.example"
    mailbox = house.mailbox("imap", login, name="Paused")
    switch = ["mail_gateway_plus.fetch_paused", "True"]
    house.call("ir.config_parameter", "set_param", *switch)
    desk.go(MAILBOXES, mailbox)
    expect(desk.find(".alert-warning")).to_contain_text("All fetching is paused")
    desk.go(MAILBOXES)
    (row,) = [row for row in desk.rows() if row["name"] == "Paused"]
    assert row["fetch_status"] == "Paused"
    house.call("ir.config_parameter", "set_param", switch[0], False)
    desk.go(MAILBOXES, mailbox)
    expect(desk.find(".alert-warning")).to_have_count(0)


def test_empty_list_says_how_to_begin(desk, house):
    known = house.call("fetchmail.server", "search", [])
    house.call("fetchmail.server", "write", known, {"active": False})
    desk.technical("mail.menu_action_fetchmail_server_tree")
    expect(desk.find(".o_nocontent_help")).to_contain_text("press Test & Confirm")
    house.call("fetchmail.server", "write", known, {"active": True})


# --- the ledger


def test_quarantined_message_tells_what_and_why_and_what_to_do(desk, house, sales):
    house.turn_back_the_clock()
    desk.go(LEDGER)
    desk.picture("ledger-list")
    open_message(desk, "Quotation for a sloop")
    alert = desk.find(".alert-warning")
    expect(alert).to_contain_text("Nobody to give it to")
    expect(alert).to_contain_text("(sails@demo.example)")
    expect(alert).to_contain_text("Create an alias for the recipient")
    desk.picture("ledger-form")
    became = desk.tab("What Became of It")
    expect(became).to_contain_text("Nobody to give it to")
    expect(became).to_contain_text("No record came of this message")
    expect(desk.tab("Headers")).to_contain_text("Subject: Quotation for a sloop")
    expect(desk.tab("Origin")).to_contain_text("INBOX")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("button", name="Download Message").click()
    assert download.value.path().read_bytes() == sales[-1]


def test_endless_header_stays_within_the_page_and_somebody_is_told(desk, sales):
    open_message(desk, "A novel in the header")
    # It is the first in quarantine, so it has the activity.
    expect(desk.find(".o-mail-Chatter")).to_contain_text("E-mail in quarantine")
    expect(desk.tab("Headers")).to_contain_text("X-Novel: fff")
    assert desk.fits(".o_form_sheet")


def test_routed_message_leads_to_its_record(desk, sales):
    open_message(desk, "Re: Your offer")
    expect(desk.find(".alert-success")).to_contain_text("Routed")
    desk.tab("What Became of It")
    expect(desk.field("outcome_ids")).to_contain_text("Offer 12")
    desk.field("outcome_ids").get_by_role("button", name="Open").click()
    expect(desk.field("name").first).to_be_visible()
    expect(desk.find(".o_last_breadcrumb_item")).to_contain_text("Offer 12")
    expect(desk.find(".o-mail-Chatter")).to_contain_text("ann@customer.example")


def test_list_of_more_than_a_hundred_messages(desk, house):
    login, many = "many@demo.example", 110
    long = "An unusually long subject that goes on and on " * 6
    sent = [mail("nobody@demo.example", f"{n} {long}") for n in range(many - 1)]
    sent.append(mail("nobody@demo.example", "<img src=x onerror=alert(1)>"))
    mailbox = house.mailbox("imap", login, name="Many", mail=sent)
    desk.go(MAILBOXES, mailbox)
    desk.button("Fetch Now")
    expect(desk.find(".o_pager_counter")).to_have_text(f"1-80 / {many}")
    assert desk.rows()[0]["subject"] == "<img src=x onerror=alert(1)>"
    assert desk.fits(".o_list_renderer"), "long subjects do not widen the list"
    heights = {row.bounding_box()["height"] for row in desk.find(".o_data_row").all()}
    assert max(heights) < 45, "one line a message"
    desk.page.get_by_role("button", name="Next").click()
    expect(desk.find(".o_pager_counter")).to_have_text(f"81-{many} / {many}")


# --- the operator


@pytest.fixture
def operator(browser, house):
    group = house.id_of("mail_gateway_plus.group_operator")
    house.create(
        "res.users",
        name="Olga",
        login="olga",
        password="olga-olga",
        group_ids=[(6, 0, [group])],
    )
    desk = Desk(browser, house, "olga", "olga-olga")
    yield desk
    desk.settled()
    desk.context.close()


def test_operator_treats_messages_and_sees_no_password(operator, sales):
    operator.app("mail_gateway_plus.mail_gateway_root_menu")
    expect(operator.find(".o_list_view")).to_be_visible()
    open_message(operator, "Please forward to accounting")
    operator.button("Process Again")
    expect(operator.find(".alert-info")).to_contain_text("Waiting to be processed")
    operator.field("server_id").locator("a").click()
    expect(operator.field("user")).to_have_text("sales@demo.example")
    expect(operator.page.get_by_role("button", name="Fetch Now")).to_have_count(0)
    expect(operator.field("password")).to_have_count(0)
    expect(operator.page.get_by_text("Password")).to_have_count(0)
