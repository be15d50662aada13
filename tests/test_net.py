# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes that misbehave: each ends in time, and with what is wrong."""

import socket
import ssl
import threading
import time
from dataclasses import replace
from functools import partial

import pytest

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.mailbox.account import Account
from odoo.addons.mail_gateway_plus.core.mailbox.listing import Entry, FolderState
from odoo.addons.mail_gateway_plus.net import imap_line as net_imap_line
from odoo.addons.mail_gateway_plus.net import mailbox as net_mailbox
from odoo.addons.mail_gateway_plus.net import pop as net_pop
from odoo.addons.mail_gateway_plus.net.deadline import FETCH, TEST, Deadline, Limits
from odoo.addons.mail_gateway_plus.net.mailbox import Call, open_session, run_all
from odoo.addons.mail_gateway_plus.net.refusal import Refusal, refusal

from sandbox import authority

from . import scripted

SECRET = "s3cret words"
#: The real limits with another scale, for nobody wants to wait 30 s for a test.
QUICK = Limits(connect_s=1.0, command_s=1.0)
#: What a busy machine may add.
SLACK_S = 2.0


def account(port, protocol="imap", security="none", host="localhost", key=1):
    credentials = Credentials("ann", SECRET)
    return Account(key, protocol, host, port, security, credentials)


def refusal_of(where, limits=QUICK):
    """The finding that opening a mailbox ends with, and the seconds it took."""
    begin = time.monotonic()
    with pytest.raises(Refusal) as refused:
        open_session(where, limits)
    return refused.value.finding, time.monotonic() - begin


def test_the_limits_are_those_that_the_manual_names():
    assert (FETCH.connect_s, FETCH.command_s) == (10, 30)
    assert TEST.total_s == 15


@pytest.mark.parametrize("protocol", ["imap", "pop"])
@pytest.mark.parametrize(
    "script, security, code",
    [
        (scripted.silent, "none", "mailbox_greeting_timeout"),
        (scripted.silent, "ssl_strict", "mailbox_tls_timeout"),
        (scripted.drips, "none", "mailbox_greeting_timeout"),
        (scripted.hangs_up, "none", "mailbox_greeting_missing"),
        (scripted.hangs_up, "ssl_strict", "mailbox_tls_not_spoken"),
        (scripted.floods, "none", "mailbox_greeting_missing"),
    ],
)
def test_server_that_does_not_greet(protocol, script, security, code):
    with scripted.server(script) as bad:
        finding, seconds = refusal_of(account(bad.port, protocol, security))
    assert finding.code == code
    assert finding.subject == f"localhost:{bad.port}"
    assert seconds < QUICK.command_s + SLACK_S


def test_total_bounds_what_commands_may_take_together():
    limits = Limits(connect_s=1.0, command_s=30.0, total_s=1.0)
    with scripted.server(scripted.drips) as bad:
        finding, seconds = refusal_of(account(bad.port), limits)
    assert finding.code == "mailbox_greeting_timeout"
    assert seconds < limits.total_s + SLACK_S


def test_black_hole_ends_with_the_connect_limit():
    """A listener whose queue is full answers no more than a firewall that drops."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        finding, seconds = refusal_of(account(port, host="127.0.0.1"))
        for sock in waiting:
            sock.close()
    assert finding.code == "mailbox_connect_timeout"
    assert seconds < QUICK.connect_s + SLACK_S


def test_name_that_does_not_exist():
    finding, _seconds = refusal_of(account(993, host="no-such-host.invalid"))
    assert finding.code == "mailbox_host_unknown"
    assert finding.params["host"] == "no-such-host.invalid"


def test_port_where_nothing_listens():
    assert refusal_of(account(1))[0].code == "mailbox_connection_refused"


@pytest.mark.parametrize(
    "protocol, script",
    [
        ("imap", scripted.imap(capabilities="IMAP4rev1 AUTH=PLAIN")),
        ("pop", scripted.pop({"CAPA": "+OK\r\nUIDL\r\n.\r\n"})),
    ],
)
def test_stripped_starttls_is_a_refusal_and_no_password_leaves(protocol, script):
    with scripted.server(script) as bad:
        finding, _seconds = refusal_of(account(bad.port, protocol, "starttls_strict"))
    assert finding.code == "mailbox_starttls_missing"
    assert not any(SECRET.encode() in line for line in bad.lines)
    assert not any(line.startswith((b"USER", b"PASS")) for line in bad.lines)


@pytest.fixture(scope="module")
def server_context(tmp_path_factory):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    chain = authority.issue(tmp_path_factory.mktemp("certificates")).chain
    context.load_cert_chain(chain)
    return context


@pytest.mark.parametrize("encrypts", [True, False])
@pytest.mark.parametrize("protocol, stage", [("imap", "starttls"), ("pop", "login")])
def test_deadline_goes_on_after_starttls(protocol, stage, encrypts, server_context):
    """imaplib asks for the capabilities before it hands out the new socket."""
    context = server_context if encrypts else None
    with scripted.server(scripted.drips_after_starttls(protocol, context)) as bad:
        finding, seconds = refusal_of(account(bad.port, protocol, "starttls"))
    assert finding.code == "mailbox_command_timeout"
    assert finding.params["stage"] == (stage if encrypts else "starttls")
    assert seconds < QUICK.command_s + SLACK_S


@pytest.mark.parametrize(
    "protocol, script",
    [
        ("imap", scripted.imap(answers={"LOGIN": f"TAG NO no {SECRET} here\r\n"})),
        ("pop", scripted.pop({"PASS": f"-ERR no {SECRET} here\r\n"})),
    ],
)
def test_refused_login_gives_the_words_without_the_secret(protocol, script):
    with scripted.server(script) as bad:
        finding, _seconds = refusal_of(account(bad.port, protocol))
    assert finding.code == "mailbox_login_refused"
    assert finding.params["user"] == "ann"
    assert "no *** here" in finding.params["reply"]
    assert SECRET not in repr(finding)


@pytest.mark.parametrize("top", ["Subject: {n}\r\nStatus: RO\r\n", None])
def test_pop_server_without_lasting_identifiers_gets_names_of_ours(top):
    """From the header, or from the whole message where TOP is missing too."""
    refused = "-ERR what?\r\n"
    answers = {"UIDL": refused, "LIST": "+OK\r\n1 20\r\n2 20\r\n3 20\r\n.\r\n"}
    for n, subject in ((1, "a"), (2, "b"), (3, "a")):
        whole = f"+OK\r\nSubject: {subject}\r\n\r\nHello\r\n.\r\n"
        head = f"+OK\r\n{top.format(n=subject)}\r\n.\r\n" if top else refused
        answers |= {f"TOP {n} 0": head, f"RETR {n}": whole}
    looks = []
    for _again in range(2):
        with scripted.server(scripted.pop(answers)) as bad:
            session = open_session(account(bad.port, "pop"), QUICK)
            looks.append(session.look(FolderState()).found)
            batch = session.sizes(looks[-1])
            assert len(list(session.download(batch))) == 3
            session.close()
    assert looks[0] == looks[1], "the same names at each look"
    assert len(set(looks[0])) == 3
    assert looks[0][2] == f"{looks[0][0]}#2"


def test_literal_of_absurd_size_is_not_read():
    answers = {
        "UID": "* 1 FETCH (UID 1 BODY[] {999999999999}\r\n",
        "SELECT": "* OK [UIDVALIDITY 1]\r\n* OK [UIDNEXT 2]\r\n"
        "* 1 EXISTS\r\nTAG OK done\r\n",
    }
    with scripted.server(scripted.imap(answers=answers)) as bad:
        session = open_session(account(bad.port), QUICK)
        with pytest.raises(Refusal) as refused:
            session.look(FolderState())
        session.close()
    assert refused.value.finding.code == "mailbox_connection_lost"


def popped(raw):
    """A POP3 server with two messages that both come as ``raw``, dots stuffed."""
    listed = "+OK\r\n1 {}\r\n2 {}\r\n.\r\n"
    answers = {"UIDL": listed.format("a", "b"), "LIST": listed.format(9, 9)}
    return scripted.pop({**answers, "RETR": f"+OK\r\n{raw}.\r\n"})


def test_end_of_a_message_is_a_line_of_its_own(monkeypatch):
    """Here the second piece of a long line is a dot and the line's end."""
    monkeypatch.setattr(net_pop, "LONGEST_LINE", 1024)
    raw = "Subject: a\r\n\r\n" + "x" * 1024 + ".\r\n+OK forged\r\n..\r\n"
    with scripted.server(popped(raw)) as server:
        session = open_session(account(server.port, "pop"), QUICK)
        look = session.look(FolderState())
        came = dict(session.download(session.sizes(look.found)))
        session.close()
    assert set(came.values()) == {raw.replace("\r\n..", "\r\n.").encode()}
    assert set(came) == {"a", "b"}


def test_message_without_an_end_ends_the_session(monkeypatch):
    monkeypatch.setattr(net_pop, "LARGEST_LITERAL", 10_000)
    with scripted.server(popped("x\r\n" * 50_000)) as server:
        session = open_session(account(server.port, "pop"), QUICK)
        batch = session.sizes(session.look(FolderState()).found)
        for _again in range(2):
            with pytest.raises(Refusal) as refused:
                list(session.download(batch))
            assert refused.value.finding.code == "mailbox_connection_lost"
        session.close()
    assert [line for line in server.lines if line.startswith(b"RETR")] == [b"RETR 1"]


def test_slow_download_may_take_what_its_size_takes():
    """A deadline counts from the command; a large message gets more of it."""
    deadline = Deadline(FETCH, clock=lambda: 0.0)
    deadline.command(size=8_000_000)
    assert 100 < deadline.remaining() < 120


def test_stated_size_buys_only_so_much_time():
    deadline = Deadline(FETCH, clock=lambda: 0.0)
    deadline.command(size=2**32)
    assert deadline.remaining() < 720


def test_overdue_command_has_no_time_left():
    now = [0.0]
    deadline = Deadline(FETCH, clock=lambda: now[0])
    deadline.command()
    now[0] = FETCH.command_s
    with pytest.raises(TimeoutError):
        deadline.remaining()


@pytest.mark.parametrize("answer", ["* 1 FETCH (X {0}\r\n)\r\n", "* OK again\r\n"])
def test_answer_without_an_end_is_not_kept(answer, monkeypatch):
    """Each line and literal is small; a command's answer is bounded as a whole."""
    monkeypatch.setattr(net_imap_line, "LARGEST_LITERAL", 1_000_000)
    answers = {"SELECT": answer * 20_000}
    with scripted.server(scripted.imap(answers=answers)) as bad:
        session = open_session(account(bad.port), QUICK)
        with pytest.raises(Refusal) as refused:
            session.look(FolderState())
        session.close()
    assert refused.value.finding.code == "mailbox_connection_lost"


def test_answers_are_counted_one_by_one(monkeypatch):
    monkeypatch.setattr(net_imap_line, "LARGEST_LITERAL", 1_000_000)
    answers = {"SELECT": "* OK again\r\n" * 3_000 + "* 0 EXISTS\r\nTAG OK done\r\n"}
    with scripted.server(scripted.imap(answers=answers)) as server:
        session = open_session(account(server.port), FETCH)
        for _again in range(3):
            assert session.look(FolderState()).exists == 0
        session.close()


class Opening:
    """A task that opens a mailbox, closes it, and keeps what it came to."""

    def __init__(self, account, work=None):
        self.account = account
        self.calls = [Call(lambda: open_session(account, QUICK)), work]
        self.session = self.refusal = None

    def go_on(self, answer):
        if answer is not None and self.session is None:
            try:
                self.session = answer.result()
            except Refusal as refusal:
                self.refusal = refusal
                return None
        if self.calls:
            return self.calls.pop(0) or self.go_on(answer)
        if self.session.account:
            self.session.account = None
            return Call(self.session.close)
        return None


def test_dead_mailboxes_wait_side_by_side():
    with scripted.server(scripted.silent) as dead:
        tasks = [Opening(account(dead.port, key=key)) for key in range(8)]
        begin = time.monotonic()
        ended = list(run_all(tasks))
        seconds = time.monotonic() - begin
    assert {one.account.key for one in ended} == set(range(8))
    assert all(one.refusal and not one.session for one in ended)
    assert seconds < QUICK.command_s + SLACK_S, "one after the other takes 8 s"


def test_next_mailbox_is_opened_when_one_is_done():
    with scripted.server(scripted.imap()) as server:
        tasks = [Opening(account(server.port, key=key)) for key in range(12)]
        for number, _ended in enumerate(run_all(tasks, at_once=3), start=1):
            assert len(server.logged_in()) <= number + 2
        assert len(server.logged_in()) == len(server.logged_out()) == 12


def test_downloads_of_many_mailboxes_share_their_room(monkeypatch):
    """As many bytes as fit are under way at once, whatever number of mailboxes; what
    is larger than all the room goes alone."""
    monkeypatch.setattr(net_mailbox, "MOST_BYTES", 100)
    under_way, seen, lock = [0], [], threading.Lock()

    def download(size):
        with lock:
            under_way[0] += size
            seen.append(under_way[0])
        time.sleep(0.02)
        with lock:
            under_way[0] -= size

    with scripted.server(scripted.imap()) as server:
        tasks = [
            Opening(account(server.port, key=n), Call(partial(download, size), size))
            for n, size in enumerate([40, 40, 40, 40, 300, 40])
        ]
        assert len(list(run_all(tasks))) == 6
    assert sorted(set(seen))[-1] == 300
    assert max(n for n in seen if n != 300) <= 100


@pytest.mark.parametrize(
    "bad, words",
    [
        # imaplib makes a number of it, and Python refuses numbers of that length.
        ({"answers": {"LOGIN": "* X {" + "9" * 5_000 + "}\r\n"}}, "ValueError"),
        ({"protocol": "nntp"}, "KeyError"),
        ({"credentials": None}, "AttributeError"),
    ],
)
def test_unforeseen_fault_costs_one_mailbox(bad, words):
    with scripted.server(scripted.imap(answers=bad.pop("answers", None))) as server:
        broken = replace(account(server.port), **bad)
        with scripted.server(scripted.imap()) as good:
            tasks = [Opening(broken), Opening(account(good.port, key=2))]
            by_key = {one.account.key: one for one in run_all(tasks)}
    assert by_key[2].session
    finding = by_key[1].refusal.finding
    assert finding.code == "mailbox_unexpected"
    assert finding.params["reply"].startswith(words)
    assert type(by_key[1].refusal.__cause__).__name__ == words


def test_unforeseen_fault_gives_words_without_the_secret():
    fault = refusal(KeyError(f"{SECRET}!"), account(1), "login")
    assert fault.finding.params["reply"] == "KeyError: ***!"


def fetched(answer):
    answers = {
        "SELECT": "* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 4] x\r\n* 3 EXISTS\r\n"
        "TAG OK done\r\n",
        "UID FETCH": f"{answer}TAG OK done\r\n",
    }
    with scripted.server(scripted.imap(answers=answers)) as server:
        session = open_session(account(server.port), QUICK)
        session.look(FolderState())
        batch = [Entry(str(uid), 10) for uid in (1, 2, 3)]
        came = list(session.download(batch))
        session.close()
    return came


@pytest.mark.parametrize(
    "answer, came",
    [
        ('* 1 FETCH (UID 1 BODY[] "a: \\"b\\\\")\r\n', [("1", b'a: "b\\')]),
        ('* 2 FETCH (BODY[] "UID 1 " UID 2)\r\n', [("2", b"UID 1 ")]),
        ('* 2 FETCH (UID 2 BODY[] "")\r\n', [("2", b"")]),
        ("* 2 FETCH (UID 2 BODY[] NIL)\r\n", []),
        ("* 2 FETCH (BODY[] {3}\r\nabc UID 2)\r\n", [("2", b"abc")]),
        ("* 2 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n",
         [("1", b"a")]),
        ("* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n" * 2, [("1", b"a")]),
    ],
)  # fmt: skip
def test_message_comes_as_literal_or_quoted(answer, came):
    """RFC 3501, 9: nstring = string / nil, string = quoted / literal."""
    assert fetched(answer) == came
