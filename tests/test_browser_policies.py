# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Catchall, departments and autoresponders, set by hand in a real browser."""

import pytest
from playwright.sync_api import expect

from .office import office

RESPONDERS = "mail_gateway_plus.mail_gateway_autoresponder_action"
DOMAINS = "mail.mail_alias_domain_action"
DEPARTMENTS = "hr.hr_department_tree_action"

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def house(stack):
    with office(stack) as opened:
        boss = opened.create(
            "res.users", name="Rita Reed", login="rita", email="rita@office.example"
        )
        helpers = opened.create(
            "hr.department", name="Help Desk", mail_gateway_responsible_id=boss
        )
        opened.create(
            "mail.gateway.identity",
            name="Help Desk",
            email="help@demo.example",
            department_id=helpers,
        )
        opened.alias("help", "project.task", mail_gateway_department_id=helpers)
        yield opened


def test_an_autoresponder_is_written(desk, house):
    desk.go(RESPONDERS)
    expect(desk.find(".o_nocontent_help")).to_contain_text("No autoresponder yet")
    desk.button("New")
    desk.fill(name="We got your message", subject="Thank you for your message")
    desk.field("body").locator(".odoo-editor-editable").fill(
        "It is here, and somebody will read it within one working day."
    )
    desk.find(".o_form_button_save").click()
    desk.idle()
    desk.find(".oe_title").scroll_into_view_if_needed()
    desk.picture("policy-autoresponder")
    found = house.call("mail.gateway.autoresponder", "search_read", [], ["body"])
    assert "one working day" in found[0]["body"]


def test_a_department_has_its_mail_in_one_tab(desk):
    desk.go(DEPARTMENTS)
    desk.find(".o_data_row", has_text="Help Desk").locator("[name=name]").click()
    desk.idle()
    desk.link("mail_gateway_autoresponder_id", "We got your message")
    desk.find(".o_form_button_save").click()
    desk.idle()
    page = desk.find(".o_notebook")
    expect(page).to_contain_text("help@demo.example")
    expect(page).to_contain_text("Help Desk <help@demo.example>")
    expect(page).to_contain_text("a routing rule comes before the alias")
    desk.picture("policy-department")


def test_what_becomes_of_mail_to_catchall_is_chosen(desk, house):
    desk.go(DOMAINS)
    desk.find(".o_data_row", has_text="demo.example").first.locator(
        "[name=name]"
    ).click()
    desk.idle()
    expect(desk.find(".o_form_view")).to_contain_text("It waits under Incoming")
    desk.choose("catchall_policy", "Send to an alias")
    desk.link("catchall_alias_id", "help")
    desk.find(".o_form_button_save").click()
    desk.idle()
    desk.picture("policy-catchall")
    [domain] = house.call(
        "mail.alias.domain", "search_read", [], ["catchall_policy", "catchall_alias_id"]
    )
    assert domain["catchall_policy"] == "alias"
    assert domain["catchall_alias_id"][1] == "help@demo.example"
