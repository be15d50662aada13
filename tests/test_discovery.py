# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An address tells its outgoing server, by the records of its domain."""

import sys
import time

import pytest

from odoo.tests import Form

from odoo.addons.mail_gateway_plus.net.deadline import Limits
from odoo.addons.mail_gateway_plus.net.resolver import BRIEF, Resolver

from sandbox import ports
from sandbox.nameserver import NameServer

from .live import engine

ZONES = {
    "workspace.test": "@ MX 10 alt1.aspmx.l.google.com.\n@ MX 1 aspmx.l.google.com.",
    "tenant.test": "@ MX 0 tenant-test.mail.protection.outlook.com.",
    "published.test": "@ MX 10 mx\n_submissions._tcp SRV 0 1 465 out.published.test.\n"
    "_submission._tcp SRV 0 1 587 other.published.test.",
    "usual.test": "smtp A 192.0.2.1",
    "silent.test": "@ A 192.0.2.1",
    "xn--fa-hia.test": "@ MX 10 mx",
}


@pytest.fixture(scope="module")
def names():
    with NameServer(ports.any_free(), ZONES) as server:
        yield server


@pytest.fixture(scope="module")
def live(stack, names):
    with engine(stack) as made:
        with made.env() as env:
            place = f"127.0.0.1:{names.port}"
            key = "mail_gateway_plus.name_servers"
            env["ir.config_parameter"].set_param(key, place)
        yield made


@pytest.mark.parametrize(
    "domain, provider, place",
    [
        ("workspace.test", "google", ("smtp.gmail.com", 465, "ssl_strict")),
        ("tenant.test", "microsoft", ("smtp.office365.com", 587, "starttls_strict")),
        ("published.test", False, ("out.published.test", 465, "ssl_strict")),
        ("usual.test", False, ("smtp.usual.test", 587, "starttls_strict")),
        ("silent.test", False, (False, 25, "none")),
        ("unknown.test", False, (False, 25, "none")),
    ],
)
def test_form_fills_itself_in(live, domain, provider, place):
    with live.env() as env:
        form = Form(env["ir.mail_server"])
        form.smtp_user = f"ann@{domain}"
        assert form.provider_id.code == provider
        assert (form.smtp_host, form.smtp_port, form.smtp_encryption) == place


def test_mailbox_tells_it_as_well(live):
    with live.env() as env:
        box = {"name": "Box", "server": "imap.h.test", "user": "ann@published.test"}
        mailbox = env["fetchmail.server"].create(box)
        form = Form(env["ir.mail_server"])
        form.smtp_authentication = "mailbox"
        form.mailbox_id = mailbox
        assert form.smtp_host == "out.published.test"
        env.cr.rollback()


def test_what_is_filled_in_asks_nobody(live, names):
    names.asked.clear()
    with live.env() as env:
        form = Form(env["ir.mail_server"])
        form.smtp_host = "mail.h.test"
        form.smtp_user = "ann@published.test"
        known = Form(env["ir.mail_server"])
        known.smtp_user = "ann@gmail.com"
    assert not names.asked


@pytest.mark.parametrize("fault", ["timeout", "servfail", "refused"])
def test_name_server_that_fails_is_nobody_s_answer(names, fault):
    names.faults["bad.test"] = fault
    quick = Limits(command_s=0.4, total_s=0.6)
    resolver = Resolver([f"127.0.0.1:{names.port}"], quick)
    begin = time.monotonic()
    for _ in range(5):
        assert resolver.ask("bad.test", "MX") == []
    assert time.monotonic() - begin < 1.5


def test_form_waits_no_longer_than_the_manual_says():
    assert BRIEF.total_s == 3


@pytest.mark.parametrize("name", ["", "..", "a" * 64 + ".test", "a b.test", "faß.test"])
def test_odd_names(names, name):
    found = Resolver([f"127.0.0.1:{names.port}"]).ask(name, "MX")
    assert found == ([(10, "mx.xn--fa-hia.test.")] if name == "faß.test" else [])


def test_without_dnspython_nothing_is_known(names, monkeypatch):
    monkeypatch.setitem(sys.modules, "dns.exception", None)
    resolver = Resolver([f"127.0.0.1:{names.port}"])
    assert resolver.ask("workspace.test", "MX") == []
