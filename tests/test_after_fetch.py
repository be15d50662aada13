# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of messages on the server, which folders are fetched, and how much."""

import imaplib
import re
import ssl
from datetime import timedelta

import pytest

from odoo import fields
from odoo.exceptions import UserError, ValidationError

from odoo.addons.mail_gateway_plus.net import imap as net_imap
from odoo.addons.mail_gateway_plus.net.mailbox import open_session

from . import scripted
from .live import engine, mail

BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        yield made


class Reader:
    """Somebody else's mail program."""

    def __init__(self, stack, login):
        context = ssl.create_default_context(cafile=stack.ca_file)
        self.imap = imaplib.IMAP4_SSL(
            stack.host, stack.ports["imaps"], ssl_context=context
        )
        self.imap.login(login, stack.password)

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        self.imap.logout()

    def create(self, name):
        assert self.imap.create(f'"{name}"')[0] == "OK"

    def append(self, name, raw):
        assert self.imap.append(f'"{name}"', None, None, raw)[0] == "OK"

    def subjects(self, name="INBOX"):
        assert self.imap.select(f'"{name}"', readonly=True)[0] == "OK"
        found = self.imap.search(None, "ALL")[1][0].split()
        heads = (self.imap.fetch(n, "(BODY.PEEK[HEADER])")[1][0][1] for n in found)
        return [re.search(rb"Subject: (.*)\r", head)[1].decode() for head in heads]


def left(stack, login, folder="INBOX"):
    with Reader(stack, login) as reader:
        return reader.subjects(folder)


def deliver(stack, login):
    """One that is routed, and one that ends in quarantine."""
    stack.deliver(login, mail("sales@demo.example", "Good"))
    stack.deliver(login, mail("nobody@demo.example", "Stray"))


def test_move_takes_what_ended_well_and_leaves_the_quarantine(live, stack, login):
    deliver(stack, login)
    server = live.mailbox("imap", login, after_fetch="move", move_to="Büro & Lager")
    live.fetch(server)
    assert left(stack, login) == ["Stray"]
    assert left(stack, login, "B&APw-ro &- Lager") == ["Good"]
    live.fetch(server)
    assert left(stack, login, "B&APw-ro &- Lager") == ["Good"], "once"
    assert live.ledger(server, "subject") == [("Good",), ("Stray",)]


@BOTH
def test_delete_takes_what_ended_well_and_leaves_the_quarantine(
    live, stack, login, protocol
):
    deliver(stack, login)
    server = live.mailbox(protocol, login, after_fetch="delete")
    shown = live.fetch(server)
    assert shown["name"] == "Fetched Just Now: 1 Routed, 1 Quarantined"
    assert left(stack, login) == ["Stray"]
    assert live.fetch(server)["name"] == "Fetched Just Now: nothing new"
    assert live.ledger(server, "subject") == [("Good",), ("Stray",)]


@BOTH
def test_nothing_is_deleted_before_it_is_processed(live, stack, login, protocol):
    deliver(stack, login)
    server = live.mailbox(protocol, login, after_fetch="delete")
    for _look in range(2):
        with live.env() as env:
            assert env["fetchmail.server"].browse(server)._fetch_mail() is None
    assert set(left(stack, login)) == {"Good", "Stray"}
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()
    with live.env() as env:
        env["fetchmail.server"].browse(server)._fetch_mail()
    assert left(stack, login) == ["Stray"]


def test_quarantine_leaves_too_where_the_administrator_says_so(live, stack, login):
    deliver(stack, login)
    server = live.mailbox("imap", login, after_fetch="delete", keep_quarantined=False)
    live.fetch(server)
    assert left(stack, login) == []
    assert live.ledger(server, "state") == [("routed",), ("quarantined",)]


def test_what_leaves_the_quarantine_leaves_the_server(live, stack, login):
    stack.deliver(login, mail("nobody@demo.example", "Stray"))
    server = live.mailbox("imap", login, after_fetch="delete")
    live.fetch(server)
    assert left(stack, login) == ["Stray"]
    alias = live.alias("nobody", "crm.lead")
    with live.env() as env:
        env["mail.gateway.incoming"].search(
            [("server_id", "=", server)]
        ).action_reprocess()
    live.fetch(server)
    with live.env() as env:
        env["mail.alias"].browse(alias).unlink()
    assert live.ledger(server, "state") == [("routed",)]
    assert left(stack, login) == []


def test_keep_touches_nothing(live, stack, login):
    deliver(stack, login)
    server = live.mailbox("imap", login, after_fetch="keep")
    for _look in range(2):
        live.fetch(server)
    assert stack.flags(login) == ["", ""]
    assert live.ledger(server, "subject") == [("Good",), ("Stray",)]


def test_setting_applies_to_what_is_fetched_from_now_on(live, stack, login):
    stack.deliver(login, mail("sales@demo.example", "Before"))
    server = live.mailbox("imap", login)
    live.fetch(server)
    with live.env() as env:
        env["fetchmail.server"].browse(server).after_fetch = "delete"
    stack.deliver(login, mail("sales@demo.example", "After"))
    live.fetch(server)
    assert left(stack, login) == ["Before"]


def test_server_without_move_and_uidplus_loses_no_other_message(
    live, stack, login, monkeypatch
):
    """COPY, then EXPUNGE only when nobody else flagged a message \\Deleted."""
    monkeypatch.setattr(net_imap.Session, "_can", frozenset())
    deliver(stack, login)
    server = live.mailbox("imap", login, after_fetch="move", move_to="Done")
    with Reader(stack, login) as other:
        other.imap.select("INBOX")
        other.imap.store("2", "+FLAGS", r"(\Deleted)")
        live.fetch(server)
        assert other.subjects("Done") == ["Good"]
        assert sorted(other.subjects()) == ["Good", "Stray"], "flagged and not expunged"
        other.imap.select("INBOX")
        other.imap.store("2", "-FLAGS", r"(\Deleted)")
        stack.deliver(login, mail("sales@demo.example", "Later"))
        with live.env() as env:
            env["mail.gateway.incoming"].search(
                [("server_id", "=", server), ("subject", "=", "Good")]
            ).tidied = True
        other.imap.expunge()
        live.fetch(server)
        assert other.subjects("Done") == ["Good", "Later"]
        assert "Stray" in other.subjects()


def test_refused_move_is_told_and_loses_nothing(live, stack, login):
    deliver(stack, login)
    server = live.mailbox("imap", login, after_fetch="move", move_to="a//b")
    live.fetch(server)
    assert set(left(stack, login)) == {"Good", "Stray"}
    with live.env() as env:
        box = env["fetchmail.server"].browse(server)
        assert "a//b" in box.error_message and box.failures == 1
    with live.env() as env:
        env["fetchmail.server"].browse(server).move_to = "Done"
    live.fetch(server)
    assert left(stack, login, "Done") == ["Good"]


def test_folder_that_is_fetched_is_no_target(live, login):
    with live.env() as env, pytest.raises(ValidationError, match="fetched as well"):
        env["fetchmail.server"].create(
            {
                "name": "Circle",
                "after_fetch": "move",
                "move_to": "Support",
                "folder_ids": [fields.Command.create({"name": "Support"})],
            }
        )


FOLDERS = ("Support", "Büro & Lager", "INBOX", 'Say "hi"')


def test_folders_have_each_a_state_of_their_own(live, stack, login):
    with Reader(stack, login) as reader:
        for name in ("Support", "B&APw-ro &- Lager", 'Say \\"hi\\"'):
            reader.create(name)
            reader.append(name, mail("sales@demo.example", f"In {name}"))
    stack.deliver(login, mail("sales@demo.example", "In INBOX"))
    commands = [fields.Command.create({"name": name}) for name in FOLDERS]
    server = live.mailbox("imap", login, folder_ids=commands)
    for _look in range(2):
        live.fetch(server)
        found = live.ledger(server, "folder", "state")
        assert sorted(found) == sorted((name, "routed") for name in FOLDERS)
    with Reader(stack, login) as reader:
        reader.append("Support", mail("sales@demo.example", "Another"))
    live.fetch(server)
    assert live.ledger(server, "subject", "folder")[4:] == [("Another", "Support")]


def test_missing_folder_does_not_hold_up_the_others(live, stack, login):
    stack.deliver(login, mail("sales@demo.example"))
    commands = [fields.Command.create({"name": name}) for name in ("Gone", "INBOX")]
    server = live.mailbox("imap", login)
    with live.env() as env:
        env["fetchmail.server"].browse(server).folder_ids = commands
    with pytest.raises(UserError, match="Gone"):
        live.fetch(server)
    assert live.ledger(server, "folder") == [("INBOX",)]


def test_renamed_folder_begins_anew(live, stack, login):
    with Reader(stack, login) as reader:
        reader.create("New")
        reader.append("New", mail("sales@demo.example", "First there"))
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox("imap", login)
    live.fetch(server)
    with live.env() as env:
        env["fetchmail.server"].browse(server).folder_ids.name = "New"
    live.fetch(server)
    assert live.ledger(server, "folder") == [("INBOX",), ("New",)]


def test_server_lists_its_folders(live, stack, login):
    with Reader(stack, login) as reader:
        for name in ("Support", "B&APw-ro &- Lager"):
            reader.create(name)
    server = live.mailbox("imap", login)
    with live.env() as env:
        account = env["fetchmail.server"].browse(server)._account()
    session = open_session(account)
    try:
        names = {folder.name for folder in session.folders() if folder.selectable}
    finally:
        session.close()
    assert {"INBOX", "Support", "Büro & Lager"} <= names


@BOTH
def test_limit_takes_the_rest_with_the_next_fetches(live, stack, login, protocol):
    for number in range(5):
        stack.deliver(login, mail("sales@demo.example", f"Number {number}"))
    server = live.mailbox(protocol, login, fetch_limit=2)
    for expected in (2, 4, 5, 5):
        live.fetch(server)
        assert len(live.ledger(server, "state")) == expected


@BOTH
def test_large_message_is_quarantined_with_its_headers(live, stack, login, protocol):
    large = mail("sales@demo.example", "Large", body="0123456789abcde\n" * 150_000)
    stack.deliver(login, large)
    stack.deliver(login, mail("sales@demo.example", "Small"))
    server = live.mailbox(protocol, login, max_message_size=1, after_fetch="delete")
    live.fetch(server)
    found = sorted(live.ledger(server, "subject", "state", "reason_code", "size"))
    assert found == [
        ("Large", "quarantined", "message_too_large", len(large)),
        ("Small", "routed", "routed", found[1][3]),
    ]
    head = dict(live.ledger(server, "subject", "raw"))["Large"]
    assert head == large[: large.index(b"\r\n\r\n") + 4]
    assert left(stack, login) == ["Large"]
    assert stack.flags(login) == [""], "somebody may still read it there"


@BOTH
@pytest.mark.parametrize("how", ["limit", "again"])
def test_large_message_comes_whole_when_asked_for(live, stack, login, protocol, how):
    large = mail("sales@demo.example", "Large", body="0123456789abcde\n" * 150_000)
    stack.deliver(login, large)
    server = live.mailbox(protocol, login, max_message_size=1)
    live.fetch(server)
    with live.env() as env:
        if how == "limit":
            env["fetchmail.server"].browse(server).max_message_size = 3
        else:
            env["mail.gateway.incoming"].search(
                [("server_id", "=", server)]
            ).action_reprocess()
    live.fetch(server)
    found = live.ledger(server, "state", "raw", "size")
    assert found == [("routed", large, len(large))]


@BOTH
def test_only_copy_of_a_large_message_stays_whatever_is_done_about_it(
    live, stack, login, protocol
):
    large = mail("sales@demo.example", "Large", body="0123456789abcde\n" * 150_000)
    stack.deliver(login, large)
    values = {"after_fetch": "delete", "keep_quarantined": False}
    server = live.mailbox(protocol, login, max_message_size=1, **values)
    live.fetch(server)
    with live.env() as env:
        row = env["mail.gateway.incoming"].search([("server_id", "=", server)])
        row.action_ignore()
    live.fetch(server)
    assert live.ledger(server, "state") == [("ignored",)]
    assert left(stack, login) == ["Large"]


def test_failing_mailbox_backs_off_and_recovers_by_itself(live, stack, login):
    server = live.mailbox("imap", login, fetch_interval=5)
    with live.env() as env:
        env["fetchmail.server"].browse(server).port = 1
    waits = []
    for look in range(1, 7):
        with live.env() as env:
            box = env["fetchmail.server"].browse(server)
            box._fetch_mail()
            waits.append((box.next_fetch - box.date).total_seconds() / 60)
            assert box.state == "done" and box.failures == look
            assert bool(box.failure_activity_id) == (look >= 3)
    assert waits == [1, 2, 5, 15, 60, 60]
    with live.env() as env:
        box = env["fetchmail.server"].browse(server)
        assert "Nothing listens" in box.failure_activity_id.note
        box.port = stack.ports["imaps"]
        box._fetch_mail()
        assert not box.failures and not box.error_message
        assert not box.failure_activity_id.exists()
        assert (box.next_fetch - box.date).total_seconds() == 300


def test_responsible_is_told_once_even_without_rights_in_the_gateway(live, login):
    server = live.mailbox("imap", login)
    with live.env() as env:
        clerk = env["res.users"].create({"name": "Clerk", "login": login})
        box = env["fetchmail.server"].browse(server)
        box.write({"port": 1, "responsible_id": clerk.id})
    with live.env() as env:
        for _look in range(5):
            env["fetchmail.server"].browse(server)._fetch_mail()
        told = env["mail.activity"].search([("user_id", "=", clerk.id)])
        assert told.mapped("summary") == [f"Mailbox “{login}” cannot be fetched"]


def test_switch_pauses_all_fetching(live, stack, login):
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox("imap", login)
    with live.env() as env:
        params = env["ir.config_parameter"]
        params.set_param("mail_gateway_plus.fetch_paused", "True")
    try:
        with pytest.raises(UserError, match="paused"):
            live.fetch(server)
        with live.env() as env:
            env.ref("mail.ir_cron_mail_gateway_action").method_direct_trigger()
        assert live.ledger(server, "state") == []
    finally:
        with live.env() as env:
            params = env["ir.config_parameter"]
            params.set_param("mail_gateway_plus.fetch_paused", False)
    live.fetch(server)
    assert live.ledger(server, "state") == [("routed",)]


def test_longest_waiting_mailbox_comes_first(live, login):
    with live.env() as env:
        Server = env["fetchmail.server"]
        boxes = Server
        for minutes in (1, 30, 10):
            boxes += Server.create(
                {
                    "name": str(minutes),
                    "next_fetch": fields.Datetime.now() - timedelta(minutes=minutes),
                }
            )
        boxes += Server.create({"name": "new"})
        later = fields.Datetime.now() + timedelta(hours=1)
        boxes += Server.create({"name": "later", "next_fetch": later})
        assert boxes._due().mapped("name") == ["new", "30", "10", "1"]
        boxes.unlink()


def nameless(bodies):
    """A POP3 server that knows no UIDL and keeps what is not deleted."""
    kept = dict(enumerate(bodies, start=1))

    def script(self, sock):
        sock.sendall(b"+OK ready\r\n")
        gone = set()
        while True:
            command, *rest = self.read(sock).decode().upper().split()
            number = int(rest[0]) if rest and rest[0].isdigit() else 0
            said = b"+OK\r\n"
            if command in ("UIDL", "CAPA"):
                said = b"-ERR what?\r\n"
            elif command == "LIST":
                lines = (f"{n} {len(raw)}\r\n" for n, raw in kept.items())
                said = ("+OK\r\n" + "".join(lines) + ".\r\n").encode()
            elif command == "TOP":
                said = (
                    b"+OK\r\n" + kept[number].split(b"\r\n\r\n")[0] + b"\r\n\r\n.\r\n"
                )
            elif command == "RETR":
                said = b"+OK\r\n" + kept[number] + b".\r\n"
            elif command == "DELE":
                gone.add(number)
            sock.sendall(said)
            if command == "QUIT":
                for number in gone:
                    del kept[number]
                return

    return script, kept


def test_pop_server_without_uidl_loses_nothing_and_brings_nothing_twice(live, login):
    bodies = [mail("sales@demo.example", f"{login} {n}") for n in range(3)]
    script, kept = nameless(bodies)
    with scripted.server(script) as bare:
        server = live.mailbox("pop", login, port=bare.port, connection_security="none")
        for _look in range(2):
            live.fetch(server)
            assert live.ledger(server, "raw") == [(raw,) for raw in bodies]
        with live.env() as env:
            env["fetchmail.server"].browse(server).after_fetch = "delete"
        kept[4] = mail("sales@demo.example", f"{login} 4")
        live.fetch(server)
        assert sorted(kept) == [1, 2, 3]
    assert live.ledger(server, "state") == [("routed",)] * 4


def test_restored_mailbox_loses_no_message_under_an_old_uid(live, stack, login):
    """After a restore a UID may belong to a message that nobody has fetched yet."""
    stack.deliver(login, mail("sales@demo.example", "Before the restore"))
    server = live.mailbox("imap", login, after_fetch="delete")
    with live.env() as env:
        env["fetchmail.server"].browse(server)._fetch_mail()
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()
        row = env["mail.gateway.incoming"].search([("server_id", "=", server)])
        # The place of the message that is to be deleted is another one's now.
        stack.empty(login)
        other = mail("nobody@demo.example", "After the restore", body="x" * 99)
        stack.deliver(login, other)
    with Reader(stack, login) as reader:
        reader.imap.select("INBOX", readonly=True)
        (uid,) = reader.imap.uid("SEARCH", "ALL")[1][0].decode().split()
        uidvalidity = reader.imap.response("UIDVALIDITY")[1][0].decode()
    with live.env() as env:
        row = row.with_env(env)
        row.write({"uid": uid, "uidvalidity": uidvalidity})
    live.fetch(server)
    assert left(stack, login) == ["After the restore"]
    found = live.ledger(server, "subject", "state")
    assert found == [
        ("Before the restore", "routed"),
        ("After the restore", "quarantined"),
    ]
    live.fetch(server)
    assert len(live.ledger(server, "state")) == 2


def test_size_of_another_day_is_no_other_message(live, stack, login):
    """Some servers do not state the same size twice."""
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox("imap", login, after_fetch="keep")
    live.fetch(server)
    with live.env() as env:
        rows = env["mail.gateway.incoming"].search([("server_id", "=", server)])
        stated, rows.stated = rows.stated, "1 1"
    live.fetch(server)
    assert live.ledger(server, "state", "stated") == [("routed", stated)]


def test_deleted_row_hides_no_message_of_another_folder(live, stack, login):
    """UIDs count in each folder anew: what is deleted from the ledger in one is not
    to be taken for known in another."""
    with Reader(stack, login) as reader:
        reader.create("Other")
    stack.deliver(login, mail("sales@demo.example", "In INBOX"))
    commands = [fields.Command.create({"name": name}) for name in ("INBOX", "Other")]
    server = live.mailbox("imap", login, folder_ids=commands, after_fetch="keep")
    live.fetch(server)
    with live.env() as env:
        env["mail.gateway.incoming"].search([("server_id", "=", server)]).unlink()
    with Reader(stack, login) as reader:
        reader.append("Other", mail("sales@demo.example", "In the other one"))
    live.fetch(server)
    assert live.ledger(server, "subject") == [("In the other one",)]
