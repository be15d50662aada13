# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules of routing as a manager works with them, in a real browser: one story, from the
menu to the message that comes out of quarantine, by clicking alone."""

import pytest
from playwright.sync_api import expect

from .letters import mail
from .office import office

LEDGER = "mail_gateway_plus.mail_gateway_incoming_menu"
RULES = "mail_gateway_plus.mail_gateway_rule_menu"
CHAIN = "mail_gateway_plus.mail_gateway_chain_action"
LOGIN = "rules@demo.example"

PASTED = """\
From: Ann Archer <ann@customer.example>
To: billing@demo.example
Subject: Invoice 4711 is wrong
Message-ID: <4711@customer.example>

Please have a look.
"""

WRITTEN = (
    ("billing@demo.example", "Wrong invoice 4712"),
    ("sales@demo.example", "Order 17"),
)

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def house(stack):
    with office(stack) as opened:
        opened.alias("sales", "crm.lead")
        [task] = opened.call("ir.model", "search", [("model", "=", "project.task")])
        complaint = {"name": "Complaint", "model_id": task, "tags": "Billing"}
        opened.create("mail.gateway.topic", **complaint)
        letters = [
            mail(to, subject, message_id=f"<{subject.split()[-1]}@customer.example>")
            for to, subject in WRITTEN
        ]
        mailbox = opened.mailbox("imap", LOGIN, name="Office", mail=letters)
        opened.call("fetchmail.server", "fetch_mail", [mailbox])
        opened.turn_back_the_clock()
        yield opened


def line(desk, number):
    return desk.find("[name=condition_ids] .o_data_row").nth(number)


def cell(desk, name):
    return desk.find(f"[name=condition_ids] .o_selected_row [name={name}]")


def pick(desk, name, label):
    cell(desk, name).locator("input").click()
    desk.find(".o_select_menu_item").get_by_text(label, exact=True).click()
    desk.idle()


def choose_topic(desk):
    entry = desk.field("topic_id").locator("input")
    # The line of the condition is left first, which takes the focus once more.
    entry.click()
    desk.idle()
    entry.fill("Compl")
    desk.find(".o-autocomplete--dropdown-item", has_text="Complaint").click()
    desk.idle()


def test_a_rule_is_written_by_hand(desk):
    desk.technical(RULES)
    expect(desk.find(".o_nocontent_help")).to_contain_text("No routing rule yet")
    desk.button("New")
    desk.fill(name="Complaints about invoices")
    desk.page.get_by_role("button", name="Add a line").click()
    pick(desk, "field", "Subject")
    pick(desk, "operator", "contains")
    cell(desk, "value").locator("textarea").fill("invoice")
    choose_topic(desk)
    desk.fill(tags="Urgent")
    desk.find(".o_form_button_save").click()
    desk.idle()
    expect(line(desk, 0)).to_contain_text("invoice")
    desk.find(".oe_title").scroll_into_view_if_needed()
    desk.picture("rule")
    desk.technical(RULES)
    [row] = desk.rows()
    assert row["conditions"] == "Subject contains “invoice”"


def test_a_faulty_condition_says_what_is_wrong(desk):
    desk.technical(RULES)
    desk.button("New")
    desk.fill(name="Faulty")
    desk.page.get_by_role("button", name="Add a line").click()
    pick(desk, "field", "Subject")
    offered = desk.find(".o_select_menu_item")
    cell(desk, "operator").locator("input").click()
    expect(offered.get_by_text("contains")).to_be_visible()
    expect(offered.get_by_text("is at least")).to_have_count(0)
    offered.get_by_text("matches the regular expression").click()
    cell(desk, "value").locator("textarea").fill("(")
    choose_topic(desk)
    desk.find(".o_form_button_save").click()
    assert "cannot be used" in desk.refusal()
    desk.find(".o_form_button_cancel").click()
    desk.idle()


def test_it_is_tried_on_a_pasted_message(desk, house):
    desk.technical(RULES)
    desk.button("Try a Route…")
    desk.dialog().locator("[name=text] textarea").fill(PASTED)
    desk.dialog().get_by_role("button", name="Try", exact=True).click()
    dialog = desk.dialog()
    expect(dialog.locator(".alert-info")).to_contain_text("a new record: Task")
    table = dialog.locator(".o_mail_gateway_trace")
    matched = table.locator("tr", has_text="Complaints about invoices")
    expect(matched.first).to_contain_text("Subject: Invoice 4711 is wrong")
    desk.picture("rule-try")
    dialog.get_by_label("Pick an incoming message").click()
    desk.idle()
    # What was found is about what was pasted.
    expect(dialog.locator(".o_mail_gateway_trace")).to_be_hidden()
    desk.close_dialog()
    assert not house.call("project.task", "search_count", [("name", "ilike", "4711")])


def test_what_changes_against_the_day_it_came(desk):
    desk.technical(LEDGER)
    desk.find(".o_data_row", has_text="4712").locator("[name=subject]").click()
    desk.idle()
    expect(desk.find(".o_arrow_button_current")).to_have_text("Quarantined")
    desk.button("Try a Route")
    dialog = desk.dialog()
    expect(dialog.locator(".alert-warning")).to_contain_text("Nobody to give it to")
    expect(dialog.locator(".alert-info")).to_contain_text("a new record: Task")
    desk.picture("rule-changes")
    desk.close_dialog()


def test_quarantined_one_is_treated_and_shows_its_trace(desk, house):
    desk.button("Process Again")
    cron = house.id_of("mail_gateway_plus.ir_cron_process")
    house.call("ir.cron", "method_direct_trigger", [cron])
    desk.page.reload()
    expect(desk.find(".o_arrow_button_current")).to_have_text("Routed")
    became = desk.tab("What Became of It")
    expect(became.locator(".o_mail_gateway_trace")).to_contain_text(
        "Complaints about invoices"
    )
    desk.picture("rule-trace")


def test_the_whole_chain_on_one_page(desk, house):
    house.turn_back_the_clock()
    desk.page.goto(f"{desk.office.url}/odoo/action-{CHAIN}?debug=1")
    table = desk.find(".o_mail_gateway_chain")
    expect(table).to_be_visible()
    stages = table.locator("tr[data-stage]").evaluate_all(
        "rows => rows.map(row => row.dataset.stage)"
    )
    assert stages.index("catchall_alone") < stages.index("rules")
    assert stages.index("rules") < stages.index("aliases")
    rule = table.locator("tr", has_text="Complaints about invoices")
    expect(rule).to_contain_text("Make a new record")
    rule.scroll_into_view_if_needed()
    desk.picture("rule-chain")


def test_a_slow_rule_that_forwards_says_so(desk, house):
    """Its form says what is slow, and how much it forwards an hour."""
    slow = {"field": "subject", "operator": "regex", "value": "(a|aa)+$"}
    rule = house.create(
        "mail.gateway.rule",
        name="Shipping notes to the warehouse",
        action="forward",
        forward_to="warehouse@partner.example",
        condition_ids=[(0, 0, slow)],
    )
    house.post(LOGIN, mail("sales@demo.example", "a" * 400 + "!"))
    [mailbox] = house.call("fetchmail.server", "search", [("user", "=", LOGIN)])
    house.call("fetchmail.server", "fetch_mail", [mailbox])
    cron = house.id_of("mail_gateway_plus.ir_cron_process")
    house.call("ir.cron", "method_direct_trigger", [cron])
    house.turn_back_the_clock()
    desk.technical(RULES)
    desk.filter("Slow")
    [row] = desk.rows()
    assert row["name"] == "Shipping notes to the warehouse"
    desk.find(".o_data_row [name=name]").click()
    desk.idle()
    expect(desk.find(".alert-warning")).to_contain_text("regular expressions")
    assert desk.fits(".o_form_sheet")
    desk.picture("rule-slow")
    limit = desk.field("hour_limit")
    limit.scroll_into_view_if_needed()
    expect(limit.locator("input")).to_have_value("100")
    house.call("mail.gateway.rule", "unlink", [rule])


def test_the_ledger_by_who_decided(desk):
    for group, said in (
        ("Decided By", "An alias ("),
        ("Routing Rule", "Complaints about invoices"),
    ):
        desk.technical(LEDGER)
        desk.filter(group)
        header = desk.find(".o_group_header", has_text=said)
        expect(header).to_be_visible()
        desk.picture(f"ledger-{group.split()[0].lower()}")
