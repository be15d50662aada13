# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail Health in a real browser: before and after a fault is mended, and empty."""

import contextlib
import datetime

import pytest
from playwright.sync_api import expect

from sandbox.accounts import ACCOUNTS

from .browser import Desk

HEALTH = "mail_gateway_plus.mail_gateway_health_menu"
SALES = ACCOUNTS[0].login

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def quiet(house):
    """An office whose actions run, and none of whose domains are asked in the net."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    house.sql(
        "UPDATE ir_cron SET lastcall = %s, nextcall = %s",
        now,
        now + datetime.timedelta(hours=1),
    )
    domains = house.call("mail.gateway.domain", "search", [])
    house.call("mail.gateway.domain", "unlink", domains)
    return house


def picture(desk, house, name):
    """Let all have been looked at and found at one time, so that pictures stay the
    same."""
    for table, column in (
        ("mail_gateway_finding", "opened_on"),
        ("mail_gateway_finding", "closed_on"),
        ("fetchmail_server", "date"),
        ("ir_cron", "lastcall"),
    ):
        house.sql(
            f"UPDATE {table} SET {column} = %s WHERE {column} IS NOT NULL",
            "2026-11-20 10:00",
        )
    desk.page.reload()
    desk.idle()
    desk.picture(name)


def light(desk, name):
    """How many there are of a light, above the list."""
    return desk.find(f"[data-light={name}] strong")


def row(desk, name):
    here = desk.find("td[name=name]").get_by_text(name, exact=True)
    return desk.find(".o_data_row", has=here)


def test_nothing_is_set_up_yet(desk, quiet):
    desk.technical(HEALTH)
    first = "button[data-menu-xmlid='base.menu_custom']"
    desk.page.click(first)
    menus = desk.find(".o-dropdown--menu a[data-menu-xmlid]")
    names = menus.evaluate_all("all => all.map(a => a.dataset.menuXmlid)")
    assert names.index(HEALTH) < names.index("mail.menu_mail_mail")
    desk.page.keyboard.press("Escape")
    expect(desk.find(".o_view_nocontent")).to_contain_text("Nothing is set up yet")


@pytest.fixture
def mailbox(quiet):
    return quiet.mailbox("imap", SALES, name="Sales")


def test_mailbox_with_a_wrong_port_is_mended_by_following_the_screen(
    desk, quiet, mailbox
):
    right = quiet.stack.ports["imaps"]
    quiet.call("fetchmail.server", "write", [mailbox], {"port": 1})
    with contextlib.suppress(Exception):
        quiet.call("fetchmail.server", "fetch_mail", [mailbox])
    desk.technical(HEALTH)
    expect(row(desk, "Sales")).to_contain_text("Attention")
    expect(row(desk, "Sales").locator("[name=title]")).to_contain_text("port 1")
    expect(light(desk, "yellow")).to_have_text("1")
    assert desk.fits(".o_list_renderer")
    picture(desk, quiet, "health-before")
    row(desk, "Sales").locator("[name=name]").click()
    expect(desk.find(".o_form_view")).to_contain_text("port 1")
    desk.idle()
    picture(desk, quiet, "health-one")
    desk.button("Open Mailbox")
    desk.button("Reset Confirmation")
    desk.fill(port=right)
    desk.button("Test & Confirm")
    desk.close_dialog()
    desk.technical(HEALTH)
    empty = desk.find(".o_view_nocontent")
    expect(empty).to_contain_text("All is well")
    expect(empty).to_contain_text("1 mailbox, 3 queues")
    expect(empty).to_contain_text("Last checked: ")
    expect(light(desk, "yellow")).to_have_text("0")
    expect(light(desk, "green")).to_have_text("4")
    picture(desk, quiet, "health-after")
    expect(empty).to_contain_text("Last checked: 11/20/2026")
    desk.find("[data-light=green]").click()
    expect(row(desk, "Sales")).to_contain_text("Well")
    desk.idle()


def test_search_without_result_does_not_say_that_all_is_well(desk, quiet, mailbox):
    cron = quiet.id_of("mail.ir_cron_mail_scheduler_action")
    quiet.call("ir.cron", "write", [cron], {"active": False})
    desk.technical(HEALTH)
    stopped = desk.find(".o_data_row", has_text="is switched off")
    expect(stopped).to_contain_text("Broken")
    desk.again("no such thing")
    expect(desk.find(".o_view_nocontent")).to_contain_text("Nothing here matches")
    desk.technical(HEALTH)
    stopped.get_by_role("button", name="Open Action").click()
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.idle()
    desk.technical(HEALTH)
    desk.button("History")
    expect(desk.find(".o_graph_renderer canvas")).to_be_visible()
    desk.idle()
    quiet.call("ir.cron", "write", [cron], {"active": True})
    desk.technical(HEALTH)
    expect(desk.find(".o_view_nocontent")).to_contain_text("All is well")


def test_operator_sees_it_in_the_app(browser, quiet, mailbox):
    groups = [(6, 0, [quiet.id_of("mail_gateway_plus.group_operator")])]
    who = {"login": "opal", "password": "opal's password", "group_ids": groups}
    quiet.create("res.users", name="Opal", **who)
    quiet.call("fetchmail.server", "write", [mailbox], {"port": 1})
    with contextlib.suppress(Exception):
        quiet.call("fetchmail.server", "fetch_mail", [mailbox])
    desk = Desk(browser, quiet, "opal", "opal's password")
    desk.app("mail_gateway_plus.mail_gateway_root_menu")
    desk.page.click(
        "a[data-menu-xmlid='mail_gateway_plus.mail_gateway_health_app_menu']"
    )
    desk.idle()
    expect(row(desk, "Sales").first).to_contain_text("Attention")
    row(desk, "Sales").first.get_by_role("button", name="Open Mailbox").click()
    expect(desk.find(".o_form_view")).to_contain_text("Sales")
    desk.idle()
    desk.settled()
    quiet.call("fetchmail.server", "write", [mailbox], {"active": False})


def test_card_in_general_settings(desk, quiet, mailbox):
    desk.page.goto(f"{quiet.url}/odoo/settings")
    card = desk.find("#mail_gateway_health_setting")
    expect(card).to_contain_text("well")
    desk.idle()
    card.scroll_into_view_if_needed()
    desk.picture("health-card")
    card.get_by_role("button", name="Open Mail Health").click()
    expect(desk.find(".o_mail_gateway_lights")).to_be_visible()
    desk.idle()
