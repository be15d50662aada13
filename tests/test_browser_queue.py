# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screen Mail Queue as an administrator works with it, in a real browser."""

import threading

import pytest
from playwright.sync_api import expect

from sandbox.accounts import ACCOUNTS

from . import scripted
from .office import Office
from .queueing import CAPABILITIES

SALES = ACCOUNTS[0].login
MENU = "mail_gateway_plus.mail_gateway_queue_menu"
MAILS = [f"Order {number}" for number in range(1, 13)]
MANY = 2000
#: So many of them are sent while somebody looks.
FIRST = 200

pytestmark = pytest.mark.pictures


def write(house, subjects, server, **values):
    usual = {"email_from": SALES, "email_to": "jobs@demo.example"}
    usual |= {"mail_server_id": server, "body_html": "<p>Hello</p>"}
    usual |= {"auto_delete": False, **values}
    wanted = [usual | {"subject": subject} for subject in subjects]
    return house.call("mail.mail", "create", wanted)


def run(house, xmlid="mail.ir_cron_mail_scheduler_action"):
    """What the scheduled action does."""
    house.call("ir.cron", "method_direct_trigger", [house.id_of(xmlid)])


def stand_still(house):
    """The same moments and names each time, for the pictures."""
    house.sql(
        "UPDATE mail_mail SET create_date = '2026-11-20 10:00';"
        "UPDATE mail_message SET message_id = '<' || id || '@demo.example>'"
        " WHERE id IN (SELECT mail_message_id FROM mail_mail);"
        "UPDATE mail_gateway_delivery SET begun_on = '2026-11-20 10:00'"
        " WHERE state = 'uncertain'"
    )


def a_day_before(house):
    """Counts of the last hours, in which a server was away for three."""
    house.sql(
        "DELETE FROM mail_gateway_queue_tally;"
        "INSERT INTO mail_gateway_queue_tally (hour, kind, count)"
        " SELECT date_trunc('day', now()) - hours * interval '1 hour', kind, count"
        " FROM generate_series(1, 20) AS hours, LATERAL (VALUES"
        " ('sent', CASE WHEN hours BETWEEN 8 AND 10 THEN 4 ELSE 40 + hours END),"
        " ('retried', CASE WHEN hours BETWEEN 8 AND 10 THEN 9 ELSE 1 END),"
        " ('failed', CASE WHEN hours % 6 = 0 THEN 3 ELSE 0 END))"
        " AS counted (kind, count) WHERE count > 0"
    )


def tile(desk, status):
    return desk.find(f".o_mail_gateway_tile[data-status={status}]")


def card(desk, name):
    return desk.find(".o_mail_gateway_server", has_text=name)


def count(desk, status, number):
    shown = tile(desk, status).locator("span").first
    expect(shown).to_have_text(str(number))


@pytest.fixture(scope="module")
def relay(house):
    """The real one, with a password that was changed."""
    limits = {"limit_minute": 30, "limit_day": 2000}
    return house.relay(name="Orders", smtp_pass="of last year", **limits)


def test_empty_queue_says_so(desk):
    desk.technical(MENU)
    expect(desk.find(".o_nocontent_help")).to_contain_text("there is nothing to do")
    count(desk, "waiting", 0)


def test_stopped_queue_is_emptied_by_mending_its_server(desk, house, relay):
    write(house, MAILS, relay)
    run(house)
    stand_still(house)
    desk.technical(MENU)
    count(desk, "stopped", len(MAILS))
    rows = desk.rows()
    assert {row["status"] for row in rows} == {"Stopped"}
    assert all("refuses the login" in row["reason"] for row in rows)
    expect(card(desk, "Orders")).to_contain_text("Stopped")
    expect(card(desk, "Orders")).to_contain_text("of 30 a minute")
    assert desk.fits(".o_list_view .o_list_renderer")
    desk.picture("queue-stopped")
    card(desk, "Orders").get_by_role("button", name="Test Connection").click()
    expect(desk.dialog()).to_contain_text("refuses the login")
    desk.close_dialog()
    count(desk, "stopped", len(MAILS))
    desk.find(".o_data_row").first.locator("[name=subject]").click()
    expect(desk.find(".o_form_view .alert-danger")).to_contain_text("refuses the login")
    desk.picture("queue-form")
    desk.page.go_back()
    card(desk, "Orders").get_by_role("button", name="Open Server").click()
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.fill(smtp_pass=house.stack.password)
    desk.page.click(".o_form_button_save")
    expect(desk.find(".o_form_button_save")).to_be_hidden()
    desk.button("Test Connection")
    expect(desk.dialog()).to_contain_text("works")
    desk.close_dialog()
    run(house)
    desk.technical(MENU)
    count(desk, "stopped", 0)
    count(desk, "sent", len(MAILS))
    expect(desk.find(".o_nocontent_help")).to_contain_text("there is nothing to do")
    tile(desk, "sent").click()
    desk.idle()
    assert {row["status"] for row in desk.rows()} == {"Sent"}


def test_paused_queue_says_so_and_where_the_switch_is(desk, house, relay):
    key = "mail_gateway_plus.sending_paused"
    house.call("ir.config_parameter", "set_param", key, "True")
    write(house, ["Later"], relay)
    run(house)
    desk.technical(MENU)
    alert = desk.find(".o_mail_gateway_queue .alert")
    expect(alert).to_contain_text("Sending is paused")
    count(desk, "waiting", 1)
    alert.get_by_text("General Settings").click()
    switch = desk.find("#mail_gateway_send_setting")
    expect(switch).to_contain_text("The queue sends nothing")
    switch.locator("input[type=checkbox]").click()
    desk.page.locator(".o_form_button_save").first.click()
    desk.idle()
    run(house)
    desk.technical(MENU)
    expect(alert).to_have_count(0)
    count(desk, "waiting", 0)


class Leaving:
    """What a server says that leaves once it has a mail whole."""

    def __format__(self, _how):
        raise ConnectionError


@pytest.fixture(scope="module")
def leaving():
    answers = {".": Leaving()}

    def script(made, sock):
        scripted.smtp(capabilities=CAPABILITIES, answers=answers)(made, sock)

    with scripted.server(script) as server:
        yield server, answers


def test_uncertain_mail_is_treated_by_choice(desk, house, leaving):
    server, answers = leaving
    values = {"smtp_host": "127.0.0.1", "smtp_port": server.port}
    relay = house.create("ir.mail_server", name="Overseas", **values)
    write(house, ["Offer to Cy", "Offer to Dee"], relay)
    run(house)
    answers.clear()
    stand_still(house)
    desk.technical(MENU)
    count(desk, "uncertain", 2)
    tile(desk, "uncertain").click()
    desk.idle()
    desk.find(".o_data_row", has_text="Offer to Dee").locator("[name=subject]").click()
    expect(desk.find(".o_form_view .alert-warning")).to_be_visible()
    desk.picture("queue-uncertain")
    bar = desk.find(".o_statusbar_buttons")
    bar.get_by_role("button", name="It Arrived").click()
    desk.idle()
    desk.page.go_back()
    offer = desk.find(".o_data_row", has_text="Offer to Cy")
    offer.locator(".o_list_record_selector input").click()
    desk.page.get_by_role("button", name="Uncertain: Send Again").click()
    desk.dialog().get_by_role("button", name="Ok").click()
    desk.idle()
    server.lines.clear()
    run(house)
    assert sum(line.startswith(b"RCPT") for line in server.lines) == 1
    desk.technical(MENU)
    count(desk, "uncertain", 0)


def test_two_thousand_are_retried_while_the_screen_tells(desk, house, relay):
    values = {"name": "News", "limit_minute": 0, "limit_day": 0}
    values["smtp_pass"] = house.stack.password
    (relay,) = house.call("ir.mail_server", "copy", [relay], values)
    subjects = [f"News {number}" for number in range(MANY)]
    ids = write(house, subjects, relay, email_to="cy@away.example")
    failed = {"state": "exception", "failure_reason": "The mailbox is gone"}
    house.call("mail.mail", "write", ids, failed)
    desk.technical(MENU)
    count(desk, "failed", MANY)
    tile(desk, "failed").click()
    desk.idle()
    stand_still(house)
    desk.find("thead .o_list_record_selector input").click()
    desk.page.get_by_text("Select all").click()
    desk.button("Retry Now")
    job = desk.find(".o_mail_gateway_job")
    expect(job).to_contain_text(f"0 of {MANY} treated")
    work = threading.Thread(target=treat, args=[house])
    work.start()
    expect(job).to_contain_text(f"{MANY} of {MANY} treated", timeout=120_000)
    count(desk, "failed", 0)
    expect(job).to_contain_text(f"{FIRST} sent, {MANY - FIRST} wait", timeout=120_000)
    work.join()
    tile(desk, "waiting").click()
    expect(desk.find(".o_notification")).to_have_count(0)
    desk.picture("queue-retry")
    a_day_before(house)
    desk.find(".o_mail_gateway_queue a", has_text="Mail by Hour").click()
    expect(desk.find(".o_graph_view canvas")).to_be_visible()
    desk.idle()
    desk.picture("queue-graph")


def treat(house):
    """The scheduled actions, over a connection of its own; the second sends a part."""
    beside = Office(house.stack, house.database, house.server)
    run(beside, "mail_gateway_plus.ir_cron_queue_jobs")
    beside.call("mail.mail", "process_email_queue", [], FIRST)
