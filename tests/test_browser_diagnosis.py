# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outgoing servers as an administrator tests and mends them, in a real browser."""

import socket
import time

import pytest
from playwright.sync_api import expect

from benchmarks.delay import Delay
from sandbox.accounts import ACCOUNTS

SERVERS = "base.action_ir_mail_server_list"
SALES = ACCOUNTS[0].login
#: One of the usual ports that anybody may listen on.
USUAL = 2525

pytestmark = pytest.mark.pictures


@pytest.fixture
def usual_port(stack):
    """The real relay on a port where a test looks for one."""
    free = False
    while not free:
        # Another run on this machine may have it.
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free = probe.connect_ex(("127.0.0.1", USUAL)) != 0
        time.sleep(0 if free else 1)
    with Delay(stack.ports["smtp"], 0, USUAL):
        yield USUAL


def test_empty_history_says_how_to_begin(desk):
    desk.go("mail_gateway_plus.mail_gateway_diagnosis_action")
    expect(desk.find(".o_nocontent_help")).to_contain_text("No tests yet")
    expect(desk.find(".o_nocontent_help")).to_contain_text("Press Test Connection")


def test_server_with_the_wrong_port_is_mended_by_one_click(desk, house, usual_port):
    desk.go(SERVERS, house.relay(smtp_port=1))
    desk.button("Test Connection")
    expect(desk.dialog()).to_contain_text("Nothing listens on localhost, port 1")
    expect(desk.dialog()).to_contain_text("These settings would work")
    desk.picture("server-proposal")
    desk.button("Use These Settings")
    expect(desk.dialog()).to_contain_text("The outgoing server “Relay” works")
    expect(desk.dialog()).to_contain_text(f"Logged in as {SALES}")
    desk.picture("server-tested")
    desk.close_dialog()
    assert desk.read("smtp_port") == str(usual_port)

    desk.find(".oe_stat_button", has_text="Tests").click()
    desk.idle()
    assert [row["outcome"] for row in desk.rows()] == ["Works", "Failed"]
    desk.find(".o_data_row").last.locator("[name=title]").click()
    expect(desk.find(".alert-danger")).to_contain_text("Nothing listens on")
    expect(desk.find(".o_form_view")).not_to_contain_text("These settings would work")


def test_transcript_is_there_to_be_copied(desk, house):
    desk.go(SERVERS, house.relay())
    desk.button("Test Connection")
    desk.page.get_by_role("tab", name="Transcript").click()
    said = desk.dialog().locator(".tab-pane.active")
    expect(said).to_contain_text("C: AUTH PLAIN ***")
    expect(said).not_to_contain_text(house.stack.password)
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    said.get_by_role("button", name="Copy").click()
    copied = desk.page.evaluate("navigator.clipboard.readText()")
    assert "C: AUTH PLAIN ***" in copied and "S: 250" in copied
    desk.close_dialog()


def test_message_is_sent_only_when_asked_and_not_to_strangers(desk, house):
    desk.go(SERVERS, house.relay())
    desk.button("Test Connection")
    desk.button("Send a Test Message")
    entry = desk.dialog().locator("[name=email_to] input")
    entry.fill("ceo@away.example")
    desk.button("Send")
    expect(desk.find(".modal", has_text="is none of these")).to_be_visible()
    desk.find(".modal", has_text="is none of these").get_by_role(
        "button", name="Close"
    ).last.click()
    entry.fill("jobs@demo.example")
    desk.button("Send")
    expect(desk.dialog()).to_contain_text("has taken the message")
    expect(desk.dialog()).to_contain_text("Content")
    desk.close_dialog()
