# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An outgoing server by hand, in a real browser."""

import pytest
from playwright.sync_api import expect

from sandbox import ports
from sandbox.nameserver import NameServer

SALES = "sales@demo.example"

pytestmark = pytest.mark.pictures


def new_server(desk, menu="base.menu_mail_servers", **values):
    desk.technical(menu)
    desk.page.click(".o_list_button_add")
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.idle()
    desk.fill(**values)


def saved(desk):
    desk.page.click(".o_form_button_save")
    expect(desk.find(".o_form_button_save")).to_be_hidden()
    desk.idle()


def checked(desk, name):
    """The label of the chosen radio button."""
    chosen = desk.field(name).locator(".o_radio_item:has(input:checked)")
    return chosen.inner_text().strip()


def test_provider_fills_the_form_and_says_what_to_do(desk):
    new_server(desk, name="Sales")
    desk.link("provider_id", "Microsoft 365")
    assert desk.read("smtp_host") == "smtp.office365.com"
    assert desk.read("smtp_port") == "587"
    assert checked(desk, "smtp_encryption").startswith("TLS (STARTTLS), encryption and")
    shown = desk.tab("Steps at the Provider")
    expect(shown).to_contain_text("Manage email apps")
    expect(shown).to_contain_text("permission Send As")
    desk.picture("outgoing-provider")
    assert desk.fits(".o_form_view")
    saved(desk)


def test_server_for_an_address_is_looked_up(desk, house):
    """On a form that is not saved yet, from the domain's records."""
    zone = "@ MX 5 mx\n_submissions._tcp SRV 0 1 465 smtp.smith.example."
    with NameServer(ports.any_free(), {"smith.example": zone}) as names:
        key, place = "mail_gateway_plus.name_servers", f"127.0.0.1:{names.port}"
        house.call("ir.config_parameter", "set_param", key, place)
        new_server(desk, name="Smith & Co", smtp_user="ann@smith.example")
        assert not names.asked, "before the button is pressed"
        desk.button("Look Up Settings")
        said = desk.find(".o_notification")
        expect(said).to_contain_text("names its outgoing server: smtp.smith.example")
        assert desk.read("smtp_host") == "smtp.smith.example"
        assert desk.read("smtp_port") == "465"
        assert checked(desk, "smtp_encryption") == "SSL/TLS, encryption and validation"
        desk.picture("outgoing-look-up")
        said.locator(".o_notification_close").click()
        desk.fill(smtp_user="ann@elsewhere.example")
        desk.button("Look Up Settings")
        expect(said).to_contain_text("do not answer for elsewhere.example")
        said.locator(".o_notification_close").click()
        assert desk.read("smtp_host") == "smtp.smith.example", "nothing is emptied"
    desk.page.click(".o_form_button_cancel")


def test_mailbox_for_an_address_is_looked_up(desk, house):
    zone = "_imaps._tcp SRV 0 1 993 in.smith.example.\n_pop3s._tcp SRV 0 0 0 ."
    menu = "mail.menu_action_fetchmail_server_tree"
    with NameServer(ports.any_free(), {"smith.example": zone}) as names:
        key, place = "mail_gateway_plus.name_servers", f"127.0.0.1:{names.port}"
        house.call("ir.config_parameter", "set_param", key, place)
        new_server(desk, menu, name="Smith & Co", port=143)
        look_up = desk.page.get_by_role("button", name="Look Up Settings")
        expect(look_up).to_have_count(0)
        desk.fill(user="ann@smith.example")
        assert not names.asked, "before the button is pressed"
        desk.button("Look Up Settings")
        said = desk.find(".o_notification")
        expect(said).to_contain_text("server of its mailboxes: in.smith.example")
        assert desk.read("server") == "in.smith.example"
        assert desk.read("port") == "993"
        assert desk.read("connection_security") == "SSL/TLS"
        desk.picture("mailbox-look-up")
        said.locator(".o_notification_close").click()
        desk.fill(user="ann@gmail.com")
        desk.button("Look Up Settings")
        expect(said).to_contain_text("make an app password")
        assert desk.read("server") == "imap.gmail.com"
        said.locator(".o_notification_close").click()
        desk.field("server_type").get_by_text("POP").click()
        desk.fill(user="ann@smith.example")
        desk.button("Look Up Settings")
        expect(said).to_contain_text("Nothing was found for smith.example")
        said.locator(".o_notification_close").click()
    desk.page.click(".o_form_button_cancel")


def test_server_typed_as_other_programs_have_it(desk):
    new_server(desk, name="Typed", smtp_host="ssl://mail.h.example:465")
    assert desk.read("smtp_host") == "mail.h.example"
    assert desk.read("smtp_port") == "465"
    assert checked(desk, "smtp_encryption") == "SSL/TLS, encryption and validation"
    desk.page.click(".o_form_button_cancel")


def test_server_of_the_command_line_has_its_sender_too(desk):
    new_server(desk, name="Command Line")
    assert desk.field("smtp_user").locator("input").get_attribute("placeholder") is None
    desk.field("smtp_authentication").get_by_text("Command Line Interface").click()
    desk.idle()
    expect(desk.page.get_by_role("tab", name="Connection")).to_have_count(0)
    expect(desk.tab("Sender")).to_contain_text("Only the listed ones")
    desk.page.click(".o_form_button_cancel")


def test_same_as_mailbox_from_the_account_alone(desk, house):
    """To a mail that arrives under the account's address."""
    house.mailbox("imap", SALES, name="Sales Mailbox")
    stack = house.stack
    new_server(desk, name="Sales Relay")
    desk.field("smtp_authentication").get_by_text("Same as mailbox").click()
    desk.idle()
    desk.link("mailbox_id", "Sales Mailbox")
    desk.fill(smtp_host="tls://smtp.demo.example")
    expect(desk.field("smtp_pass")).to_have_count(0)
    hint = desk.field("smtp_user").locator("input")
    expect(hint).to_have_attribute("placeholder", SALES)
    desk.picture("outgoing-mailbox")
    desk.fill(smtp_host=f"{stack.host}:{stack.ports['smtp']}")
    assert desk.read("smtp_port") == str(stack.ports["smtp"]), "a port, no amount"
    shown = desk.tab("Sender")
    shown.get_by_text("Only the account's own").click()
    desk.idle()
    desk.picture("outgoing-sender")
    assert desk.fits(".o_form_view")
    saved(desk)
    desk.button("Test Connection")
    expect(desk.dialog()).to_contain_text("works")
    expect(desk.dialog()).to_contain_text(f"takes mail from {SALES}")
    desk.close_dialog()
