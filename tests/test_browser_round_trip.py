# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages go on a round trip, and what arrived is read, in a real browser."""

import pytest
from playwright.sync_api import expect

from .arrival import arrived
from .test_browser_permissions import PERMISSIONS, SALES, SERVERS

BACK = "round-trips@demo.example"
SENDERS = ("orders", "ceo", "ann")

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def house(house):
    if not house.stack.relay.is_real:
        pytest.skip("no real Postfix")
    for name in SENDERS:
        house.create(
            "mail.gateway.identity", name=name.title(), email=f"{name}@demo.example"
        )
    yield house
    house.stack.empty(BACK)


def server(house, port, name):
    where = {"smtp_port": house.stack.ports[port], "from_filter": "demo.example"}
    return house.relay(name=name, **where)


def fetched(house, mailbox, count):
    """Wait until so many messages lie in the mailbox, and fetch them."""
    arrived(house.stack, BACK, count)
    house.call("fetchmail.server", "fetch_mail", [mailbox])


def row(desk, email):
    (found,) = [row for row in desk.rows() if row["email"] == email]
    return found


def start(desk):
    desk.button("Round Trip…")
    expect(desk.dialog()).to_be_visible()
    desk.idle()


def test_without_a_mailbox_it_says_what_is_missing(desk, house):
    desk.go(SERVERS, server(house, "smtp", "Lonely Relay"))
    start(desk)
    dialog = desk.dialog()
    expect(dialog).to_contain_text("No mailbox is fetched")
    expect(dialog.get_by_role("button", name="Send", exact=True)).to_have_count(0)
    dialog.get_by_role("button", name="Cancel").click()
    desk.idle()


def test_messages_come_back_and_tell_what_arrived(desk, house):
    mailbox = house.mailbox("imap", BACK, name="Round Trips")
    rewriting = server(house, "smtp_rewriting", "Rewriting Relay")
    desk.go(SERVERS, rewriting)
    start(desk)
    entry = desk.dialog().locator("[name=email_to] input")
    assert entry.input_value() == BACK
    entry.fill("somebody@elsewhere.example")
    entry.press("Tab")
    expect(desk.dialog()).to_contain_text("never go to other people")
    send = desk.dialog().get_by_role("button", name="Send", exact=True)
    expect(send).to_have_count(0)
    entry.fill(BACK)
    entry.press("Tab")
    send.click()
    expect(desk.find(".o_notification_content")).to_contain_text("are on their way")
    expect(desk.find(".o_list_view")).to_be_visible()
    desk.idle()
    assert row(desk, "ann@demo.example")["trip_state"] == "On the way"
    count = len(desk.rows())
    desk.find(".o_data_row", has_text="ann@").locator("[name=email]").click()
    expect(desk.find(".alert-info")).to_contain_text(f"is on its way to {BACK}")
    desk.idle()
    fetched(house, mailbox, count)
    house.turn_back_the_clock()
    desk.go(SERVERS, rewriting)
    desk.find("button[name=action_open_permissions]").click()
    expect(desk.find(".o_list_view")).to_be_visible()
    desk.idle()
    assert row(desk, "ann@demo.example")["state"] == "Rewritten"
    assert row(desk, "ann@demo.example")["trip_state"] == "Come back"
    assert row(desk, SALES)["state"] == "Allowed"
    assert desk.fits(".o_list_renderer")
    desk.picture("round-trip-list")
    desk.find(".o_data_row", has_text="ann@").locator("[name=email]").click()
    form = desk.find(".o_form_view")
    expect(form).to_contain_text(f"puts {SALES} in place of ann@demo.example")
    expect(form).to_contain_text("TLS 1.3")
    desk.idle()
    assert desk.fits(".o_form_view")
    desk.picture("round-trip-rewritten")
    desk.button("Show What Came Back")
    expect(form).to_contain_text("Test message that has come back")


def test_no_permission_yet(desk):
    desk.go(PERMISSIONS)
    desk.again("nobody@nowhere.example")
    expect(desk.find(".o_view_nocontent")).to_be_visible()
