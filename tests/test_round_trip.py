# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test messages go out through the real relay and come back through real mailboxes."""

import email.utils
import xmlrpc.client
from datetime import UTC, timedelta

import pytest

from odoo import fields, tools
from odoo.exceptions import UserError

from sandbox.accounts import owns
from sandbox.postfix import AT_ONCE, REWRITTEN

from . import scripted
from .arrival import arrived
from .ledger import Ledger
from .live import engine, mail
from .tap import Tap
from .test_permissions import (
    SALES,
    SUPPORT,
    TWENTY,
    Counted,
    identities,
    matrix,
    relay,
    send,
    world,
)

__all__ = ["world"]

MODEL = "mail.gateway.round.trip"
#: What a login hook complains of.
SAID = "Connect the account again"


@pytest.fixture(scope="module")
def live(stack):
    if not stack.relay.is_real:
        pytest.skip("no real Postfix")
    with engine(stack) as made:
        yield made


@pytest.fixture(params=["imap", "pop"])
def protocol(request):
    return request.param


@pytest.fixture
def box(world, stack):
    """Makes mailboxes, empty before and afterwards."""
    made = []

    def make(login="back@demo.example", protocol="imap", **values):
        stack.empty(login)
        made.append((login, world.mailbox(protocol, login, **values)))
        return made[-1][1]

    yield make
    with world.env() as env:
        env["fetchmail.server"].browse([box for _login, box in made]).unlink()
    for login, _box in made:
        stack.empty(login)


def start(env, box, servers=None, permissions=None, **values):
    """What the wizard does; returns the action that it ends with."""
    wizard = env["mail.gateway.round.trip.start"].create(
        {
            "mailbox_id": box,
            "mail_server_ids": servers and servers.ids,
            "permission_ids": permissions and permissions.ids,
            **values,
        }
    )
    return wizard.action_send()


def only(server, email):
    return server.permission_ids.filtered(lambda one: one.email == email)


def come_back(world, box, login="back@demo.example", count=1):
    arrived(world.stack, login, count)
    world.fetch(box)


def check_address(env, server, email):
    """Make the row of one address, without asking for it."""
    return (
        env["mail.gateway.permission"]
        ._rows(server)
        .filtered(lambda row: row.email == email)
    )


def checked(world, env, port):
    """The relay behind a port of its own, asked for what its envelope says."""
    port = world.stack.ports[port]
    server = relay(world, env, from_filter="demo.example", smtp_port=port)
    server.action_check_permissions()
    return server


def test_matrix_at_content_depth_for_20_addresses(world, box, protocol):
    mailbox = box(protocol=protocol)
    with Tap(world.stack.ports["smtp"], 1, lambda: None) as tap, world.env() as env:
        counted = Counted(tap)
        identities(env, TWENTY)
        server = relay(world, env, smtp_port=tap.port)
        told = start(env, mailbox, server)
        assert counted.connections == 1
        number = server.id
        owned = [email for email in TWENTY if owns(SALES, email)]
        assert f"{len(owned)} messages are on their way" in told["params"]["message"]
    come_back(world, mailbox, count=len(owned))
    with world.env() as env:
        server = env["ir.mail_server"].browse(number)
        expected = {
            email: "allowed" if owns(SALES, email) else "refused" for email in TWENTY
        }
        assert matrix(server) == expected
        for one in server.permission_ids:
            assert one.trip_state == ("returned" if one.email in owned else "refused")
            assert one.depth == ("content" if one.email in owned else "envelope")
    ledger = set(world.ledger(mailbox, "state", "reason_code"))
    assert ledger == {("ignored", "round_trip")}


def test_report_of_what_arrived(world, box):
    mailbox = box()
    with world.env() as env:
        identities(env, ["orders@demo.example"])
        server = relay(world, env)
        row = check_address(env, server, "orders@demo.example")
        start(env, mailbox, permissions=row)
        assert row.trip_state == "sent" and not row.checked_on
        number = row.id
    (raw,) = arrived(world.stack, "back@demo.example")
    assert b"Auto-Submitted: auto-generated" in raw
    world.fetch(mailbox)
    with world.env() as env:
        row = env["mail.gateway.permission"].browse(number)
        assert (row.state, row.depth) == ("allowed", "content")
        assert row.finding_code == "trip_kept"
        assert row.title == "Mail of orders@demo.example arrives under this address"
        trip = row.trip_id
        assert trip.arrived_from == "orders@demo.example"
        assert trip.return_path == "orders@demo.example"
        assert trip.encryption.startswith("TLS 1.3")
        assert not trip.added_sender and not trip.checked_by and not trip.spf
        assert 0 <= trip.seconds < 20
        incoming = trip.incoming_id
        assert incoming.outcome_ids.mapped("record_name") == ["orders@demo.example"]
        assert "orders@demo.example" in incoming.reason_cause
        assert not env["mail.message"].search([("subject", "=", incoming.subject)])


@pytest.mark.parametrize("to", ["taken@demo.example", "back@demo.example"])
def test_makes_no_record_whoever_is_addressed(world, box, to):
    """An alias, or nobody."""
    if to.startswith("taken"):
        world.alias("taken", "crm.lead")
    mailbox = box(to)
    with world.env() as env:
        server = relay(world, env)
        leads = env["crm.lead"].search_count([])
        start(env, mailbox, server, email_to=to)
        number = server.id
        count = server.permission_ids.mapped("trip_state").count("sent")
    come_back(world, mailbox, to, count)
    with world.env() as env:
        assert env["crm.lead"].search_count([]) == leads
        server = env["ir.mail_server"].browse(number)
        assert only(server, SALES).trip_state == "returned"
    assert {s for (s,) in world.ledger(mailbox, "state")} == {"ignored"}


def test_relay_that_rewrites_the_sender(world, box):
    mailbox = box()
    with world.env() as env:
        identities(env, ["ann@demo.example", REWRITTEN])
        server = checked(world, env, "smtp_rewriting")
        assert only(server, "ann@demo.example").state == "allowed"
        count = server.permission_count
        start(env, mailbox, server)
        number = server.id
    come_back(world, mailbox, count=count)
    with world.env() as env:
        server = env["ir.mail_server"].browse(number)
        ann, own = only(server, "ann@demo.example"), only(server, REWRITTEN)
        assert (ann.state, own.state) == ("rewritten", "allowed")
        assert ann.title == f"“{server.name}” puts {REWRITTEN} in place of {ann.email}"
        assert ann.trip_arrived_from == REWRITTEN
        assert ann.trip_return_path == ann.email
        assert f"From: {REWRITTEN}" in ann.evidence
        # The envelope says nothing against that.
        server.action_check_permissions()
        assert ann.state == "rewritten"


def test_refusal_after_the_content(world, box):
    mailbox, email = box(), "press@demo.example"
    with world.env() as env:
        identities(env, [email])
        row = only(checked(world, env, "smtp_content"), email)
        assert row.state == "allowed"
        told = start(env, mailbox, permissions=row)
        assert "1 were refused" in told["params"]["message"]
        assert (row.state, row.depth) == ("refused", "content")
        assert row.trip_state == "refused" and AT_ONCE in row.evidence


def test_refusal_that_comes_later_as_a_report(world, box):
    """To the sender's address, which is another mailbox here."""
    email = "ceo@demo.example"
    mailbox, reports = box(), box(email)
    with world.env() as env:
        identities(env, [email])
        row = only(checked(world, env, "smtp_content"), email)
        assert row.state == "allowed"
        start(env, mailbox, permissions=row)
        assert (row.state, row.trip_state) == ("allowed", "sent")
        number = row.id
    come_back(world, reports, email)
    with world.env() as env:
        row = env["mail.gateway.permission"].browse(number)
        assert (row.state, row.depth) == ("refused", "content")
        assert row.finding_code == "smtp_send_as_denied"
        assert row.trip_state == "bounced"
        assert "permissions to send as this sender" in row.evidence
        # That relay takes what it is given: a real mail shows nothing.
        deliver(env, row.mail_server_id, email)
        assert row.state == "refused"
        row.mail_server_id.action_check_permissions()
        assert row.state == "refused"
    assert world.ledger(reports, "state", "reason_code") == [
        ("bounce", "round_trip_bounce")
    ]


def deliver(env, server, sender):
    """A real mail that the server takes."""
    values = {"email_from": sender, "email_to": "bob@away.example", "body_html": "Hi"}
    sent = env["mail.mail"].create({**values, "mail_server_id": server.id})
    sent.auto_delete = False
    sent.send()
    assert sent.state == "sent", sent.failure_reason


def test_refusal_is_over_once_a_real_mail_is_taken(world):
    with world.env() as env:
        server = relay(world, env, from_filter="ann@demo.example")
        send(env, server, "ann@demo.example")
        (row,) = server.permission_ids
        assert (row.state, row.depth) == ("refused", "envelope")
        server.write({"smtp_port": world.stack.ports["smtp_rewriting"]})
        deliver(env, server, "ann@demo.example")
        assert (row.state, row.depth) == ("allowed", "content")
        assert row.finding_code == "permission_mail_taken"
        row.write({"state": "refused", "params": {"stage": "data"}})
        deliver(env, server, "ann@demo.example")
        assert row.state == "allowed"


def test_refusal_is_over_once_a_round_trip_comes_back(world, box):
    mailbox = box()
    with world.env() as env:
        server = relay(world, env, from_filter=SALES)
        row = check_address(env, server, SALES)
        row.write({"state": "refused", "depth": "content"})
        start(env, mailbox, permissions=row)
        number = row.id
    come_back(world, mailbox)
    with world.env() as env:
        assert env["mail.gateway.permission"].browse(number).state == "allowed"


# --- what does not come back, or not in time


@pytest.fixture
def lost(world, box):
    """A message that was taken, and lies outside of the mailbox: (box, row, bytes)"""
    mailbox = box()
    with world.env() as env:
        server = relay(world, env, from_filter=SALES)
        server.action_check_permissions()
        row = only(server, SALES)
        start(env, mailbox, permissions=row)
        number = row.id
    (raw,) = arrived(world.stack, "back@demo.example")
    world.stack.empty("back@demo.example")
    return mailbox, number, raw


def later(world, number, **delta):
    """Let time pass for a trip, and the scheduled action run."""
    with world.env() as env:
        trip = env["mail.gateway.permission"].browse(number).trip_id
        trip.write(
            {
                "sent_on": trip.sent_on - timedelta(**delta),
                "due_on": trip.due_on - timedelta(**delta),
            }
        )
    with world.env() as env:
        env[MODEL]._cron_round_trips()


def state(world, number):
    with world.env() as env:
        row = env["mail.gateway.permission"].browse(number)
        return row.state, row.trip_state


def test_does_not_come_back(world, lost):
    _mailbox, number, _raw = lost
    later(world, number, minutes=10)
    assert state(world, number) == ("allowed", "sent")
    later(world, number, minutes=10)
    assert state(world, number) == ("unknown", "missing")
    with world.env() as env:
        row = env["mail.gateway.permission"].browse(number)
        assert row.finding_code == "trip_missing" and "junk folder" in row.remedy
        assert "has not come back" in row.title


def test_comes_back_late(world, lost):
    mailbox, number, raw = lost
    later(world, number, hours=20)
    world.stack.deliver("back@demo.example", raw)
    world.fetch(mailbox)
    assert state(world, number) == ("allowed", "returned")
    with world.env() as env:
        trip = env["mail.gateway.permission"].browse(number).trip_id
        assert trip.seconds >= 20 * 3600


def test_comes_back_twice(world, lost, box):
    mailbox, number, raw = lost
    other = box("other@demo.example", "pop")
    for login in ("back@demo.example", "back@demo.example", "other@demo.example"):
        world.stack.deliver(login, raw)
    world.fetch(mailbox)
    world.fetch(other)
    assert state(world, number) == ("allowed", "returned")
    assert sorted(world.ledger(mailbox, "state")) == [("duplicate",), ("ignored",)]
    assert world.ledger(other, "state") == [("duplicate",)]


def test_stale_token_is_worth_nothing(world, lost):
    mailbox, number, raw = lost
    later(world, number, days=8)
    world.stack.deliver("back@demo.example", raw)
    world.fetch(mailbox)
    assert state(world, number) == ("unknown", "missing")
    # It is our own mail that comes back, and nothing else any more.
    assert world.ledger(mailbox, "state", "reason_code") == [("ignored", "loop_trace")]


def test_forged_token_has_no_effect(world, lost):
    mailbox, number, _raw = lost
    world.alias("leads", "crm.lead")
    headers = {"X-Mail-Gateway-Round-Trip": "0123456789abcdef" * 2 + "01234567"}
    forged = mail("leads@demo.example", "Forged", sender=SALES, **headers)
    world.stack.deliver("back@demo.example", forged)
    world.fetch(mailbox)
    assert state(world, number) == ("allowed", "sent")
    assert world.ledger(mailbox, "state") == [("routed",)]
    with world.env() as env:
        assert env["crm.lead"].search_count([("name", "=", "Forged")]) == 1


def test_used_token_has_no_effect(world, lost):
    mailbox, number, raw = lost
    world.alias("others", "crm.lead")
    world.stack.deliver("back@demo.example", raw)
    world.fetch(mailbox)
    again = raw.replace(b"To: back@", b"To: others@")
    again = again.replace(b"Subject: Round", b"Subject: Forged round")
    again = again.replace(b"Message-Id: <", b"Message-Id: <x")
    again = again.replace(b"From: sales@", b"From: someone@")
    again = again.replace(b"Delivered-To: back@", b"Delivered-To: others@")
    world.stack.deliver("back@demo.example", again)
    world.fetch(mailbox)
    assert state(world, number) == ("allowed", "returned")
    states = [state for (state,) in world.ledger(mailbox, "state")]
    assert states == ["ignored", "routed"]


def test_comes_back_through_a_pipe(world, lost):
    """The mail server is told that it was taken."""
    _mailbox, number, raw = lost
    with world.env() as env:
        env["fetchmail.server"].create({"name": "Pipe", "server_type": "local"})
    with world.env() as env:
        piped = xmlrpc.client.Binary(raw)
        assert env["mail.thread"].message_process("crm.lead", piped) is False
    assert state(world, number) == ("allowed", "returned")
    with world.env() as env:
        pipe = env["fetchmail.server"].search([("server_type", "=", "local")])
        pipe.unlink()


HOPS = b"""\
Received: from relay.else.example (relay.else.example [192.0.2.1])
 (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256) by mx.demo.example with ESMTPS;
 {date}
Authentication-Results: mx.demo.example; spf=pass smtp.mailfrom=sales@demo.example;
 dkim=pass header.d=demo.example; dmarc=pass header.from=demo.example
Authentication-Results: relay.else.example; spf=fail; dkim=fail; dmarc=fail
Received: from odoo by relay.else.example with ESMTPSA; {date}
Sender: account@else.example
DKIM-Signature: v=1; a=rsa-sha256; d=Demo.example; s=mail2026; h=from; bh=x; b=y
"""


def test_what_other_servers_say_on_the_way(world, lost):
    mailbox, number, raw = lost
    with world.env() as env:
        sent_on = env["mail.gateway.permission"].browse(number).trip_id.sent_on
    moment = (sent_on + timedelta(seconds=42)).replace(tzinfo=UTC)
    date = email.utils.format_datetime(moment).encode()
    hops = HOPS.replace(b"{date}", date).replace(b"\n", b"\r\n")
    world.stack.deliver("back@demo.example", hops + raw)
    world.fetch(mailbox)
    with world.env() as env:
        trip = env["mail.gateway.permission"].browse(number).trip_id
        assert trip.state == "returned" and trip.seconds == 42
        assert trip.checked_by == "mx.demo.example"
        assert trip.spf == "pass (sales@demo.example)"
        assert (trip.dkim, trip.dmarc) == ("pass (demo.example)",) * 2
        assert trip.added_sender == "account@else.example"
        way = "TLS 1.3, TLS_AES_128_GCM_SHA256 (relay.else.example → mx.demo.example)"
        assert trip.encryption == way
        # The check of the domain goes by what is learned here.
        assert (trip.came_from, trip.came_encrypted) == ("192.0.2.1", "yes")
        domain = env["mail.gateway.domain"].create({"name": "demo.example"})
        subject = domain._subject()
        sender = next(s for s in subject.servers if s.name == trip.mail_server_id.name)
        assert sender.addresses == ("192.0.2.1",)
        assert sender.signs == (("demo.example", "mail2026"),)
        assert subject.selectors == ("mail2026",) and subject.is_encrypted
        assert "ip4:192.0.2.1" in subject.terms


LATE = b"""\
Return-Path: <>
From: MAILER-DAEMON@else.example
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; else.example

Final-Recipient: rfc822; back@demo.example
Action: delayed
Status: 4.4.1

--x
Content-Type: message/rfc822

"""


def test_report_that_it_is_late(world, lost):
    mailbox, number, raw = lost
    report = LATE.replace(b"\n", b"\r\n") + raw + b"\r\n--x--\r\n"
    world.stack.deliver("back@demo.example", report)
    world.fetch(mailbox)
    assert state(world, number) == ("allowed", "sent")
    assert world.ledger(mailbox, "state", "reason_code") == [
        ("ignored", "round_trip_late")
    ]
    world.stack.deliver("back@demo.example", raw)
    world.fetch(mailbox)
    assert state(world, number) == ("allowed", "returned")


def test_comes_back_before_the_server_has_said_yes(world, box):
    mailbox = box()
    ledger = Ledger(world)
    ends = []

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        while True:
            verb = self.read(sock).split()[0].upper()
            if verb == b"DATA":
                sock.sendall(b"354 go on\r\n")
                lines = []
                while (line := self.read(sock)) != b".":
                    lines.append(line + b"\r\n")
                ends.append(ledger.end(b"".join(lines), mailbox))
            sock.sendall(b"250 yes\r\n")

    with scripted.server(script) as other, world.env() as env:
        values = {"smtp_port": other.port, "smtp_encryption": "none"}
        server = relay(world, env, from_filter=SALES, **values)
        server.smtp_user = False
        start(env, mailbox, server)
        (row,) = server.permission_ids
        assert (row.state, row.trip_state) == ("allowed", "returned")
        assert row.trip_id.reply == "250 yes" and row.trip_id.incoming_id.id in ends


# --- how it begins


def test_nothing_is_sent_where_nothing_would_come_back(world, box):
    mailbox = box()
    with world.env() as env:
        server = relay(world, env, from_filter=SALES)
        env["fetchmail.server"].browse(mailbox).state = "draft"
        with pytest.raises(UserError, match="Nothing would come back"):
            start(env, mailbox, server)
        with pytest.raises(UserError, match="no email address"):
            env["fetchmail.server"].browse(mailbox).state = "done"
            start(env, mailbox, server, email_to="back")
        assert not env[MODEL].search([("mail_server_id", "=", server.id)])


def test_who_gets_the_messages(world, box):
    mailbox = box()
    with world.env() as env:
        wizard = env["mail.gateway.round.trip.start"].create({"mailbox_id": mailbox})
        assert wizard.email_to == "back@demo.example" and not wizard.is_foreign
        wizard.email_to = "stranger@elsewhere.example"
        assert wizard.is_foreign


def test_nothing_goes_to_other_people(world, box):
    mailbox, address = box(), "info_x@elsewhere.example"
    for to in (f"{address}, back@demo.example", "infoyx@elsewhere.example"):
        world.stack.deliver("back@demo.example", mail(to, to))
    world.fetch(mailbox)
    with world.env() as env:
        server = relay(world, env, from_filter=SALES)
        with pytest.raises(UserError, match="never go to other people"):
            start(env, mailbox, server, email_to=address)
        assert not server.permission_ids.trip_ids
    # The mailbox of a login that is no address.
    world.stack.deliver("back@demo.example", mail(address, "For info"))
    world.fetch(mailbox)
    with world.env() as env:
        values = {"mailbox_id": mailbox, "email_to": address}
        wizard = env["mail.gateway.round.trip.start"].create(values)
        assert not wizard.is_foreign


def test_servers_of_the_configuration_file_and_archived_ones(world, box, monkeypatch):
    mailbox, stack = box(), world.stack
    for name, value in {
        "smtp_server": stack.host,
        "smtp_port": stack.ports["smtp"],
        "smtp_ssl": True,
        "smtp_user": SALES,
        "smtp_password": stack.password,
        "from_filter": SALES,
    }.items():
        monkeypatch.setitem(tools.config.options, name, value)
    with world.env() as env:
        archived = relay(world, env, SUPPORT, active=False, from_filter=SUPPORT)
        servers = env["ir.mail_server"]._configured() + archived
        start(env, mailbox, servers)
        numbers = servers.ids
    come_back(world, mailbox, count=2)
    with world.env() as env:
        rows = env["ir.mail_server"].browse(numbers).permission_ids
        assert set(rows.mapped("email")) == {SALES, SUPPORT}
        assert set(rows.mapped("trip_state")) == {"returned"}


def test_limits_hold_and_the_rest_is_sent_later(world, box):
    mailbox = box()
    with world.env() as env:
        identities(env, [f"p{number}@demo.example" for number in range(8)])
        port = world.stack.ports["smtp_rewriting"]
        server = relay(world, env, smtp_port=port, from_filter="demo.example")
        server.limit_day = 8
        rows = env["mail.gateway.permission"]._rows(server)
        told = start(env, mailbox, permissions=rows)
        assert f"{len(rows) - 4} more are sent" in told["params"]["message"]
        server.limit_day = 0
        number = server.id
    arrived(world.stack, "back@demo.example", 4)
    with world.env() as env:
        env[MODEL]._cron_round_trips()
        server = env["ir.mail_server"].browse(number)
        assert set(server.permission_ids.mapped("trip_state")) == {"sent"}
        count = len(server.permission_ids)
    come_back(world, mailbox, count=count)


def test_server_that_takes_no_login(world, box):
    mailbox = box()
    with world.env() as env:
        server = relay(world, env, SUPPORT, from_filter=SUPPORT)
        server.smtp_pass = "pl4nted secret"
        told = start(env, mailbox, server)
        (row,) = server.permission_ids
        assert (row.state, row.trip_state) == ("unknown", "unsent")
        assert row.finding_code == "smtp_login_refused"
        assert "1 could not be sent" in told["params"]["message"]
        assert "pl4nted" not in str(row.trip_id.read() + row.read())


def test_login_that_cannot_be_prepared(world, box, monkeypatch):
    """The server is not asked at all."""
    mailbox = box()
    with world.env() as env:
        server = relay(world, env, SUPPORT, from_filter=SUPPORT)

        def hook(self, connection, user, password):
            raise UserError(SAID)

        monkeypatch.setattr(type(server), "_smtp_login__", hook)
        start(env, mailbox, server)
        (row,) = server.permission_ids
        assert (row.state, row.trip_state) == ("unknown", "unsent")
        assert row.finding_code == "smtp_no_login"
        assert row.evidence == SAID


def test_what_the_cron_has_sent_meanwhile_is_not_sent_again(world, box, monkeypatch):
    """It works off the third server while the login to the second is prepared."""
    mailbox = box()
    with world.env() as env:
        servers = env["ir.mail_server"]
        for _number in range(3):
            servers += relay(world, env, from_filter=SALES)
        second, login = servers[1].id, type(servers)._smtp_login__

        def hook(self, *args):
            if self.id == second:
                with world.env() as other:
                    other[MODEL]._cron_round_trips()
            return login(self, *args)

        monkeypatch.setattr(type(servers), "_smtp_login__", hook)
        start(env, mailbox, servers)
        assert env[MODEL].search_count([("state", "=", "sent")]) >= 3
    come_back(world, mailbox, count=3)
    assert world.ledger(mailbox, "state") == [("ignored",)] * 3


def test_token_is_nowhere_in_the_database(world, lost):
    _mailbox, number, raw = lost
    token = raw.partition(b"X-Mail-Gateway-Round-Trip: ")[2].split()[0].decode()
    assert len(token) == 40
    with world.env() as env:
        trip = env["mail.gateway.permission"].browse(number).trip_id
        env.cr.execute("SELECT t::text FROM mail_gateway_round_trip t")
        assert token not in str(env.cr.fetchall())
        assert trip.sent_on <= fields.Datetime.now()


def test_message_that_was_perhaps_taken_is_awaited(world, box):
    """The server hangs up after the content."""
    mailbox = box()

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        while (line := self.read(sock)) != b"DATA":
            sock.sendall(b"250 yes\r\n")
        sock.sendall(b"354 go on\r\n")
        while line != b".":
            line = self.read(sock)

    with scripted.server(script) as other, world.env() as env:
        values = {"smtp_port": other.port, "smtp_encryption": "none"}
        server = relay(world, env, from_filter=SALES, **values)
        server.smtp_user = False
        start(env, mailbox, server)
        (row,) = server.permission_ids
        assert (row.state, row.trip_state) == ("unknown", "sent")


def test_connection_that_is_lost_leaves_the_rest_for_later(world, box):
    """A server that hangs up after each second message."""
    mailbox = box()

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        taken = 0
        while taken < 2:
            verb = self.read(sock).split()[0].upper()
            if verb == b"DATA":
                sock.sendall(b"354 go on\r\n")
                while self.read(sock) != b".":
                    pass
                taken += 1
            sock.sendall(b"250 yes\r\n")

    with scripted.server(script) as other, world.env() as env:
        identities(env, [f"p{number}@demo.example" for number in range(6)])
        values = {"smtp_port": other.port, "smtp_encryption": "none"}
        server = relay(world, env, from_filter="demo.example", **values)
        server.smtp_user = False
        rows = env["mail.gateway.permission"]._rows(server)[:7]
        start(env, mailbox, permissions=rows)
        states = rows.mapped("trip_state")
        # Two over each of two connections, and the one at which the second was lost
        assert [states.count(s) for s in ("sent", "unsent", "waiting")] == [4, 1, 2]
        env[MODEL]._cron_round_trips()
        env.invalidate_all()
        assert rows.mapped("trip_state").count("waiting") == 0
