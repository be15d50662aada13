# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue's connection: many messages over one, with PIPELINING and without; what
became of each recipient, whatever the server does."""

import contextlib
import time

import pytest

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.delivery.schedule import effect
from odoo.addons.mail_gateway_plus.core.smtp.relay import Relay
from odoo.addons.mail_gateway_plus.net.deadline import Limits
from odoo.addons.mail_gateway_plus.net.smtp_sending import Connection, Unreached

from . import scripted

ANN, BOB, CY, DEE = (f"{name}@x.example" for name in ("ann", "bob", "cy", "dee"))
MESSAGE = b"Subject: hi\r\n\r\nHello\r\n.dot\r\n"
LOGIN, OUTSIDE = "sales@demo.example", "probe@elsewhere.example"
SECRET = "s3cret words of ann"
QUICK = Limits(connect_s=1.0, command_s=1.0, total_s=5.0)
PIPED, PLAIN = "PIPELINING SIZE=1000 AUTH=PLAIN", "SIZE=1000 AUTH=PLAIN"
BOTH = pytest.mark.parametrize("capabilities", [PIPED, PLAIN])


@contextlib.contextmanager
def connected(answers=None, capabilities=PIPED):
    script = scripted.smtp(capabilities=capabilities, answers=answers)
    with scripted.server(script) as server:
        relay = Relay("localhost", server.port, "none", Credentials("ann", SECRET))
        with Connection(relay, QUICK) as connection:
            yield connection, server


def told(outcome):
    """recipient -> "accepted", or (stage, code)"""
    found = dict.fromkeys(outcome.accepted, "accepted")
    for one, refusal in outcome.refused.items():
        assert one not in found
        found[one] = (refusal.stage, refusal.meaning.code)
    return found


def verbs(server):
    said = [(line.split() or [b""])[0].decode() for line in server.lines]
    return said[said.index("MAIL") :]


@BOTH
def test_many_messages_over_one_connection(capabilities):
    with connected({".": "250 2.0.0 queued as 4711"}, capabilities) as (line, server):
        for _number in range(3):
            outcome = line.send(ANN, [BOB, CY], MESSAGE)
            assert told(outcome) == {BOB: "accepted", CY: "accepted"}
            assert "4711" in outcome.said and line.is_open
    assert verbs(server)[:4] == ["MAIL", "RCPT", "RCPT", "DATA"]
    assert server.lines.count(b"..dot") == 3
    assert server.lines.count(b"MAIL FROM:<ann@x.example> SIZE=28") == 3
    assert server.lines[-1] == b"QUIT"


@BOTH
def test_some_recipients_are_refused(capabilities):
    answers = {f"RCPT TO:<{CY}>": "550 5.1.1 User unknown"}
    with connected(answers, capabilities) as (line, _server):
        outcome = line.send(ANN, [BOB, CY, "no address", DEE], MESSAGE)
        assert told(outcome) == {
            BOB: "accepted",
            DEE: "accepted",
            CY: ("rcpt", "smtp_recipient_unknown"),
            "no address": ("rcpt", "smtp_recipient_syntax"),
        }
        finding = outcome.refused[CY].finding
        assert finding.params["recipient"] == CY
        assert "User unknown" in finding.params["reply"]


@BOTH
def test_nobody_is_taken_and_the_next_message_goes(capabilities):
    """RFC 2920, 3.1: a server may ask for the content though there is nobody; it gets
    a dot alone. One that does not is reset before the next."""
    answers = {f"RCPT TO:<{CY}>": "550 5.1.1 User unknown"}
    with connected(answers, capabilities) as (line, server):
        outcome = line.send(ANN, [CY], MESSAGE)
        assert told(outcome) == {CY: ("rcpt", "smtp_recipient_unknown")}
        assert told(line.send(ANN, [BOB], MESSAGE)) == {BOB: "accepted"}
    assert server.lines.count(b"Subject: hi") == 1
    assert ("RSET" in verbs(server)) == (capabilities == PLAIN)


@BOTH
def test_refused_sender_is_no_fault_of_recipients(capabilities):
    answers = {
        "MAIL": ["553 5.7.1 Sender address rejected: not owned by user ann", "250 ok"],
        "RCPT": ["503 5.5.1 need MAIL", "503 5.5.1 need MAIL", "250 ok"],
        "DATA": ["503 5.5.1 need RCPT", "354 go on"],
    }
    if capabilities == PLAIN:
        answers |= {"RCPT": "250 ok", "DATA": "354 go on"}
    with connected(answers, capabilities) as (line, server):
        outcome = line.send(ANN, [BOB, CY], MESSAGE)
        refused = ("mail", "smtp_sender_not_owned")
        assert told(outcome) == {BOB: refused, CY: refused}
        assert line.is_open
        assert told(line.send(ANN, [DEE], MESSAGE)) == {DEE: "accepted"}
    assert verbs(server).count("RSET") == 1


@BOTH
@pytest.mark.parametrize(
    "answers, code, is_open",
    [
        ({"DATA": "451 4.3.0 later"}, "smtp_server_fault", True),
        ({"DATA": "421 4.3.2 closing"}, None, False),
        ({".": "554 5.7.1 message rejected as spam"}, "smtp_content_spam", True),
        ({".": "452 4.3.1 full"}, None, True),
    ],
)
def test_content_is_refused(answers, code, is_open, capabilities):
    with connected(answers, capabilities) as (line, _server):
        outcome = line.send(ANN, [BOB, CY], MESSAGE)
        assert not outcome.accepted and set(outcome.refused) == {BOB, CY}
        for refusal in outcome.refused.values():
            assert refusal.stage == "data"
            assert code in (None, refusal.meaning.code)
        assert line.is_open == is_open


@BOTH
def test_server_takes_leave_in_the_middle(capabilities):
    """Who was taken before that has not got it."""
    answers = {f"RCPT TO:<{CY}>": "421 4.3.2 shutting down"}
    with connected(answers, capabilities) as (line, _server):
        outcome = line.send(ANN, [BOB, CY, DEE], MESSAGE)
        if capabilities == PLAIN:
            assert not outcome.accepted and len(outcome.refused) == 3
        assert outcome.is_lost or capabilities == PIPED
        assert set(told(outcome)) == {BOB, CY, DEE}


def hangs_up_at(verb, capabilities, *, after=False):
    """A server whose line breaks at a command, or with ``after`` at the content's end,
    of which nobody knows what came of it."""
    hello = "".join(
        f"250-{word.replace('=', ' ')}\r\n" for word in capabilities.split()
    )

    def script(server, sock):
        sock.sendall(b"220 ready\r\n")
        while True:
            word = server.read(sock).split()[0].decode().upper()
            if word == verb and not after:
                return
            if word == "EHLO":
                sock.sendall(f"250-mx.test\r\n{hello}250 HELP\r\n".encode())
            elif word == "AUTH":
                sock.sendall(b"235 welcome\r\n")
            elif word == "DATA":
                sock.sendall(b"354 go on\r\n")
                while server.read(sock) != b".":
                    pass
                return
            else:
                sock.sendall(b"250 ok\r\n")

    return script


@BOTH
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
def test_line_breaks(verb, capabilities):
    script = hangs_up_at(verb, capabilities, after=verb == ".")
    with scripted.server(script) as server:
        relay = Relay("localhost", server.port, "none", Credentials("ann", SECRET))
        with Connection(relay, QUICK) as line:
            outcome = line.send(ANN, [BOB, CY], MESSAGE)
            assert not line.is_open and outcome.is_lost and not outcome.accepted
            with pytest.raises(ValueError):
                line.send(ANN, [BOB], MESSAGE)
    wanted = "uncertain" if verb == "." else "retry"
    assert set(outcome.refused) == {BOB, CY}
    for refusal in outcome.refused.values():
        assert effect(refusal.meaning, refusal.stage).mail == wanted


def test_server_that_says_nothing_is_waited_for_no_longer_than_agreed():
    with connected({".": ""}) as (line, _server):
        pass
    script = scripted.smtp(answers={"MAIL": ""})
    with scripted.server(script) as server:
        relay = Relay("localhost", server.port, "none", Credentials("ann", SECRET))
        begin = time.monotonic()
        with Connection(relay, Limits(1.0, 0.3, 5.0)) as line:
            outcome = line.send(ANN, [BOB], MESSAGE)
            assert not outcome.accepted and set(outcome.refused) == {BOB}
        assert time.monotonic() - begin < 3


@pytest.mark.parametrize(
    "answers, stage, mail, others",
    [
        ({"": "421 too busy"}, "greeting", "retry", "hold"),
        ({"AUTH": "535 5.7.8 you said s3cret words of ann"}, "auth", "wait",
         "stop_server"),
    ],
)  # fmt: skip
def test_unreached(answers, stage, mail, others):
    with pytest.raises(Unreached) as raised, connected(answers):
        pass
    refusal = raised.value.refusal
    assert refusal.stage == stage
    found = effect(refusal.meaning, refusal.stage)
    assert (found.mail, found.others) == (mail, others)
    assert SECRET not in str(refusal.finding)


def test_nobody_is_there():
    relay = Relay("localhost", 1, "none", Credentials("ann", SECRET))
    with pytest.raises(Unreached) as raised:
        Connection(relay, QUICK)
    assert raised.value.refusal.stage == "connect"


def test_too_large_and_not_ascii_is_found_out_before():
    with connected() as (line, server):
        large = line.send(ANN, [BOB], b"x" * 1001)
        assert told(large) == {BOB: ("mail", "smtp_message_too_large")}
        foreign = line.send("zoë@x.example", [BOB], MESSAGE)
        assert told(foreign) == {BOB: ("mail", "smtp_address_not_ascii")}
        assert line.is_open and told(line.send("", [BOB], MESSAGE))
    assert b"MAIL FROM:<> SIZE=28" in server.lines


def by_the_chunk(server, sock):
    """Notes what comes at a time, and answers all of it."""
    replies = {b"EHLO": b"250-mx.test\r\n250 PIPELINING\r\n", b"DATA": b"354 go\r\n"}
    sock.sendall(b"220 ready\r\n")
    while chunk := sock.recv(65536):
        server.lines.append(chunk)
        lines = [b"."] if chunk.endswith(b"\r\n.\r\n") else chunk.splitlines()
        sock.sendall(b"".join(replies.get(one[:4], b"250 ok\r\n") for one in lines))


def test_pipelining_takes_two_round_trips_a_message():
    with scripted.server(by_the_chunk) as server:
        with Connection(Relay("localhost", server.port, "none"), QUICK) as line:
            for _number in range(5):
                assert len(line.send(ANN, [BOB, CY, DEE], MESSAGE).accepted) == 3
        assert len(server.lines) - len(["EHLO", "QUIT"]) == 2 * 5


# --- Postfix


def real(stack, **values):
    credentials = values.get("credentials", Credentials(LOGIN, stack.password))
    port = stack.ports["smtp"]
    return Relay(stack.host, port, "starttls_strict", credentials)


def test_real_server_takes_many_and_refuses_some(stack):
    with Connection(real(stack)) as line:
        assert "PIPELINING" in line.transcript
        for _number in range(20):
            outcome = line.send(LOGIN, [LOGIN, OUTSIDE], MESSAGE)
            assert told(outcome) == {LOGIN: "accepted", OUTSIDE: "accepted"}
            assert "queued as" in outcome.said
        foreign = line.send("ceo@demo.example", [LOGIN, OUTSIDE], MESSAGE)
        refused = ("rcpt", "smtp_sender_not_owned")
        assert told(foreign) == {LOGIN: refused, OUTSIDE: refused}
        assert told(line.send(LOGIN, [LOGIN], MESSAGE)) == {LOGIN: "accepted"}
        assert line.transcript.count("connected to") == 1
    assert stack.password not in line.transcript


def test_real_server_refuses_the_login(stack):
    with pytest.raises(Unreached) as raised:
        Connection(real(stack, credentials=Credentials(LOGIN, "wrong")))
    refusal = raised.value.refusal
    assert (refusal.stage, refusal.meaning.code) == ("auth", "smtp_login_refused")
