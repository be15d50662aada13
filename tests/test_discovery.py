# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An address tells its outgoing server, by the records of its domain."""

import contextlib
import dataclasses
import socket
import threading
import time

import pytest

from odoo.exceptions import AccessError
from odoo.tests import Form

from odoo.addons.mail_gateway_plus.core.dns.answer import (
    FOUND,
    NO_DATA,
    NO_NAME,
    UNCHECKED,
    Answer,
    Question,
)
from odoo.addons.mail_gateway_plus.net.deadline import Limits
from odoo.addons.mail_gateway_plus.net.resolver import LOOKUP, Resolver

from sandbox import ports
from sandbox.nameserver import NameServer

from .live import engine
from .test_resolver import PATIENT, at

ZONES = {
    "workspace.test": "@ MX 10 alt1.aspmx.l.google.com.\n@ MX 1 aspmx.l.google.com.",
    "tenant.test": "@ MX 0 tenant-test.mail.protection.outlook.com.",
    "published.test": "@ MX 10 mx\n_submissions._tcp SRV 0 1 465 out.published.test.\n"
    "_submission._tcp SRV 0 1 587 other.published.test.",
    "usual.test": "smtp AAAA 2001:db8::1",
    "mailboxes.test": "_imaps._tcp SRV 0 1 993 in.mailboxes.test.\n"
    "_imap._tcp SRV 0 1 143 other.mailboxes.test.\n"
    "_pop3._tcp SRV 0 1 110 pop.mailboxes.test.\n_pop3s._tcp SRV 0 0 0 .",
    "boxes.test": "imap A 192.0.2.1\npop3 AAAA 2001:db8::1",
    "silent.test": "@ A 192.0.2.1",
    "xn--fa-hia.test": "@ MX 10 mx",
    "large.test": "\n".join(f"@ MX {n} mx{n}-{'x' * 40}" for n in range(40))
    + "\n@ TXT " + " ".join(['"' + "k" * 200 + '"'] * 4),
}  # fmt: skip
KEY = "mail_gateway_plus.name_servers"
#: What a busy machine may add.
SLACK_S = 1.0
QUICK = Limits(connect_s=0.3, command_s=1.0, total_s=1.5)


@pytest.fixture(scope="module")
def names():
    with NameServer(ports.any_free(), ZONES) as server:
        yield server


@pytest.fixture
def silence():
    """A name server that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{deaf.getsockname()[1]}"


@pytest.fixture(scope="module")
def live(stack, names):
    with engine(stack) as made:
        with made.env() as env:
            env["ir.config_parameter"].set_param(KEY, at(names))
        yield made


def ask(servers, name, kind="MX", limits=PATIENT):
    """(answer, seconds)"""
    begin = time.monotonic()
    (answer,) = Resolver(servers, limits).ask([Question(name, kind)])
    return answer, time.monotonic() - begin


# --- the resolver


@pytest.mark.parametrize(
    "name, kind, expected",
    [
        ("workspace.test", "MX", FOUND),
        ("silent.test", "MX", NO_DATA),
        ("no.silent.test", "MX", NO_NAME),
        ("silent.test", "A", FOUND),
        ("smtp.usual.test", "A", NO_DATA),
        ("smtp.usual.test.", "AAAA", FOUND),
    ],
)
def test_there_or_not(names, name, kind, expected):
    assert ask([at(names)], name, kind)[0].status == expected


def test_demo_domain_of_the_sandbox(stack):
    server = f"127.0.0.1:{stack.ports['dns']}"
    assert ask([server], "demo.example")[0].status == FOUND


def test_what_does_not_fit_into_a_packet(names):
    names.asked.clear()
    answer, _seconds = ask([at(names)], "large.test")
    assert len(answer.records) == 40
    assert names.asked == [("large.test", "MX")] * 2, "over UDP, then over TCP"
    key, _seconds = ask([at(names)], "large.test", "TXT")
    assert key.records == ((b"k" * 800,),), "several strings, one key"


@pytest.mark.parametrize(
    "fault, why",
    [("timeout", "timeout"), ("servfail", "failed"), ("refused", "refused")],
)
def test_name_server_that_fails_is_nobody_s_answer(names, fault, why):
    names.faults["bad.test"] = fault
    answer, seconds = ask([at(names)], "bad.test", limits=QUICK)
    assert answer == Answer(UNCHECKED, why=why)
    assert seconds < QUICK.command_s + SLACK_S


def test_round_takes_as_long_as_its_slowest_question(silence):
    questions = [Question(f"x{n}.silent.test", "A") for n in range(20)]
    begin = time.monotonic()
    answers = Resolver([silence], QUICK).ask(questions * 4)
    assert {answer.why for answer in answers} == {"timeout"}
    assert time.monotonic() - begin < QUICK.command_s + SLACK_S


def test_rounds_end_together(silence):
    resolver = Resolver([silence], QUICK)
    begin = time.monotonic()
    for _ in range(4):
        (answer,) = resolver.ask([Question("silent.test", "A")])
        assert answer.why == "timeout"
    assert time.monotonic() - begin < QUICK.total_s + SLACK_S


def test_answers_keep_the_order_of_the_questions(names):
    questions = [Question(name, "MX") for name in [*ZONES, "no.silent.test"]]
    answers = Resolver([at(names)], PATIENT).ask(questions)
    alone = [ask([at(names)], *question)[0] for question in questions]
    assert [*answers] == alone


def test_second_name_server_helps_where_the_first_does_not(names, silence):
    limits = dataclasses.replace(PATIENT, connect_s=0.3)
    answer, _seconds = ask([silence, at(names)], "workspace.test", limits=limits)
    assert answer.status == FOUND


def test_packets_that_are_no_answer():
    """Noise, and an answer to another question, are neither believed nor raised."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as odd:
        odd.bind(("127.0.0.1", 0))
        odd.settimeout(5)
        with contextlib.ExitStack() as stack:

            def babble():
                with contextlib.suppress(OSError):
                    while True:
                        wire, client = odd.recvfrom(512)
                        for noise in (b"", b"x", wire[:11], bytes(12), wire):
                            odd.sendto(noise, client)

            thread = threading.Thread(target=babble, daemon=True)
            thread.start()
            stack.callback(odd.close)
            place = f"127.0.0.1:{odd.getsockname()[1]}"
            answer, seconds = ask([place], "workspace.test", limits=QUICK)
    assert answer.status == UNCHECKED
    assert seconds < QUICK.command_s + SLACK_S


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a..b", "a" * 64 + ".test", "\\300.test", "a." * 130]
)
def test_name_that_cannot_be_one(names, name):
    names.asked.clear()
    assert ask([at(names)], name)[0] == Answer(UNCHECKED, why="bad_name")
    assert not names.asked


def test_name_in_other_letters(names):
    assert ask([at(names)], "faß.test")[0].records == ((10, "mx.xn--fa-hia.test."),)


@pytest.mark.parametrize("place", ["ns.test", "127.0.0.1:dns", "::1:x", ":"])
def test_name_server_that_is_no_address(place):
    assert ask([place], "workspace.test")[0] == Answer(UNCHECKED, why="no_server")


def test_no_questions_no_answers(names):
    assert Resolver([at(names)]).ask([]) == ()


# --- the button


def test_button_waits_no_longer_than_the_manual_says():
    assert LOOKUP.total_s == 5


def looked_up(env, *args):
    """(form after the button, what it answered)"""
    found = env["ir.mail_server"].look_up_settings(*args)
    form = Form(env["ir.mail_server"])
    for name, value in found["values"].items():
        if name == "provider_id":
            value = env["mail.gateway.provider"].browse(value and value["id"])
        setattr(form, name, value)
    return form, found


@pytest.mark.parametrize(
    "domain, provider, place, kind, title",
    [
        ("workspace.test", "google", ("smtp.gmail.com", 465, "ssl_strict"), "success",
         "The mail of workspace.test goes to Google"),
        ("tenant.test", "microsoft", ("smtp.office365.com", 587, "starttls_strict"),
         "success", "The mail of tenant.test goes to Microsoft 365 and Outlook.com"),
        ("gmail.com", "google", ("smtp.gmail.com", 465, "ssl_strict"), "success",
         "The addresses of gmail.com come from Google"),
        ("published.test", False, ("out.published.test", 465, "ssl_strict"), "success",
         "published.test names its outgoing server: out.published.test, port 465"),
        ("usual.test", False, ("smtp.usual.test", 587, "starttls_strict"), "info",
         "There is a server called smtp.usual.test"),
        ("silent.test", False, (False, 25, "none"), "warning",
         "Nothing was found for silent.test"),
        ("no.silent.test", False, (False, 25, "none"), "warning",
         "There is no domain no.silent.test"),
        ("unknown.test", False, (False, 25, "none"), "warning",
         "The name servers do not answer for unknown.test"),
    ],
)  # fmt: skip
def test_button_fills_the_form(live, domain, provider, place, kind, title):
    with live.env() as env:
        form, found = looked_up(env, f"Ann <ann@{domain}>")
        assert (found["type"], found["title"]) == (kind, title)
        assert form.provider_id.code == provider
        assert (form.smtp_host, form.smtp_port, form.smtp_encryption) == place


@pytest.mark.parametrize(
    "domain, kind, place, shown, title",
    [
        ("workspace.test", "imap", ("imap.gmail.com", 993, "ssl_strict"), "success",
         "The mail of workspace.test goes to Google"),
        ("tenant.test", "pop", ("outlook.office365.com", 995, "ssl_strict"), "success",
         "The mail of tenant.test goes to Microsoft 365 and Outlook.com"),
        ("hotmail.com", "imap", ("outlook.office365.com", 993, "ssl_strict"), "success",
         "The addresses of hotmail.com come from Outlook.com, Hotmail"),
        ("mailboxes.test", "imap", ("in.mailboxes.test", 993, "ssl_strict"), "success",
         "mailboxes.test names the server of its mailboxes: in.mailboxes.test,"
         " port 993"),
        ("mailboxes.test", "pop", ("pop.mailboxes.test", 110, "starttls_strict"),
         "success",
         "mailboxes.test names the server of its mailboxes: pop.mailboxes.test,"
         " port 110"),
        ("boxes.test", "imap", ("imap.boxes.test", 993, "ssl_strict"), "info",
         "There is a server called imap.boxes.test"),
        ("boxes.test", "pop", ("pop3.boxes.test", 995, "ssl_strict"), "info",
         "There is a server called pop3.boxes.test"),
        ("silent.test", "imap", None, "warning", "Nothing was found for silent.test"),
    ],
)  # fmt: skip
def test_button_fills_the_mailbox(live, domain, kind, place, shown, title):
    with live.env() as env:
        mailboxes = env["fetchmail.server"]
        found = mailboxes.look_up_settings(f"ann@{domain}", kind)
        assert (found["type"], found["title"]) == (shown, title)
        form = Form(mailboxes)
        form.server_type, form.user = kind, f"ann@{domain}"
        before = (form.server, form.port, form.connection_security)
        for name, value in found["values"].items():
            setattr(form, name, value)
        made = (form.server, form.port, form.connection_security)
        assert made == (place or before)
        assert form.is_ssl == form.connection_security.startswith("ssl")


def test_mailbox_hears_what_its_provider_wants(live):
    with live.env() as env:
        look_up = env["fetchmail.server"].look_up_settings
        assert "app password" in look_up("ann@workspace.test")["message"]
        assert "Outlook OAuth" in look_up("ann@hotmail.com")["message"]
        assert "app password" not in look_up("ann@mailboxes.test")["message"]


def test_mailbox_tells_it_as_well(live):
    with live.env() as env:
        box = {"name": "Box", "server": "imap.h.test", "user": "ann@published.test"}
        mailbox = env["fetchmail.server"].create(box)
        form, _found = looked_up(env, "", mailbox.id)
        assert form.smtp_host == "out.published.test"
        mailbox.unlink()


def test_what_is_typed_asks_nobody(live, names):
    names.asked.clear()
    with live.env() as env:
        form = Form(env["ir.mail_server"])
        form.smtp_user = "ann@published.test"
        assert not form.smtp_host
        assert env["ir.mail_server"].look_up_settings("apikey")["values"] == {}
        env["ir.mail_server"].look_up_settings("ann@gmail.com")
    assert not names.asked


def test_no_transaction_waits_for_the_name_servers(live, names):
    """Seen from another connection, while the answers are under way."""
    seen = []
    asked, looked = threading.Event(), threading.Event()
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND xact_start IS NULL"
    )

    def wait():
        asked.set()
        looked.wait(30)

    names.before = wait
    try:
        with live.env() as env, live.env() as other:
            env.cr.execute("SELECT pg_backend_pid()")
            pid = env.cr.fetchone()[0]

            def look():
                asked.wait(30)
                other.cr.execute(query, [pid])
                seen.append(other.cr.fetchone()[0])
                looked.set()

            watcher = threading.Thread(target=look)
            watcher.start()
            env["ir.mail_server"].look_up_settings("ann@silent.test")
            watcher.join()
    finally:
        names.before = None
    assert seen == [True]


def test_only_for_those_who_may_set_up_servers(live, names):
    names.asked.clear()
    with live.env() as env:
        demo = env["res.users"].create({"name": "Eve", "login": "eve-looks-up"})
        servers = env["ir.mail_server"].with_user(demo)
        mailboxes = env["fetchmail.server"].with_user(demo)
        for one in (servers, mailboxes):
            with pytest.raises(AccessError):
                one.look_up_settings("ann@published.test")
        env.cr.rollback()
    assert not names.asked
