# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two departments get their senders, and one of them is refused, in a real browser."""

import pytest
from playwright.sync_api import expect

from .arrival import arrived
from .office import office

SALES, READER = "sales@demo.example", "jobs@demo.example"
IDENTITIES = "mail_gateway_plus.mail_gateway_identity_action"
RULES = "mail_gateway_plus.mail_gateway_identity_rule_action"
PREVIEW = "mail_gateway_plus.mail_gateway_sender_preview_action"
MAILS = "mail.action_view_mail_mail"
LEADS = "crm.crm_lead_all_leads"
DEPARTMENTS = "hr.hr_department_tree_action"

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def house(stack):
    with office(stack) as opened:
        (domain,) = opened.call("mail.alias.domain", "search", [])
        company = {"alias_domain_id": domain, "name": "Office Ltd"}
        opened.call("res.company", "write", [1], company)
        opened.server_id = opened.create(
            "ir.mail_server",
            name="Relay",
            smtp_host=stack.host,
            smtp_port=stack.ports["smtp"],
            smtp_encryption="starttls",
            smtp_user=SALES,
            smtp_pass=stack.password,
        )
        customer = opened.create("res.partner", name="Pat Customer", email=READER)
        opened.leads = {
            name: lead(opened, name, customer) for name in ("Orders", "Press")
        }
        yield opened


def lead(house, name, customer):
    """Of a colleague whose department has this name."""
    department = house.create("hr.department", name=name)
    login = name.lower()
    user = house.create(
        "res.users", name=f"{name} Person", login=login, email=f"{login}@office.example"
    )
    house.create(
        "hr.employee", name=f"{name} Person", user_id=user, department_id=department
    )
    return house.create(
        "crm.lead", name=f"Deal of {name}", user_id=user, partner_id=customer
    )


def test_empty_lists_say_what_they_are_for(desk):
    desk.go(IDENTITIES)
    expect(desk.find(".o_view_nocontent")).to_contain_text("No sender identity yet")
    desk.go(RULES)
    expect(desk.find(".o_view_nocontent")).to_contain_text("No identity rule yet")


def test_two_departments_get_their_senders(desk, house):
    for name, address in (("Orders", "orders"), ("Press", "ceo")):
        desk.go(IDENTITIES)
        desk.button("New")
        desk.fill(name=f"{name} Desk", email=f"{address}@demo.example")
        desk.link("department_id", name)
        desk.find(".o_form_button_save").click()
        desk.idle()
        desk.button("Check")
        expect(desk.find(".o_notification_content").first).to_be_visible()
        desk.idle()
    house.turn_back_the_clock()
    desk.go(IDENTITIES)
    close = desk.find(".o_notification_close")
    while close.count():
        close.first.click()
    states = {row["email"]: row["state"] for row in desk.rows()}
    assert states == {
        "orders@demo.example": "Allowed",
        "ceo@demo.example": "Refused",
    }
    assert desk.fits(".o_list_renderer")
    desk.picture("identity-list")
    desk.find(".o_data_row", has_text="ceo@").locator("[name=name]").click()
    expect(desk.find(".o_form_view")).to_contain_text("may not send as ceo@")
    desk.idle()
    assert desk.fits(".o_form_view")
    desk.picture("identity-form")


def written(desk, house, name):
    """From of a message that is written on the lead in the composer; the composer is
    seen on the way."""
    house.stack.empty(READER)
    desk.page.goto(f"{house.url}/odoo/crm.lead/{house.leads[name]}?debug=1")
    expect(desk.find(".o_form_view")).to_be_visible()
    desk.idle()
    desk.page.get_by_role("button", name="Send message").click()
    desk.find(".o-mail-Composer-input").first.fill("Hello")
    expand = desk.page.get_by_role("button", name="Open Full Composer")
    expand.scroll_into_view_if_needed()
    # The recipients that show up late push the button down.
    desk.idle()
    expand.click()
    dialog = desk.dialog()
    expect(dialog.locator("[name=mail_gateway_sender]")).to_be_visible()
    desk.idle()
    return dialog


def sent(desk, house, dialog):
    dialog.locator("button.o_mail_send:visible").first.click()
    expect(desk.find(".modal")).to_have_count(0)
    return arrived(house.stack, READER)[0].decode()


def test_each_sends_and_the_refused_one_falls_back(desk, house):
    dialog = written(desk, house, "Orders")
    expect(dialog).to_contain_text("orders@demo.example")
    expect(dialog).to_contain_text("of the document's department")
    when = ".o-mail-Message-date, .o-mail-DateSection"
    desk.page.add_style_tag(content=f"{when} {{ visibility: hidden }}")
    desk.picture("identity-composer")
    raw = sent(desk, house, dialog)
    assert '"Orders Desk" <orders@demo.example>' in raw or (
        "Orders Desk <orders@demo.example>" in raw
    )
    # The company's identity may speak for the one that is refused.
    house.create("mail.gateway.identity", name="Office Ltd", email=SALES)
    dialog = written(desk, house, "Press")
    expect(dialog).to_contain_text("in the name of ceo@demo.example")
    raw = sent(desk, house, dialog)
    assert f'via Office Ltd" <{SALES}>' in raw or f"via Office Ltd <{SALES}>" in raw


def test_a_preview_says_why(desk, house):
    desk.go(IDENTITIES)
    desk.find(".o_data_row", has_text="ceo@").locator("[name=name]").click()
    desk.idle()
    desk.button("Preview")
    dialog = desk.dialog()
    kind = dialog.locator("[name=model_id] input")
    kind.fill("Lead")
    desk.find(".o-autocomplete--dropdown-item", has_text="Lead").first.click()
    desk.idle()
    document = dialog.locator("[name=res_id] input")
    document.fill("Deal of Press")
    desk.find(".o-autocomplete--dropdown-item", has_text="Deal of Press").first.click()
    desk.idle()
    expect(dialog).to_contain_text("in the name of ceo@demo.example")
    expect(dialog).to_contain_text("The server refuses ceo@demo.example")
    desk.picture("identity-preview")


def test_a_department_shows_its_sender(desk):
    desk.go(DEPARTMENTS)
    desk.find(".o_data_row", has_text="Orders").locator("[name=name]").click()
    desk.idle()
    expect(desk.find(".o_notebook")).to_contain_text("orders@demo.example")
