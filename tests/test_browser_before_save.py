# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test Before Save, the server of the configuration file, and a personal server as its
owner tests it, in a real browser."""

import pytest
from playwright.sync_api import expect

from sandbox.accounts import ACCOUNTS

from .browser import Desk

SERVERS = "base.action_ir_mail_server_list"
SALES = ACCOUNTS[0].login

pytestmark = pytest.mark.pictures


def typed(desk, **values):
    """What the form shows."""
    return {name: desk.read(name) for name in values}


def choose_security(desk, label):
    desk.field("smtp_encryption").get_by_text(label, exact=True).click()
    desk.idle()


def switch(desk):
    return desk.field("test_before_save").locator("input")


def save(desk):
    desk.page.click(".o_form_button_save")
    desk.idle()


def test_wrong_password_keeps_the_form_as_it_is(desk, house):
    desk.technical("base.menu_mail_servers")
    desk.page.click(".o_list_button_add")
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.idle()
    expect(switch(desk)).not_to_be_checked()
    switch(desk).check()
    choose_security(desk, "TLS (STARTTLS), encryption and validation")
    values = {
        "name": "Relay",
        "from_filter": SALES,
        "smtp_host": house.stack.host,
        "smtp_port": str(house.stack.ports["smtp"]),
        "smtp_user": SALES,
        "smtp_pass": "wrong one",
    }
    for name, value in values.items():
        # The answer to one entry must not meet the next one.
        desk.fill(**{name: value})
    save(desk)
    expect(desk.find(".o_error_dialog")).to_contain_text("at the stage Login")
    desk.picture("outgoing-not-saved")
    said = desk.refusal()
    assert f"refuses the login of {SALES}" in said and "535" in said
    assert "Field to look at: Password" in said and "wrong one" not in said
    # Nothing is stored, and nothing has to be typed again.
    assert not house.call("ir.mail_server", "search", [("name", "=", "Relay")])
    assert typed(desk, **values) == values
    expect(switch(desk)).to_be_checked()
    # Stock's buttons save first, and so wait for the test as well.
    desk.button("Test Connection")
    assert "is not saved" in desk.refusal()
    assert typed(desk, **values) == values

    desk.fill(smtp_pass=house.stack.password)
    save(desk)
    expect(desk.find(".o_form_button_save")).to_be_hidden()
    expect(desk.find("button[name=action_open_diagnoses]")).to_contain_text("1")
    (server,) = house.call("ir.mail_server", "search", [("name", "=", "Relay")])

    # A server that is there keeps what it has, and the failed test can be looked at.
    desk.fill(smtp_pass="another wrong one")
    save(desk)
    assert "stage Login" in desk.refusal()
    desk.page.click(".o_form_button_cancel")
    desk.go(SERVERS, server)
    desk.find("button[name=action_open_diagnoses]").click()
    desk.idle()
    assert [row["outcome"] for row in desk.rows()] == ["Failed", "Works"]
    desk.find(".o_data_row").first.locator("[name=title]").click()
    expect(desk.find(".alert-info")).to_contain_text("They were not saved")
    desk.idle()

    desk.go(SERVERS, server)
    desk.fill(smtp_pass="another wrong one")
    switch(desk).uncheck()
    save(desk)
    expect(desk.find(".o_form_button_save")).to_be_hidden()
    kept = house.call("ir.mail_server", "read", [server], ["smtp_pass"])
    assert kept[0]["smtp_pass"] == "another wrong one"
    # Odoo writes the refusals that it shows to the console as well.
    desk.faults.clear()


def test_settings_have_the_default_and_the_configured_server(desk, house):
    house.call("res.users", "write", [2], {"email": SALES})
    desk.page.goto(f"{house.url}/odoo/settings?debug=1")
    expect(desk.find("#mail_gateway_test_before_save_setting")).to_be_visible()
    desk.idle()
    desk.find("#mail_gateway_test_before_save_setting").scroll_into_view_if_needed()
    setting = desk.find("#mail_gateway_configured_setting")
    setting.get_by_role("button", name="Test Connection").click()
    desk.idle()
    expect(desk.dialog()).to_contain_text("Test of “Odoo's configuration file”")
    expect(desk.dialog()).to_contain_text("127.0.0.1")
    desk.close_dialog()


@pytest.fixture
def owner(house):
    """Somebody with no rights but those of an employee, and a server of their own."""
    house.call(
        "ir.config_parameter",
        "set_param",
        "base_setup.default_external_email_server",
        "True",
    )
    login = {"login": "sam", "password": "sam's password", "email": SALES}
    groups = [(6, 0, [house.id_of("base.group_user")])]
    number = house.create("res.users", name="Sam", group_ids=groups, **login)
    # Only the accounts of Gmail and Outlook show in stock's preferences.
    house.create(
        "ir.mail_server",
        name="Sam's outgoing email",
        smtp_authentication="gmail",
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_encryption="starttls",
        smtp_user=SALES,
        from_filter=SALES,
        owner_user_id=number,
        google_gmail_refresh_token="token",
        google_gmail_access_token="token",
        google_gmail_access_token_expiration=2_000_000_000,
    )
    return number


def test_owner_tests_their_own_server_in_the_preferences(browser, house, owner):
    desk = Desk(browser, house, "sam", "sam's password")
    desk.page.goto(f"{house.url}/odoo/my-preferences/{owner}")
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.idle()
    desk.find(".o_mail_server_configurator_selection_test_connection").click()
    desk.idle()
    expect(desk.dialog()).to_contain_text("Nothing listens on 127.0.0.1, port 1")
    expect(desk.dialog().get_by_role("button", name="Send a Test")).to_have_count(0)
    desk.picture("personal-server")
    desk.button("Test Again")
    expect(desk.dialog()).to_contain_text("Nothing listens on 127.0.0.1, port 1")
    desk.page.get_by_role("tab", name="About This Test").click()
    expect(desk.dialog()).to_contain_text("Sam's outgoing email")
    desk.button("Earlier Tests")
    expect(desk.find(".o_list_view")).to_be_visible()
    assert [row["outcome"] for row in desk.rows()] == ["Failed", "Failed"]
    desk.settled()
    desk.context.close()
