# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The quarantine as an operator works with it, in a real browser."""

import time

import pytest
from playwright.sync_api import expect

from . import hostile
from .arrival import PATIENCE_S
from .browser import Desk
from .letters import mail
from .office import office

LEDGER = "mail_gateway_plus.mail_gateway_incoming_action"
ATTENTION = "mail_gateway_plus.mail_gateway_incoming_action_attention"
MAILBOXES = "mail.action_email_server_tree"
PAUSED = "mail_gateway_plus.fetch_paused"
LOGIN = "desk@demo.example"

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def trap():
    with hostile.trap() as opened:
        yield opened


@pytest.fixture(scope="module")
def house(stack, trap):
    with office(stack) as opened:
        opened.alias("sales", "crm.lead")
        mailbox = opened.mailbox("imap", LOGIN, name="Desk", mail=letters(trap[0]))
        opened.call("fetchmail.server", "fetch_mail", [mailbox])
        opened.turn_back_the_clock()
        yield opened


def letters(at):
    return [
        mail("nobody@demo.example", "Please look into this", "Hello,\n\nsee below."),
        mail("nobody@demo.example", "A second one"),
        mail("nobody@demo.example", "A third one"),
        mail("nobody@demo.example", "Backup is done", auto_submitted="auto-generated"),
        mail("sales@demo.example", "Order"),
        hostile.message("nobody@demo.example", at),
    ]


@pytest.fixture(scope="module")
def signed_in(browser, house):
    groups = ("mail_gateway_plus.group_operator", "sales_team.group_sale_salesman")
    house.create(
        "res.users",
        name="Olga",
        login="olga",
        password="olga-olga",
        group_ids=[(6, 0, [house.id_of(group) for group in groups])],
    )
    return Desk(browser, house, "olga", "olga-olga")


def open_message(desk, subject):
    desk.go(LEDGER)
    desk.find(".o_data_row", has_text=subject).first.locator("[name=subject]").click()
    expect(desk.find(".o_form_view .o-mail-Chatter")).to_be_visible()
    desk.idle()


def body(desk):
    return desk.page.frame_locator(".o_mail_gateway_preview iframe").locator("body")


def test_plain_text_is_shown_as_text(desk):
    open_message(desk, "Please look into this")
    expect(body(desk)).to_contain_text("Hello,")
    expect(body(desk)).to_contain_text("see below.")


def test_hostile_message_neither_runs_nor_loads_nor_sends(desk, trap, browser):
    at, caught = trap
    caught.clear()
    asked = []
    desk.page.on("request", lambda request: asked.append(request.url))
    open_message(desk, "Your account")
    expect(body(desk)).to_contain_text("The end")
    shown = body(desk).locator("img[src^='data:image/png']")
    expect(shown).to_be_visible()
    body(desk).get_by_text("there").click()
    desk.page.goto(desk.office.url + desk.find("iframe").get_attribute("src"))
    expect(desk.page.get_by_text("The end")).to_be_visible()
    desk.page.wait_for_timeout(1000)
    assert caught == []
    own = (desk.office.url, "data:")
    assert [url for url in asked if not url.startswith(own)] == []
    control = browser.new_page()
    control.on("dialog", lambda dialog: dialog.dismiss())
    control.set_content(hostile.page(at), wait_until="commit")
    end = time.monotonic() + PATIENCE_S
    while not {"/pixel.png", "/inline"} <= set(caught):
        assert time.monotonic() < end, "the trap works"
        control.wait_for_timeout(50)
    control.close()


def test_attachment_is_saved_and_not_shown(desk):
    open_message(desk, "Your account")
    link = desk.find(".o_mail_gateway_attachments a", has_text=".html")
    with desk.page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes().startswith(b"<script>")


def select_all(desk):
    desk.find("thead .o_list_record_selector input").click()
    desk.idle()


def test_new_record_from_the_form(desk):
    open_message(desk, "A second one")
    desk.button("Send To…")
    desk.choose("res_model", "Lead")
    desk.button("Send")
    expect(desk.find(".o_arrow_button_current")).to_have_text("Routed")
    became = desk.tab("What Became of It")
    expect(became).to_contain_text("Sent there by hand")
    expect(became).to_contain_text("Olga sent it to a new Lead")
    expect(desk.find(".o-mail-Chatter")).to_contain_text("Sent to Lead: A second one")


def test_record_that_exists_for_many_from_the_list(desk, house):
    lead = house.create("crm.lead", name="Where it belongs", user_id=False)
    desk.go(ATTENTION)
    third = desk.find(".o_data_row", has_text="A third one")
    third.locator(".o_list_record_selector input").click()
    desk.button("Send To…")
    desk.page.get_by_label("An existing record").click()
    desk.choose("res_model", "Lead")
    desk.field("res_id").locator("input").fill("Where it bel")
    desk.find(".o-autocomplete--dropdown-item", has_text="Where it belongs").click()
    desk.picture("message-route")
    desk.button("Send")
    expect(third).to_have_count(0)
    (row,) = house.call(
        "mail.gateway.outcome",
        "search_read",
        [("res_id", "=", lead), ("res_model", "=", "crm.lead")],
        ["record_name"],
    )
    assert row["record_name"] == "Where it belongs"


def test_answer_says_who_gets_none(desk):
    desk.go(ATTENTION)
    select_all(desk)
    desk.button("Answer Sender…")
    desk.picture("message-answer")
    alert = desk.find(".modal .alert-warning")
    expect(alert).to_contain_text("“Backup is done”: Written by a program.")
    desk.button("Send")
    desk.go(ATTENTION)
    assert [row["subject"] for row in desk.rows()] == ["Backup is done"]
    open_message(desk, "Please look into this")
    expect(desk.find(".o_arrow_button_current")).to_have_text("Rejected")
    expect(desk.find(".alert-warning")).to_contain_text("Answered by hand")


def test_ignored_by_mistake_and_back(desk):
    open_message(desk, "Backup is done")
    desk.button("Ignore")
    expect(desk.find(".alert-info")).to_contain_text("Olga decided that nothing")
    desk.button("Process Again")
    expect(desk.find(".alert-info")).to_contain_text("Waiting to be processed")


def test_deleted_messages_are_gone(desk):
    open_message(desk, "Backup is done")
    desk.button("Delete")
    desk.find(".modal").get_by_role("button", name="Ok").click()
    expect(desk.find(".o_list_view .o_data_row").first).to_be_visible()
    expect(desk.find(".o_data_row", has_text="Backup is done")).to_have_count(0)
    desk.go(ATTENTION)
    expect(desk.find(".o_nocontent_help")).to_contain_text("Nothing waits for you")


def test_graph_and_pivot(desk):
    desk.go(LEDGER)
    desk.find(".o_switch_view.o_graph").click()
    expect(desk.find(".o_graph_renderer canvas")).to_be_visible()
    desk.find(".o_switch_view.o_pivot").click()
    expect(desk.find("div.o_pivot")).to_contain_text("Desk")


def test_general_settings(browser, house):
    desk = Desk(browser, house, "admin", "admin")
    switch = desk.find("[name=mail_gateway_fetch] input")
    days = desk.find("[name=mail_gateway_keep_content_days] input")
    more = house.mailbox("imap", "more@demo.example", name="More", mail=letters("")[:1])
    house.call("fetchmail.server", "fetch_mail", [more])

    desk.page.goto(f"{house.url}/odoo/settings")
    expect(switch).to_be_checked()
    expect(days).to_have_value("7")
    desk.idle()
    days.scroll_into_view_if_needed()
    desk.picture("settings")
    switch.uncheck()
    days.fill("0")
    desk.button("Save")
    paused = house.call("ir.config_parameter", "get_param", PAUSED)
    assert paused == "True"

    desk.page.goto(f"{house.url}/odoo/settings")
    expect(switch).not_to_be_checked()
    expect(days).to_have_value("0")
    expect(desk.page.get_by_text("No mailbox is fetched.")).to_be_visible()
    desk.go(MAILBOXES)
    assert {row["fetch_status"] for row in desk.rows()} == {"Paused"}
    desk.go(MAILBOXES, more)
    expect(desk.find(".alert-warning")).to_contain_text("All fetching is paused")
    desk.picture("mailbox-paused")

    desk.page.goto(f"{house.url}/odoo/settings")
    switch.check()
    desk.button("Save")
    assert house.call("ir.config_parameter", "get_param", PAUSED) is False
    desk.page.goto(f"{house.url}/odoo/settings")
    desk.find("[name=action_mail_gateway_attention]").click()
    expect(desk.find(".o_breadcrumb")).to_contain_text("Needs Attention")
    assert [row["subject"] for row in desk.rows()] == ["Please look into this"]
    desk.settled()
    desk.context.close()
