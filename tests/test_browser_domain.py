# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A domain with two SPF records is mended by following the screen, in a browser."""

import pytest
from playwright.sync_api import expect

from sandbox import ports
from sandbox.nameserver import NameServer

NAME = "shop.test"
FIRST = '@ TXT "v=spf1 mx ip4:192.0.2.25 -all"'
SECOND = '@ TXT "v=spf1 include:spf.provider.test ~all"'
REST = "@ MX 10 mx\nmx A 192.0.2.25\n"
DOMAINS = "mail_gateway_plus.mail_gateway_domain_menu"

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def names(house):
    zones = {
        "test": "",
        "provider.test": 'spf TXT "v=spf1 ip4:203.0.113.0/24 ~all"',
        NAME: f"{REST}{FIRST}\n{SECOND}",
    }
    with NameServer(ports.any_free(), zones) as server:
        key, place = "mail_gateway_plus.name_servers", f"127.0.0.1:{server.port}"
        house.call("ir.config_parameter", "set_param", key, place)
        house.create("mail.gateway.domain", name=NAME)
        house.create(
            "ir.mail_server",
            name="Relay",
            smtp_host="relay.test",
            from_filter=NAME,
            test_before_save=False,
        )
        yield server


def cell(desk, host, name):
    here = desk.find("td[name=relative_host]").get_by_text(host, exact=True)
    row = desk.find("[name=record_ids] .o_data_row", has=here)
    return row.locator(f"td[name={name}]")


def test_two_spf_records_are_mended(desk, names):
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.technical(DOMAINS)
    expect(desk.find(".o_data_row", has_text=NAME)).to_be_visible()
    desk.find(".o_data_row", has_text=NAME).locator("[name=name]").click()
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.tab("What Odoo Knows")
    desk.fill(report_email=f"dmarc@{NAME}")
    desk.page.click(".o_form_button_save")
    desk.idle()
    desk.tab("Records")
    desk.button("Check")
    form = desk.find(".o_form_view")
    expect(form).to_contain_text("publishes 2 SPF records where only one may be")
    expect(cell(desk, "@", "status")).to_have_text("To change")
    close = desk.find(".o_notification_close")
    close.first.click()
    assert desk.fits("[name=record_ids] .o_list_renderer")
    desk.picture("domain-records")
    desk.tab("Servers")
    expect(form).to_contain_text("whether it is signed is not known")
    assert desk.fits("[name=server_ids] .o_list_renderer")
    desk.picture("domain-servers")
    desk.tab("Demands")
    expect(form).to_contain_text("SPF and DKIM both pass")
    desk.picture("domain-demands")
    desk.tab("What Was Found")
    desk.picture("domain-findings")
    desk.tab("Hand On")
    desk.picture("domain-hand-on")
    desk.tab("Records")
    spf = copied(desk, "@")
    assert spf.startswith("v=spf1 ") and "include:spf.provider.test" in spf
    dmarc = copied(desk, "_dmarc")
    names.set_zone(NAME, f'{REST}@ TXT "{spf}"\n_dmarc TXT "{dmarc}"')
    desk.button("Check Again")
    expect(form).to_contain_text("No longer: ")
    expect(cell(desk, "@", "status")).to_have_text("In order")
    expect(cell(desk, "_dmarc", "status")).to_have_text("In order")
    expect(form).not_to_contain_text("SPF records where only one may be.")
    desk.find(".o_notification_close").first.click()
    desk.picture("domain-mended")
    desk.tab("DMARC")
    expect(form).to_contain_text("The policy before has stood long enough")
    expect(form).to_contain_text("v=DMARC1; p=quarantine")
    desk.picture("domain-path")


def copied(desk, host):
    """What the copy button beside the value gives."""
    cell(desk, host, "expected_value").locator(".o_clipboard_button").click()
    return desk.page.evaluate("navigator.clipboard.readText()")
