# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the other live tests take for granted about the servers they stand on."""

import imaplib
import os
import re
import signal
import smtplib
import ssl
import subprocess
import sys
import time
import uuid
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import psycopg2
import pytest

from sandbox import ports, skips, space
from sandbox.accounts import ACCOUNTS
from sandbox.authority import at
from sandbox.nameserver import NameServer
from sandbox.paths import ROOT
from sandbox.relay import Relay

from .arrival import arrived

PATIENCE_S = 180
LISTENING = "0A"
LOOPBACK = "0100007F"

with_namespace = pytest.mark.skipif(
    os.environ.get(space.MODE) == "plain",
    reason="no namespaces: processes of others are seen",
)


# --- nothing to be seen from outside


def _sockets_of_ours():
    """Inodes of the sockets that processes in the namespace hold."""
    found = set()
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = os.readlink(handle)
        except OSError:
            continue  # it was closed, or its process ended, meanwhile
        if target.startswith("socket:"):
            found.add(re.sub(r"\D", "", target))
    return found


@with_namespace
def test_every_server_listens_on_loopback_only(stack):
    ours = _sockets_of_ours()
    rows = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    fields = [row.split() for row in rows.splitlines() if ":" in row]
    places = [row[1] for row in fields if row[3] == LISTENING and row[9] in ours]
    listening = {int(place.split(":")[1], 16) for place in places}
    assert {stack.ports[name] for name in ("imap", "pop3s", "smtp")} <= listening
    assert {place.split(":")[0] for place in places} == {LOOPBACK}


# --- nothing left over


def _processes():
    return {name for name in os.listdir("/proc") if name.isdigit()}


def _start(*words, until):
    """A verb as from a shell of its own, up to the line that says it is ready."""
    env = {name: value for name, value in os.environ.items() if name[:4] != "MGP_"}
    if sandbox := os.environ.get("MGP_SANDBOX"):
        env["MGP_SANDBOX"] = sandbox
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = []
    for row in process.stdout:
        said.append(row)
        if until in row:
            return process
    pytest.fail("".join(said))


def _parent(pid):
    """ "" of one that is gone."""
    try:
        stat = Path("/proc", pid, "stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[1]


def _left(before):
    """The servers around the tests start and end processes of their own meanwhile, such
    as PostgreSQL its autovacuum; what a run leaves belongs to nobody, or to us."""
    around = before - {"1", str(os.getpid())}
    parents = {one: _parent(one) for one in _processes() - before}
    return {one for one in parents if parents[one] and parents[one] not in around}


def _wait_for_none_but(before):
    deadline = time.monotonic() + 20
    while (left := _left(before)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


@with_namespace
def test_ctrl_c_ends_a_run_within_seconds_and_leaves_no_process():
    before = _processes()
    process = _start("run", until="Ctrl-C stops everything")
    begin = time.monotonic()
    # What a terminal does: to all that run in the foreground.
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert time.monotonic() - begin < 15
    assert not _wait_for_none_but(before)


@with_namespace
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_run_leaves_no_process(number):
    before = _processes()
    process = _start("shell", "sh", "-c", "echo begun; sleep 600", until="begun")
    process.send_signal(number)
    process.communicate(timeout=PATIENCE_S)
    assert not _wait_for_none_but(before)


# --- the relay

DIALOGUES = [
    # login, sender, recipient
    (ACCOUNTS[0].login, ACCOUNTS[0].senders[0], "someone@demo.example"),
    (ACCOUNTS[0].login, "bounce+12@demo.example", "far@away.example"),
    (ACCOUNTS[0].login, "ceo@demo.example", "someone@demo.example"),
    (ACCOUNTS[0].login, ACCOUNTS[1].senders[0], "far@away.example"),
    ("", ACCOUNTS[0].senders[0], "someone@demo.example"),
    ("", "customer@away.example", "someone@demo.example"),
    ("", "customer@away.example", "far@away.example"),
]


def _reply(port, password, login, sender, recipient):
    """The relay's reply to RCPT, a queue id and the like left out."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
        if login:
            client.login(login, password)
        client.mail(sender)
        code, text = client.rcpt(recipient)
        return code, text.decode()


def test_relay_refuses_a_sender_that_the_login_does_not_own(stack):
    login, other = ACCOUNTS[0].login, "ceo@demo.example"
    reply = _reply(
        stack.ports["smtp"], stack.password, login, other, "someone@demo.example"
    )
    words = f"Sender address rejected: not owned by user {login}"
    assert reply == (553, f"5.7.1 <{other}>: {words}")


def test_stand_in_answers_as_postfix_does(stack):
    if not stack.relay.is_real:
        pytest.skip("no real Postfix")
    own = {name: ports.any_free() for name in ("smtp", "smtps")}
    relay = Relay(own, at(stack.run / "tls"), stack.deliver)
    relay.start()
    try:
        for dialogue in DIALOGUES:
            real = _reply(stack.ports["smtp"], stack.password, *dialogue)
            assert _reply(own["smtp"], stack.password, *dialogue) == real
    finally:
        relay.stop()


def test_mail_of_our_domain_reaches_a_mailbox(stack):
    login, recipient = ACCOUNTS[0].login, f"{uuid.uuid4().hex}@demo.example"
    context = ssl.create_default_context()
    port = stack.ports["smtps"]
    with smtplib.SMTP_SSL(stack.host, port, timeout=30, context=context) as client:
        client.login(login, stack.password)
        client.sendmail(login, [recipient], b"Subject: hello\r\n\r\nworld\r\n")
    (raw,) = arrived(stack, recipient)
    assert b"Subject: hello" in raw


def test_emptied_mailbox_never_gives_a_number_twice(stack, login):
    """Not within one second either, or a fetch would know the next message."""
    given = []
    for _turn in range(3):
        stack.empty(login)
        stack.deliver(login, b"Subject: hello\r\n\r\nworld\r\n")
        context = ssl.create_default_context()
        port = stack.ports["imaps"]
        with imaplib.IMAP4_SSL(stack.host, port, ssl_context=context) as client:
            client.login(login, stack.password)
            client.select("INBOX")
            [uid] = client.uid("search", None, "ALL")[1]
            given.append((client.response("UIDVALIDITY")[1][0], uid))
    assert len(set(given)) == 3


# --- databases


def test_copy_of_a_database_has_its_filestore_and_goes_with_it(stack):
    name = stack.database("stock")
    files = stack.databases.filestore / name
    connection = stack.databases.connect(name)
    cursor = connection.cursor()
    cursor.execute("SELECT store_fname FROM ir_attachment WHERE store_fname > ''")
    assert all((files / place).is_file() for (place,) in cursor.fetchall())
    connection.close()
    stack.drop(name)
    assert not files.exists()
    with pytest.raises(psycopg2.OperationalError):
        stack.databases.connect(name)


# --- the name server


@pytest.fixture
def nameserver():
    zone = '@ TXT "v=spf1 -all"\nlong TXT ' + " ".join(['"%s"' % ("x" * 250)] * 9)
    port = ports.any_free()
    with NameServer(port, {"zone.example": zone + "\nother CNAME long"}) as server:
        yield server


def _ask(server, name, over=dns.query.udp, timeout=2):
    query = dns.message.make_query(name, "TXT")
    return over(query, "127.0.0.1", timeout=timeout, port=server.port)


def test_nameserver_answers_for_its_zone_alone(nameserver):
    assert "v=spf1 -all" in str(_ask(nameserver, "zone.example").answer[0])
    assert _ask(nameserver, "no.zone.example").rcode() == dns.rcode.NXDOMAIN
    assert _ask(nameserver, "far.example").rcode() == dns.rcode.REFUSED


def test_nameserver_sends_long_answers_over_tcp(nameserver):
    assert _ask(nameserver, "other.zone.example").flags & dns.flags.TC
    reply = _ask(nameserver, "other.zone.example", over=dns.query.tcp)
    assert [str(rrset.name) for rrset in reply.answer] == [
        "other.zone.example.",
        "long.zone.example.",
    ]


def test_nameserver_fails_as_told(nameserver):
    nameserver.faults = {"a.zone.example": "servfail", "b.zone.example": "timeout"}
    assert _ask(nameserver, "a.zone.example").rcode() == dns.rcode.SERVFAIL
    with pytest.raises(dns.exception.Timeout):
        _ask(nameserver, "b.zone.example", timeout=0.3)
    nameserver.delay_s = 0.2
    begin = time.monotonic()
    _ask(nameserver, "zone.example")
    assert time.monotonic() - begin >= 0.2


# --- skips


def test_only_named_reasons_may_skip_a_test():
    assert skips.is_allowed("no real Postfix", "plain")
    assert not skips.is_allowed("no real Postfix", "root")
    assert not skips.is_allowed("could not import 'something'", "plain")
