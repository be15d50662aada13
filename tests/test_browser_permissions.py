# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A sender that the relay refuses is explained and mended, in a real browser."""

import pytest
from playwright.sync_api import expect

SALES = "sales@demo.example"
SERVERS = "base.action_ir_mail_server_list"
PERMISSIONS = "mail_gateway_plus.mail_gateway_permission_action"
IDENTITIES = "mail_gateway_plus.mail_gateway_identity_action"

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def server(house):
    for name in ("orders", "ceo", "bounce"):
        house.create(
            "mail.gateway.identity", name=name.title(), email=f"{name}@demo.example"
        )
    return house.relay(name="Sales Relay", from_filter="demo.example")


def state(desk, email):
    (row,) = [row for row in desk.rows() if row["email"] == email]
    return row["state"]


def test_empty_lists_say_what_to_do(desk):
    desk.go(PERMISSIONS)
    expect(desk.find(".o_view_nocontent")).to_contain_text("Check Permissions")
    desk.go(IDENTITIES)
    expect(desk.find(".o_view_nocontent")).to_contain_text("No sender identity yet")


def test_refused_sender_is_explained_and_mended(desk, house, server):
    desk.go(SERVERS, server)
    desk.button("Check Permissions")
    expect(desk.find(".o_notification_content")).to_contain_text("refused")
    expect(desk.find(".o_list_view")).to_be_visible()
    desk.idle()
    assert state(desk, SALES) == state(desk, "orders@demo.example") == "Allowed"
    assert state(desk, "ceo@demo.example") == "Refused"
    assert desk.fits(".o_list_renderer")
    house.turn_back_the_clock()
    desk.again()
    close = desk.find(".o_notification_close")
    close.first.click()
    expect(close).to_have_count(0)
    desk.picture("permissions-list")
    desk.find(".o_data_row", has_text="ceo@").locator("[name=email]").click()
    form = desk.find(".o_form_view")
    expect(form).to_contain_text(f"{SALES} may not send as ceo@demo.example")
    expect(form).to_contain_text("smtpd_sender_login_maps")
    desk.idle()
    assert desk.fits(".o_form_view")
    desk.picture("permissions-refused")
    desk.button("Send from the Account")
    desk.dialog().get_by_role("button", name="Ok").click()
    expect(desk.find(".o_notification_content")).to_contain_text(f"from {SALES} now")
    desk.idle()
    chosen = house.call("ir.mail_server", "read", [server], ["from_mode"])
    assert chosen[0]["from_mode"] == "via"
    desk.go(SERVERS, server)
    button = desk.find("button[name=action_open_permissions]")
    expect(button).to_contain_text("refused")
    button.click()
    expect(desk.find(".o_list_view")).to_be_visible()
    desk.idle()
