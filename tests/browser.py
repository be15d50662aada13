# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real browser before a real Odoo server (see office.py).

Waiting is done on what a person sees; nothing here sleeps for a guessed time.
"""

import contextlib
import io
import os
import shutil
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright

#: Where pictures go; without it none is taken.
PICTURES = "MGP_PICTURES"
COLOURS = 128

# Each keeps the browser from calling somewhere, or is needed where no desktop is.
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What differs from day to day: the database's name, the counters of other people's
# mail, the bar of a message that is about to go.
STILL = """
.oe_topbar_name, .o-mail-MessagingMenu-counter, .o_notification_progress {
    display: none !important;
}
"""

#: As long as a person waits for a screen before calling it broken.
PATIENCE_MS = 25_000

#: Requests that Odoo keeps open on purpose.
OPEN_ENDED = ("/websocket", "/longpolling", "/bus/")

expect.set_options(timeout=PATIENCE_MS)


@contextlib.contextmanager
def chromium():
    """Debian's browser; the one in the private view of the machine, or its own."""
    program = shutil.which("chromium")
    if not program:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


class Desk:
    """One person's browser window; faults of the page are collected."""

    def __init__(self, browser, office, login, password):
        self.office = office
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="UTC"
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.faults, self._open = [], set()
        self._listen()
        self._sign_in(login, password)

    def _listen(self):
        on = self.page.on
        on("console", self._note_console)
        on("pageerror", self._note_error)
        on("dialog", self._note_dialog)
        on("request", self._note_request)
        on("requestfinished", self._note_end)
        on("requestfailed", self._note_end)

    def _note_console(self, message):
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _note_error(self, error):
        self.faults.append(f"page: {error}")

    def _note_dialog(self, dialog):
        if dialog.type == "beforeunload":
            # A test that failed may leave a form half filled.
            return dialog.accept()
        self.faults.append(f"dialog: {dialog.message}")
        return dialog.dismiss()

    def _note_request(self, request):
        if not any(path in request.url for path in OPEN_ENDED):
            self._open.add(request)

    def _note_end(self, request):
        self._open.discard(request)

    def _sign_in(self, login, password):
        self.page.goto(f"{self.office.url}/web/login")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.click("button[type=submit]")
        # The first person to come waits for the scripts to be put together.
        navbar = self.page.locator(".o_main_navbar")
        expect(navbar).to_be_visible(timeout=5 * PATIENCE_MS)
        self.idle()

    def idle(self):
        """Wait until the client asks nothing more of the server."""
        quiet, end = 0, time.monotonic() + PATIENCE_MS / 1000
        while quiet < 3:
            assert time.monotonic() < end, f"still open: {self._open}"
            self.page.wait_for_timeout(30)
            quiet = 0 if self._open else quiet + 1

    def find(self, selector, **options):
        return self.page.locator(selector, **options)

    # --- ways

    def technical(self, menu):
        """By hand: Settings in developer mode, the menu Technical, one entry."""
        self.page.goto(f"{self.office.url}/odoo/settings?debug=1")
        self.page.click("button[data-menu-xmlid='base.menu_custom']")
        self.page.click(f".o-dropdown--menu a[data-menu-xmlid='{menu}']")
        expect(self.find(".o_list_view")).to_be_visible()
        self.idle()

    def app(self, menu):
        """By hand: the menu of applications, one entry."""
        self.page.click(".o_navbar_apps_menu button")
        self.page.click(f".o-dropdown--menu a[data-menu-xmlid='{menu}']")
        self.idle()

    def go(self, action, record=None):
        """To an action, or to a record in it, by the address line."""
        path = f"/odoo/action-{action}" + (f"/{record}" if record else "")
        self.page.goto(f"{self.office.url}{path}?debug=1")
        expect(self.find(".o_form_view" if record else ".o_list_view")).to_be_visible()
        self.idle()

    def button(self, name):
        """Press a button of the form and wait for what it brings."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.idle()

    def tab(self, name):
        self.page.get_by_role("tab", name=name).click()
        return self.find(".o_notebook_content .tab-pane.active")

    def field(self, name):
        return self.find(f".o_form_view .o_field_widget[name='{name}']")

    def fill(self, **values):
        for name, value in values.items():
            entry = self.field(name).locator("input")
            entry.fill(str(value))
            entry.press("Tab")
        self.idle()

    def choose(self, name, label):
        """Pick from a selection field."""
        self.field(name).locator("input").click()
        self.find(".o_select_menu_item").get_by_text(label, exact=True).click()
        self.idle()

    def link(self, name, text):
        """Choose a record by a part of its name."""
        entry = self.field(name).locator("input")
        # Without a click before, the list opens once, with what was asked for.
        entry.fill(text)
        self.find(".o-autocomplete--dropdown-item", has_text=text).first.click()
        expect(self.find(".o-autocomplete--dropdown-menu")).to_have_count(0)
        self.idle()

    def read(self, name):
        """The value of a field that can be edited, as it stands there."""
        return self.field(name).locator("input").input_value()

    def filter(self, *names):
        """Switch filters and groups of the list on, or off again."""
        self.find(".o_searchview_dropdown_toggler").click()
        for name in names:
            entry = self.page.get_by_role("menuitemcheckbox", name=name, exact=True)
            entry.click()
        self.find(".o_searchview_dropdown_toggler").click()
        self.idle()

    def rows(self):
        """A dictionary of each row of the list, field name -> text."""
        expect(self.find(".o_data_row").first).to_be_visible()
        return self.page.evaluate(
            """() => [...document.querySelectorAll(".o_data_row")].map((row) =>
                Object.fromEntries([...row.querySelectorAll("td[name]")].map((cell) =>
                    [cell.getAttribute("name"), cell.innerText.trim()])))"""
        )

    def again(self, text=""):
        """Have the list read again, and only what has this text."""
        entry = self.find(".o_searchview_input")
        entry.fill(text)
        proposals = self.find(".o_searchview_autocomplete")
        if text:
            # They open a moment later, and would then cover the list.
            expect(proposals).to_be_visible()
        entry.press("Enter")
        expect(proposals).to_have_count(0)
        self.idle()

    def fits(self, selector):
        """Whether nothing sticks out at the side."""
        return self.find(selector).evaluate("e => e.scrollWidth <= e.clientWidth")

    def dialog(self):
        return self.find(".modal").last

    def close_dialog(self):
        self.dialog().get_by_role("button", name="Close").last.click()
        expect(self.find(".modal")).to_have_count(0)
        self.idle()

    def refusal(self):
        """What the dialog with a fault says; closes it."""
        dialog = self.find(".o_error_dialog")
        expect(dialog).to_be_visible()
        text = dialog.inner_text()
        dialog.get_by_role("button", name="Close").last.click()
        expect(dialog).to_be_hidden()
        return text

    # --- keeping

    def picture(self, name):
        """Into the guide, when it is asked for: few colours make it small."""
        folder = os.environ.get(PICTURES)
        if not folder:
            return
        self.idle()
        self.page.mouse.move(0, 799)
        shot = self.page.screenshot(animations="disabled", caret="hide", style=STILL)
        image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS)
        Path(folder).mkdir(parents=True, exist_ok=True)
        image.save(Path(folder, f"{name}.png"), optimize=True)

    def settled(self):
        """No fault of the page since the last look."""
        faults, self.faults = self.faults, []
        assert not faults, faults
