# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Servers that would keep a client for ever: each ends within its limit, with what is
wrong and which setting would work.

The limits are the real ones. All cases run side by side, in Test & Confirm and in the
fetch, so that together they take little longer than the longest; the tests then look
at what came of each.
"""

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from odoo.addons.mail_gateway_plus.core.mailbox import account
from odoo.addons.mail_gateway_plus.net.deadline import FETCH, TEST

from . import scripted
from .live import engine

#: What a busy machine may add.
SLACK_S = 2.0
LOGIN = "freeze@demo.example"
CONNECT_S = FETCH.connect_s


@dataclass
class Case:
    """``server`` is a script, or the name of one of the real servers' ports, or what
    makes a port; ``fetch_s`` is what the fetch may take at the longest."""

    server: object
    security: str
    code: str
    words: str
    fetch_s: float = FETCH.command_s


@contextlib.contextmanager
def full_backlog():
    """A listener whose queue is full answers no more than a firewall that drops."""
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _number in range(4):
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        yield full.getsockname()[1]


@contextlib.contextmanager
def closed_port():
    yield 1


def stripped(protocol):
    """Somebody on the way has taken the offer to encrypt out."""
    if protocol == "imap":
        return scripted.imap(capabilities="IMAP4rev1 AUTH=PLAIN")
    return scripted.pop({"CAPA": "+OK\r\nUIDL\r\nUSER\r\n.\r\n"})


def mute_after_login(protocol):
    if protocol == "imap":
        return scripted.imap(answers={"SELECT": ""})
    return scripted.pop({"UIDL": ""})


def cases(protocol):
    plain, encrypted = {"imap": ("imap", "imaps"), "pop": ("pop3", "pop3s")}[protocol]
    silent, strict = scripted.silent, "ssl_strict"
    greeting, tls = "mailbox_greeting_timeout", "mailbox_tls_timeout"
    return {
        "black hole": Case(
            full_backlog, strict, "mailbox_connect_timeout", "No answer from", CONNECT_S
        ),
        "wrong port": Case(
            closed_port,
            strict,
            "mailbox_connection_refused",
            "Nothing listens",
            CONNECT_S,
        ),
        "takes the connection, says nothing": Case(silent, "none", greeting, "nothing"),
        "takes the connection, no handshake": Case(silent, strict, tls, "encrypted"),
        "half a handshake": Case(scripted.half_a_handshake, strict, tls, "encrypted"),
        "greeting at a byte a second": Case(
            scripted.trickles, "none", greeting, "says nothing"
        ),
        "a line without an end": Case(
            scripted.floods,
            "none",
            "mailbox_greeting_missing",
            "does not greet",
            CONNECT_S,
        ),
        "clear text to a TLS port": Case(encrypted, "none", greeting, "SSL/TLS"),
        "TLS to a clear-text port": Case(
            plain,
            strict,
            "mailbox_tls_not_spoken",
            "does not speak SSL/TLS",
            CONNECT_S,
        ),
        "STARTTLS taken out": Case(
            stripped(protocol),
            "starttls_strict",
            "mailbox_starttls_missing",
            "does not offer STARTTLS",
            CONNECT_S,
        ),
        "silence after the login": Case(
            mute_after_login(protocol),
            "none",
            "mailbox_command_timeout",
            "stopped answering",
        ),
    }


ALL = [(protocol, name) for protocol in ("imap", "pop") for name in cases(protocol)]


@dataclass
class Outcome:
    """What came of a case; ``port`` is where the server listened."""

    port: int
    heard: list
    fetched_s: float
    error_message: str
    tested_s: float
    shown: dict
    lines: list
    offers: list
    state: str


@contextlib.contextmanager
def listening(stack, case):
    """(port, what clients sent there)"""
    if isinstance(case.server, str):
        yield stack.ports[case.server], []
    elif case.server in (full_backlog, closed_port):
        with case.server() as port:
            yield port, []
    else:
        with scripted.server(case.server) as made:
            yield made.port, made.lines


def mailbox(live, protocol, security, port):
    """One that is not confirmed; many at once must not write the scheduled action."""
    with live.env() as env:
        servers = env["fetchmail.server"].with_context(fetchmail_cron_running=True)
        return servers.create(
            {
                "name": "Frozen",
                "server_type": protocol,
                "server": live.stack.host,
                "port": port,
                "user": LOGIN,
                "password": live.stack.password,
                "connection_security": security,
            }
        ).id


def endure(live, protocol, case):
    """Test the mailbox, then fetch from it."""
    with listening(live.stack, case) as (port, heard):
        server_id = mailbox(live, protocol, case.security, port)
        tested = try_out(live, server_id)
        begin = time.monotonic()
        with live.env() as env:
            env["fetchmail.server"].browse(server_id)._fetch_mail()
        fetched_s = time.monotonic() - begin
        with live.env() as env:
            message = env["fetchmail.server"].browse(server_id).error_message
        return Outcome(port, heard, fetched_s, message, **tested)


def try_out(live, server_id):
    begin = time.monotonic()
    with live.env() as env:
        servers = env["fetchmail.server"].with_context(fetchmail_cron_running=True)
        server = servers.browse(server_id)
        action = server.action_test_and_confirm()
        tested_s = time.monotonic() - begin
        shown = env[action["res_model"]].browse(action["res_id"])
        told = {
            "tested_s": tested_s,
            "shown": shown.read()[0],
            "lines": shown.line_ids.read(["stage", "status", "finding_code"]),
            "offers": [
                (offer.security, offer.port, offer.is_weaker)
                for offer in shown.proposal_ids
            ],
            "state": server.state,
        }
        server.state = "done"
    return told


@pytest.fixture(scope="module")
def outcomes(stack):
    """The usual ports are those of the private servers, which would work."""
    usual = {
        ("imap", True): "imaps",
        ("imap", False): "imap",
        ("pop", True): "pop3s",
        ("pop", False): "pop3",
    }
    with (
        engine(stack) as live,
        pytest.MonkeyPatch.context() as patched,
        ThreadPoolExecutor(len(ALL)) as pool,
    ):
        for way, port in usual.items():
            patched.setitem(account.PORTS, way, stack.ports[port])
        asked = {
            (protocol, name): pool.submit(endure, live, protocol, case)
            for protocol in ("imap", "pop")
            for name, case in cases(protocol).items()
        }
        yield {key: future.result() for key, future in asked.items()}


@pytest.mark.parametrize("protocol, name", ALL)
def test_test_ends_in_time_with_what_is_wrong(outcomes, protocol, name):
    case, outcome = cases(protocol)[name], outcomes[protocol, name]
    assert outcome.tested_s < TEST.total_s + SLACK_S
    failed = outcome.lines[-1]
    assert (failed["finding_code"], failed["status"]) == (case.code, "error")
    assert case.words in outcome.shown["title"] + outcome.shown["remedy"]
    assert outcome.shown["remedy"] and outcome.state == "draft"


@pytest.mark.parametrize("protocol, name", ALL)
def test_test_says_which_setting_would_work(outcomes, stack, protocol, name):
    outcome = outcomes[protocol, name]
    plain, encrypted = {"imap": ("imap", "imaps"), "pop": ("pop3", "pop3s")}[protocol]
    offers = [
        ("ssl_strict", stack.ports[encrypted], False),
        ("starttls_strict", stack.ports[plain], False),
    ]
    # What is on the chosen port comes first.
    offers.sort(key=lambda offer: offer[1] != outcome.port)
    assert outcome.offers == offers


@pytest.mark.parametrize("protocol, name", ALL)
def test_fetch_ends_in_time_with_what_is_wrong(outcomes, protocol, name):
    case, outcome = cases(protocol)[name], outcomes[protocol, name]
    assert outcome.fetched_s < case.fetch_s + SLACK_S
    assert case.words in outcome.error_message


@pytest.mark.parametrize("protocol, name", ALL)
def test_no_password_leaves_before_all_is_well(outcomes, stack, protocol, name):
    if name == "silence after the login":
        return
    for line in outcomes[protocol, name].heard:
        assert stack.password.encode() not in line
