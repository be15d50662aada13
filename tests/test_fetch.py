# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fetching over the real servers: stored first, acknowledged then, nothing lost."""

import imaplib
import shutil
import ssl
import threading
import time

import pytest

from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.core.finding import Finding
from odoo.addons.mail_gateway_plus.models import fetch_run
from odoo.addons.mail_gateway_plus.models.server_locks import ServerLocks
from odoo.addons.mail_gateway_plus.net.imap import Session
from odoo.addons.mail_gateway_plus.net.refusal import Refusal

from . import scripted
from .live import engine, mail


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        yield made


def imap(stack, login):
    """A connection of somebody else's mail program."""
    context = ssl.create_default_context(cafile=stack.ca_file)
    other = imaplib.IMAP4_SSL(stack.host, stack.ports["imaps"], ssl_context=context)
    other.login(login, stack.password)
    other.select("INBOX")
    return other


def read(stack, login, messages):
    """Somebody reads messages in another program."""
    reader = imap(stack, login)
    reader.store(messages, "+FLAGS", r"(\Seen)")
    reader.logout()


BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])


@BOTH
def test_ten_messages_without_an_alias_are_in_quarantine_byte_for_byte(
    live, stack, login, protocol
):
    sent = [mail("nobody@demo.example") for _ in range(10)]
    for raw in sent:
        stack.deliver(login, raw)
    server = live.mailbox(protocol, login)
    live.fetch(server)
    found = live.ledger(server, "state", "reason_code", "raw")
    assert found == [("quarantined", "no_route", raw) for raw in sent]
    assert sorted(stack.messages(login)) == sorted(sent), "they stay on the server"


@BOTH
def test_routed_message_names_its_record_and_its_alias(live, stack, login, protocol):
    subject = f"Order over {protocol}"
    stack.deliver(login, mail("sales@demo.example", subject))
    server = live.mailbox(protocol, login)
    live.fetch(server)
    with live.env() as env:
        row = env["mail.gateway.incoming"].search([("server_id", "=", server)])
        lead = env["crm.lead"].search([("name", "=", subject)])
        assert len(lead) == 1
        assert row.state == "routed"
        assert (row.outcome_ids.res_model, row.outcome_ids.res_id) == (
            "crm.lead",
            lead.id,
        )
        assert row.outcome_ids.alias_id.alias_name == "sales"


@BOTH
def test_second_fetch_brings_nothing_twice(live, stack, login, protocol):
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox(protocol, login)
    live.fetch(server)
    live.fetch(server)
    stack.deliver(login, mail("sales@demo.example"))
    live.fetch(server)
    assert live.ledger(server, "state") == [("routed",), ("routed",)]


def test_imap_flags_change_only_once_the_message_is_stored(live, stack, login):
    stack.deliver(login, mail("nobody@demo.example"))
    server = live.mailbox("imap", login)
    assert stack.flags(login) == [""], "testing the mailbox leaves it alone"
    live.fetch(server)
    assert stack.flags(login) == ["S"]


def test_message_that_somebody_read_in_between_is_fetched(live, stack, login):
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox("imap", login)
    live.fetch(server)
    stack.deliver(login, mail("sales@demo.example", "Read by a colleague"))
    read(stack, login, "2")
    live.fetch(server)
    assert live.ledger(server, "subject")[1:] == [("Read by a colleague",)]


def test_history_of_a_mailbox_is_left_alone(live, stack, login):
    for subject in ("Years ago", "Yesterday"):
        stack.deliver(login, mail("sales@demo.example", subject))
    read(stack, login, "1:2")
    server = live.mailbox("imap", login)
    for _look in range(2):
        live.fetch(server)
        assert live.ledger(server, "subject") == []
    stack.deliver(login, mail("sales@demo.example", "Today"))
    live.fetch(server)
    assert live.ledger(server, "subject") == [("Today",)]


def test_first_look_is_remembered_when_its_download_breaks_off(
    live, stack, login, monkeypatch
):
    stack.deliver(login, mail("sales@demo.example", "Urgent"))
    server = live.mailbox("imap", login)
    with monkeypatch.context() as patched:

        def breaks_off(self, batch):
            raise Refusal(Finding("mailbox_connection_lost"))

        patched.setattr(Session, "download", breaks_off)
        with pytest.raises(UserError):
            live.fetch(server)
    read(stack, login, "1")
    live.fetch(server)
    assert live.ledger(server, "subject") == [("Urgent",)]


@BOTH
def test_other_account_on_the_same_record_has_other_messages(
    live, stack, login, protocol
):
    """Both mailboxes number their messages alike."""
    stack.deliver(login, mail("sales@demo.example", "Hers"))
    server = live.mailbox(protocol, login)
    live.fetch(server)
    other = f"other-{login}"
    stack.empty(other)
    shutil.copytree(stack.maildirs.place(login), stack.maildirs.place(other))
    for path in stack.maildirs.place(other).glob("cur/*"):
        path.unlink()
    stack.deliver(other, mail("sales@demo.example", "His"))
    with live.env() as env:
        env["fetchmail.server"].browse(server).user = other
    live.fetch(server)
    assert live.ledger(server, "subject") == [("Hers",), ("His",)]
    stack.empty(other)


def test_switch_from_imap_to_pop(live, stack, login):
    raw = mail("sales@demo.example", "Once")
    stack.deliver(login, raw)
    server = live.mailbox("imap", login)
    live.fetch(server)
    with live.env() as env:
        box = env["fetchmail.server"].browse(server)
        box.write({"server_type": "pop", "port": stack.ports["pop3s"]})
    stack.deliver(login, mail("sales@demo.example", "Twice"))
    live.fetch(server)
    assert live.ledger(server, "subject", "state") == [
        ("Once", "routed"),
        ("Once", "duplicate"),
        ("Twice", "routed"),
    ]


def test_many_scattered_messages_are_fetched(live, stack, login):
    """Their numbers do not fit into one command."""
    for number in range(3000):
        stack.deliver(login, mail("nobody@demo.example", str(number)))
    other = imap(stack, login)
    for start in range(1, 3001, 500):
        odd = ",".join(str(n) for n in range(start, start + 500, 2))
        other.store(odd, "+FLAGS", r"(\Seen)")
    other.logout()
    server = live.mailbox("imap", login)
    with live.env() as env:
        assert env["fetchmail.server"].browse(server)._fetch_mail() is None
    fetched = live.ledger(server, "subject")
    assert fetched == [(str(number),) for number in range(1, 3000, 2)]
    assert set(stack.flags(login)) == {"S"}


@BOTH
def test_deleted_message_does_not_come_again(live, stack, login, protocol):
    stack.deliver(login, mail("nobody@demo.example"))
    server = live.mailbox(protocol, login)
    live.fetch(server)
    with live.env() as env:
        env["mail.gateway.incoming"].search([("server_id", "=", server)]).unlink()
    live.fetch(server)
    assert live.ledger(server, "subject") == []


def test_processing_that_begins_at_once_does_not_break_the_fetch(
    live, stack, login, monkeypatch
):
    """The server takes its time to acknowledge, and the messages are being processed
    in the meantime: two that write the same row would lose one of them."""
    for number in range(40):
        sender = f"{login}-{number}@customer.example"
        stack.deliver(login, mail("sales@demo.example", sender=sender))
    server = live.mailbox("imap", login)
    monkeypatch.setattr(fetch_run, "BATCH_COUNT", 5)
    acknowledge = Session.acknowledge

    def slowly(self, uids):
        time.sleep(0.1)
        acknowledge(self, uids)

    monkeypatch.setattr(Session, "acknowledge", slowly)
    done = threading.Event()

    def process():
        while not done.is_set():
            with live.env() as env:
                env["mail.gateway.incoming"]._process_received()

    worker = threading.Thread(target=process)
    worker.start()
    try:
        with live.env() as env:
            fault = env["fetchmail.server"].browse(server)._fetch_mail()
    finally:
        done.set()
        worker.join()
    assert fault is None
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()
    assert set(live.ledger(server, "state", "attempts")) == {("routed", 1)}
    assert stack.flags(login) == ["S"] * 40


def test_mailbox_that_must_not_be_marked_is_fetched_all_the_same(
    live, stack, login, monkeypatch
):
    stack.deliver(login, mail("sales@demo.example", "First"))
    server = live.mailbox("imap", login)

    def refused(self, uids):
        raise Refusal(Finding("mailbox_not_marked", params={"host": stack.host}))

    with monkeypatch.context() as patched:
        patched.setattr(Session, "acknowledge", refused)
        for subject in ("Second", "Third"):
            with pytest.raises(UserError, match="marked as seen"):
                live.fetch(server)
            stack.deliver(login, mail("sales@demo.example", subject))
    live.fetch(server)
    found = live.ledger(server, "subject")
    assert found == [("First",), ("Second",), ("Third",)]
    assert stack.flags(login) == ["S"] * 3


@BOTH
def test_very_long_lines_and_leading_dots_arrive_unchanged(
    live, stack, login, protocol
):
    body = "." * 3 + "x" * 200_000 + "\r\n.\r\n..two\r\n"
    raw = mail("nobody@demo.example").replace(b"Hello\r\n", body.encode())
    stack.deliver(login, raw)
    server = live.mailbox(protocol, login)
    live.fetch(server)
    assert live.ledger(server, "raw") == [(raw,)]


@BOTH
def test_message_of_several_megabytes_is_kept_in_chunks(live, stack, login, protocol):
    raw = mail("nobody@demo.example", body="0123456789abcde\n" * 200_000)
    assert len(raw) > 3 * 1024 * 1024
    stack.deliver(login, raw)
    server = live.mailbox(protocol, login)
    live.fetch(server)
    assert live.ledger(server, "raw", "size") == [(raw, len(raw))]
    with live.env() as env:
        chunks = env["mail.gateway.chunk"].search(
            [("incoming_id.server_id", "=", server)]
        )
        assert len(chunks) == 4


def test_same_mail_in_two_mailboxes_makes_one_record(live, stack, login):
    second = f"second-{login}"
    stack.empty(second)
    raw = mail("sales@demo.example", "Once is enough")
    stack.deliver(login, raw)
    stack.deliver(second, b"Delivered-To: second@demo.example\r\n" + raw)
    servers = [live.mailbox("imap", login), live.mailbox("pop", second)]
    for server in servers:
        live.fetch(server)
    assert live.ledger(servers[0], "state") == [("routed",)]
    assert live.ledger(servers[1], "state", "reason_code") == [
        ("duplicate", "same_mail")
    ]
    with live.env() as env:
        assert env["crm.lead"].search_count([("name", "=", "Once is enough")]) == 1
    stack.empty(second)


def test_other_mail_under_a_known_message_id_is_not_dropped(live, stack, login):
    for body in ("the first", "quite another"):
        raw = mail("sales@demo.example", body=body, message_id="<same@x.example>")
        stack.deliver(login, raw)
    server = live.mailbox("imap", login)
    live.fetch(server)
    assert live.ledger(server, "state", "reason_code") == [
        ("routed", "routed"),
        ("routed", "routed"),
    ]


def test_fetch_now_opens_the_messages_of_this_run(live, stack, login):
    stack.deliver(login, mail("sales@demo.example", "Earlier"))
    server = live.mailbox("imap", login)
    live.fetch(server)
    stack.deliver(login, mail("sales@demo.example", "Now"))
    action = live.fetch(server)
    with live.env() as env:
        shown = env[action["res_model"]].search(action["domain"])
        assert shown.mapped("subject") == ["Now"]


def test_scheduled_action_fetches_what_is_due_and_processing_follows(
    live, stack, login
):
    server = live.mailbox("imap", login)
    stack.deliver(login, mail("sales@demo.example", "By schedule"))
    with live.env() as env:
        later = env["fetchmail.server"].search([("id", "!=", server)])
        later.write({"next_fetch": "2100-01-01"})
        cron = env.ref("mail.ir_cron_mail_gateway_action")
        assert cron.active
        assert (cron.interval_number, cron.interval_type) == (1, "minutes")
        cron.method_direct_trigger()
    assert live.ledger(server, "state") == [("received",)]
    with live.env() as env:
        due = env["fetchmail.server"].browse(server)
        assert due.next_fetch > due.date, "its turn comes again later"
        process = env.ref("mail_gateway_plus.ir_cron_process")
        assert env["ir.cron.trigger"].search_count([("cron_id", "=", process.id)])
        process.method_direct_trigger()
    assert live.ledger(server, "state") == [("routed",)]


def test_locked_mailbox_is_skipped_and_the_button_says_so(live, stack, login):
    server = live.mailbox("imap", login)
    with ServerLocks(live.registry) as other:
        assert other.take(server)
        with pytest.raises(UserError, match="being fetched at this moment"):
            live.fetch(server)
    live.fetch(server)


def test_form_that_is_being_saved_does_not_stop_the_fetch(live, stack, login):
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox("imap", login)
    with live.env() as form:
        form["fetchmail.server"].browse(server).name = "Renamed"
        form.flush_all()
        with live.env() as env:
            env["fetchmail.server"].browse(server)._fetch_mail()
        assert live.ledger(server, "state") == [("received",)]
    with live.env() as env:
        assert env["fetchmail.server"].browse(server).name == "Renamed"


def test_refused_login_is_explained_and_noted_then_cleared(live, stack, login):
    server = live.mailbox("imap", login)
    with live.env() as env:
        env["fetchmail.server"].browse(server).password = "not-the-password"
    with pytest.raises(UserError) as refused:
        live.fetch(server)
    said = str(refused.value)
    assert login in said and stack.host in said and "app password" in said
    assert "not-the-password" not in said
    with live.env() as env:
        box = env["fetchmail.server"].browse(server)
        assert box.state == "done", "a failing mailbox is never switched off"
        assert box.error_date and "refuses the login" in box.error_message
        box.password = stack.password
    live.fetch(server)
    with live.env() as env:
        box = env["fetchmail.server"].browse(server)
        assert not box.error_date and not box.error_message


@pytest.mark.parametrize(
    "protocol, port, security, words",
    [
        ("imap", "imap", "ssl_strict", "does not speak SSL/TLS"),
        ("pop", "pop3", "ssl_strict", "does not speak SSL/TLS"),
        ("imap", "imaps_selfsigned", "ssl_strict", "is not trusted"),
    ],
)
def test_wrong_settings_are_explained(
    live, stack, login, protocol, port, security, words
):
    with live.env() as env, pytest.raises(UserError, match=words):
        server = env["fetchmail.server"].create(
            {
                "name": "Wrong",
                "server_type": protocol,
                "server": stack.host,
                "port": stack.ports[port],
                "user": login,
                "password": stack.password,
                "connection_security": security,
            }
        )
        server.button_confirm_login()


@pytest.mark.parametrize(
    "protocol, port, security",
    [
        ("imap", "imap", "starttls_strict"),
        ("imap", "imap", "none"),
        ("imap", "imaps_selfsigned", "ssl"),
        ("pop", "pop3", "starttls_strict"),
        ("pop", "pop3", "none"),
    ],
)
def test_each_security_fetches(live, stack, login, protocol, port, security):
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox(
        protocol, login, port=stack.ports[port], connection_security=security
    )
    live.fetch(server)
    assert live.ledger(server, "state") == [("routed",)]


def test_dead_mailbox_does_not_hold_up_the_others(live, stack, login):
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox("imap", login)
    dead = live.mailbox("imap", f"dead-{login}")
    with live.env() as env:
        both = env["fetchmail.server"].browse([dead, server])
        both[0].port = 1
        fault = both._fetch_mail()
        assert "Nothing listens" in str(fault)
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()
    assert live.ledger(server, "state") == [("routed",)]


def broken_second(server, sock):
    """A POP3 server that cannot read its second message."""
    sock.sendall(b"+OK ready\r\n")
    answers = {
        "UIDL": "+OK\r\n1 one\r\n2 two\r\n3 three\r\n.\r\n",
        "LIST": "+OK\r\n1 100\r\n2 100\r\n3 100\r\n.\r\n",
        "RETR 2": "-ERR cannot read the message\r\n",
    }
    while True:
        line = server.read(sock).decode()
        raw = mail("nobody@demo.example", f"from {line}").decode()
        said = f"+OK\r\n{raw}.\r\n" if line.startswith("RETR") else "+OK\r\n"
        sock.sendall(answers.get(line, said).encode())


def test_message_that_the_server_cannot_read_does_not_hold_up_the_rest(live, login):
    with scripted.server(broken_second) as bad:
        server = live.mailbox("pop", login, port=bad.port, connection_security="none")
        with pytest.raises(UserError, match="does not hand out a message"):
            live.fetch(server)
    assert live.ledger(server, "uid") == [("one",), ("three",)]
