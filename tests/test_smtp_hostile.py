# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What servers, and machines on the way, do against the rules of the protocol."""

import errno
import os
import socket
import struct
import threading
import time

import pytest
from cryptography.hazmat.primitives import serialization

from odoo.addons.mail_gateway_plus.net import smtp_doors, smtp_trial, sockets, tls
from odoo.addons.mail_gateway_plus.net.deadline import Deadline, Limits
from odoo.addons.mail_gateway_plus.net.refusal import Missing

from sandbox import authority

from . import scripted
from .test_smtp_net import (  # noqa: F401
    MAIL,
    QUICK,
    SLACK_S,
    certificates,
    failure,
    relay,
    tried,
)

#: An address of a kind that no machine knows.
NO_FAMILY = (99, ("nowhere", 1))
MESSAGE = b"Subject: test\r\n\r\nHello\r\n"


def found(answers, security="none", message=None, **values):
    """((stage, code), trial, what the server heard)"""
    with scripted.server(scripted.smtp(answers=answers)) as server:
        where = relay(server.port, security, **values)
        trial, seconds = tried(where, message=message)
    assert seconds < QUICK.total_s + SLACK_S
    return failure(trial), trial, server.lines


# --- the way there


def test_address_of_a_kind_that_this_machine_does_not_know():
    """Where IPv6 is switched off, a socket for it cannot be made at all."""
    with scripted.server(scripted.smtp()) as server:
        here = (socket.AF_INET, ("127.0.0.1", server.port))
        sock = sockets.connect([NO_FAMILY, here], Deadline(QUICK))
        assert sock.getpeername()[1] == server.port
        sock.close()


def test_fault_of_the_server_is_told_before_one_of_this_machine():
    """Most machines have no way to IPv6, and try it last."""
    closed = (socket.AF_INET, ("127.0.0.1", 1))
    no_route = (socket.AF_INET6, ("2001:db8::1", 25, 0, 0))
    for addresses in ([closed, NO_FAMILY], [closed, no_route]):
        with pytest.raises(ConnectionRefusedError):
            sockets.connect(addresses, Deadline(QUICK))
    with pytest.raises(OSError) as unreachable:
        sockets.connect([NO_FAMILY], Deadline(QUICK))
    assert unreachable.value.errno == errno.EAFNOSUPPORT


def test_first_of_several_addresses_is_dead(monkeypatch):
    with scripted.server(scripted.smtp()) as server, socket.socket() as full:
        full.bind(("127.0.0.2", server.port))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())

        def both(_host, port, deadline):
            return [(socket.AF_INET, (f"127.0.0.{n}", port)) for n in (2, 1)]

        monkeypatch.setattr(sockets, "resolve", both)
        trial, seconds = tried(relay(server.port))
        for sock in waiting:
            sock.close()
    assert trial.works and seconds < QUICK.connect_s + SLACK_S
    assert trial.steps[1].finding.params["address"] == "127.0.0.1"


def test_ipv6():
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listener:
        threading.Thread(target=greets, args=[listener], daemon=True).start()
        trial, _seconds = tried(relay(listener.getsockname()[1], host="::1"))
    assert trial.steps[1].finding.params["address"] == "::1"
    assert failure(trial) == ("ehlo", "smtp_connection_lost")


def greets(listener):
    with listener.accept()[0] as sock:
        sock.sendall(b"220 ready\r\n")
        sock.recv(100)


@pytest.mark.parametrize(
    "host", ["a..b", "x" * 64 + ".example", "a\0b", "a\r\nb", "ann@x", "\ud800", "."]
)
def test_what_is_no_host(host):
    trial, _seconds = tried(relay(587, host=host))
    assert failure(trial) == ("resolve", "smtp_host_unknown")


# --- replies


@pytest.mark.parametrize("stage", ["", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT",
                                   "DATA", "."])  # fmt: skip
def test_server_takes_leave_at_any_stage(stage, certificates):  # noqa: F811
    answers = {stage: "421 4.3.2 Shutting down"}
    hello = {"EHLO": "250-mx.test\r\n250-AUTH PLAIN\r\n250 STARTTLS"}
    security = "starttls" if stage == "STARTTLS" else "none"
    (at, code), trial, lines = found({**hello, **answers}, security, MESSAGE)
    names = {"": "greeting", "STARTTLS": "tls", "DATA": "data", ".": "data"}
    assert at == names.get(stage, stage.lower())
    assert code == "smtp_service_unavailable"
    assert not any(b"QUIT" in line for line in lines)
    assert not trial.works


@pytest.mark.parametrize("end", ["closes", "resets"])
def test_refusal_is_cut_off_between_its_lines(end):
    """What was said by then is why."""

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        self.read(sock)
        sock.sendall(b"554-5.7.1 Blocked using b.example\r\n554-5.7.1 Go to http")
        if end == "resets":
            time.sleep(0.1)
            now = struct.pack("ii", 1, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)

    with scripted.server(script) as server:
        trial, _seconds = tried(relay(server.port))
    assert failure(trial) == ("ehlo", "smtp_blocklisted")


def test_greeting_is_cut_off_between_its_lines():
    def script(_self, sock):
        sock.sendall(b"220-welcome\r\n")

    with scripted.server(script) as server:
        trial, _seconds = tried(relay(server.port))
    assert failure(trial) == ("greeting", "smtp_greeting_missing")


def test_code_that_changes_within_a_reply():
    """The last line counts, as for smtplib, which sends the mail."""
    changed = "250-2.1.5 ok\r\n550 5.1.1 No such user"
    assert found({"RCPT": changed})[0] == ("rcpt", "smtp_recipient_unknown")
    number = "550-5.1.1 No such user\r\n250 2.1.5 ok"
    with scripted.server(scripted.smtp(answers={"RCPT": number})) as server:
        assert tried(relay(server.port))[0].works


@pytest.mark.parametrize(
    "said", ["\0", "\0" * 400, "\x1b[2J", "\x80\xff", "\u202e", "x" * 8_000]
)
def test_what_is_no_text_does_no_harm(said):
    reply = f"550 5.1.1 User unknown {said}"
    (stage, code), trial, _lines = found({"RCPT": reply})
    assert (stage, code) == ("rcpt", "smtp_recipient_unknown")
    assert trial.transcript.isprintable() or "\n" in trial.transcript
    assert "\0" not in trial.transcript and trial.steps[-1].reply.isprintable()


@pytest.mark.parametrize("junk", ["no reply", "999 what", "25", "250ok", " 250 ok", ""])
def test_what_is_no_reply(junk):
    script = {"MAIL": junk or "\r\n"}
    assert found(script)[0] == ("mail", "smtp_answer_odd")


# --- encryption


def injected(context, lines):
    """Says more than was asked for, in clear text, before TLS begins."""

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        self.read(sock)
        sock.sendall(b"250-mx\r\n250 STARTTLS\r\n")
        self.read(sock)
        sock.sendall(b"220 go on\r\n")
        # The client has read that and greets in TLS.
        sock.recv(1, socket.MSG_PEEK)
        sock.sendall(lines)
        with context.wrap_socket(sock, server_side=True) as secure:
            scripted.smtp(answers={"": "250 late"})(self, secure)

    return script


def test_injected_behind_the_answer_to_starttls(certificates):  # noqa: F811
    """What comes after the reply is the handshake's, and no handshake."""
    script = injected(certificates.good, b"250-evil\r\n250 AUTH PLAIN\r\n235 ok\r\n")
    with scripted.server(script) as server:
        trial, _seconds = tried(relay(server.port, "starttls"))
    assert failure(trial) == ("tls", "smtp_tls_not_spoken")
    assert not any(b"AUTH" in line for line in server.lines)


def test_record_that_never_ends(certificates):  # noqa: F811
    """TLS comes about, then half a record of it."""

    def script(self, sock):
        raw = socket.socket(fileno=os.dup(sock.fileno()))
        with certificates.good.wrap_socket(sock, server_side=True), raw:
            raw.sendall(b"\x17\x03\x03\x40\x00")
            while True:
                raw.sendall(b"x")
                time.sleep(0.05)

    with scripted.server(script) as server:
        trial, seconds = tried(relay(server.port, "ssl_strict"))
    assert failure(trial)[0] == "greeting"
    assert seconds < QUICK.total_s + SLACK_S


def test_key_with_a_password_is_not_asked_for_it(certificates, tmp_path):  # noqa: F811
    """OpenSSL would ask the terminal, or whatever stands in for it."""
    made = authority.issue(tmp_path / "mine")
    key = serialization.load_pem_private_key(made.key.read_bytes(), None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.BestAvailableEncryption(b"secret"),
    )
    raised = []

    def identify():
        try:
            tls.identify(tls.context(False), made.server.read_bytes(), key)
        except Missing as problem:
            raised.append(problem)

    reading, writing = os.pipe()
    before = os.dup(0)
    os.dup2(reading, 0)
    try:
        asking = threading.Thread(target=identify, daemon=True)
        asking.start()
        asking.join(SLACK_S)
        assert raised and not asking.is_alive()
    finally:
        os.write(writing, b"no\n")
        os.dup2(before, 0)
        for end in (before, reading, writing):
            os.close(end)


# --- limits


def test_other_doors_end_with_the_test(certificates, monkeypatch):  # noqa: F811
    """However late it comes to them."""
    limits = Limits(connect_s=1.0, command_s=8.0, total_s=8.0)
    refuses = scripted.smtp(answers={"MAIL": "530 5.7.0 Must issue STARTTLS first"})

    def inside(self, sock):
        refuses(self, Late(sock))

    late = scripted.encrypted(certificates.good, inside)
    with scripted.server(late) as slow, scripted.server(scripted.silent) as mute:
        monkeypatch.setattr(smtp_trial, "PORTS", {mute.port: False})
        where = relay(slow.port, "ssl_strict")
        trial, seconds = tried(where, limits=limits, look_around=True)
    assert failure(trial) == ("mail", "smtp_tls_required")
    assert seconds < limits.total_s + 1.5 < smtp_doors.KNOCK.command_s + 4.0


class Late:
    """A socket that takes its time before a refusal."""

    def __init__(self, sock):
        self._sock, self.recv = sock, sock.recv

    def sendall(self, data):
        time.sleep(4.0 if data.startswith(b"5") else 0)
        self._sock.sendall(data)
