# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outgoing servers against the real relay: who logs in, and what arrives."""

import base64
import email.policy
from email.parser import BytesParser

import pytest

from sandbox.accounts import ACCOUNTS

from . import arrival, scripted
from .live import engine

SALES, SUPPORT = ACCOUNTS[0].login, ACCOUNTS[1].login


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def relay(live, env, **values):
    """The only outgoing server: the sandbox's Postfix."""
    env["ir.mail_server"].search([]).unlink()
    return live.relay(env, **{"from_filter": False, **values})


def twin(live, env, login, **values):
    mailbox = env["fetchmail.server"].create(
        {"name": "Box", "server": "x", "user": login, "password": live.stack.password}
    )
    kind = {"smtp_authentication": "mailbox", "mailbox_id": mailbox.id}
    return relay(live, env, **kind, smtp_pass=False, **values)


def sent(env, **values):
    defaults = {"email_to": "bob@away.example", "body_html": "Hello"}
    mail = env["mail.mail"].create({**defaults, **values})
    mail.send()
    return mail


@pytest.mark.parametrize(
    "login, user", [(SALES, False), ("nobody@demo.example", SALES)]
)
def test_password_of_the_mailbox_serves_to_send(live, login, user):
    """Postfix takes sales@ as sender from that login only."""
    with live.env() as env:
        server = twin(live, env, login, smtp_user=user)
        for chosen in (server.id, False):
            mail = sent(env, email_from=SALES, mail_server_id=chosen)
            assert mail.state == "sent", mail.failure_reason
        mail = sent(env, email_from=SUPPORT, mail_server_id=server.id)
        assert f"not owned by user {SALES}" in mail.failure_reason
        server.from_filter = SALES
        assert server.test_smtp_connection()["params"]["type"] == "success"


def test_wrong_password_of_the_mailbox_is_told_and_hidden(live):
    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        while True:
            verb, _blank, rest = self.read(sock).partition(b" ")
            if verb.upper() == b"EHLO":
                sock.sendall(b"250-x\r\n250 AUTH PLAIN\r\n")
            elif verb.upper() == b"AUTH":
                said = base64.b64decode(rest.split()[1]).split(b"\0")[2]
                sock.sendall(b"535 5.7.8 not with " + said + b"\r\n")
            else:
                sock.sendall(b"250 yes\r\n")

    with scripted.server(script) as other, live.env() as env:
        place = {"smtp_port": other.port, "smtp_encryption": "none"}
        server = twin(live, env, "ann", smtp_user=False, **place)
        server.mailbox_id.password = "pl4nted secret"
        mail = sent(env, email_from="ann@h.example", mail_server_id=server.id)
        said = mail.failure_reason
    assert "refuses the login of ann" in said
    assert "***" in said and "pl4nted" not in said


# --- under which address mail leaves

ANN = '"Ann Smith" <ann@demo.example>'
JOBS = ACCOUNTS[2].login


def arrived(live, env, author=ANN, **values):
    """(From, Reply-To, return path) of a mail in the recipient's mailbox."""
    live.stack.empty(JOBS)
    mail = sent(env, email_from=author, email_to=JOBS, **values)
    assert mail.state == "sent", mail.failure_reason
    (raw,) = arrival.arrived(live.stack, JOBS)
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    paths = message.get_all("Return-Path")
    assert len(paths) == 1
    return str(message["From"]), str(message["Reply-To"]), paths[0].strip("<>")


def employee(env, department="Sales"):
    found = env["hr.department"].create({"name": department})
    return env["hr.employee"].create(
        {"name": "Ann", "work_email": "Ann@demo.example", "department_id": found.id}
    )


def test_account_of_its_own_takes_no_other_address(live):
    with live.env() as env:
        relay(live, env)
        mail = sent(env, email_from=ANN)
        assert "not owned by user" in mail.failure_reason, "stock's behaviour stays"
        relay(live, env, sender_policy="account")
        by = f"Ann Smith <{SALES}>"
        assert arrived(live, env) == (by, "Ann Smith <ann@demo.example>", SALES)
        kept = arrived(live, env, reply_to="catchall@demo.example")
        assert kept == (by, "catchall@demo.example", SALES)
        own = f"Sales <{SALES}>"
        assert arrived(live, env, author=own) == (own, own, SALES)


def test_of_several_authors_only_those_who_may_are_named(live):
    """And a return path with a domain in ASCII is known for the author's."""
    both = f"Sales <{SALES}>, ann@demo.example"
    with live.env() as env:
        relay(live, env, sender_policy="account")
        found = arrived(live, env, author=both)
        assert found == (f"Sales <{SALES}>", both, SALES)
        relay(live, env, from_mode="account", from_filter="bücher.example")
        found = arrived(live, env, author="Ann <ann@bücher.example>")
        assert found[::2] == (f"Ann <{SALES}>", SALES)


def test_listed_addresses_leave_as_they_are(live):
    with live.env() as env:
        listed = "orders@demo.example, help@demo.example"
        relay(live, env, sender_policy="listed", from_filter=listed)
        orders = "Orders <orders@demo.example>"
        assert arrived(live, env, author=orders)[::2] == (
            orders,
            "orders@demo.example",
        )
        assert arrived(live, env) == (
            f"Ann Smith <{SALES}>",
            "Ann Smith <ann@demo.example>",
            SALES,
        )


@pytest.mark.parametrize("policy", ["any", "account"])
def test_all_mail_leaves_from_the_account(live, policy):
    """With Odoo's own sender and return path for a domain; the relay takes the
    latter."""
    with live.env() as env:
        domain = live.domain(env)
        env["res.company"].search([]).alias_domain_id = domain
        relay(live, env, from_mode="account", sender_policy=policy)
        path = {"any": domain.bounce_email, "account": SALES}[policy]
        found = arrived(live, env, record_alias_domain_id=domain.id)
        assert found[::2] == (f"Ann Smith <{SALES}>", path)
        assert f"<{domain.catchall_email}>" in found[1], "where Odoo wants answers"
        env.cr.rollback()


def test_name_says_through_whom(live):
    with live.env() as env:
        server = relay(live, env, from_mode="via", sender_policy="account")
        company = env.company.name
        assert arrived(live, env)[0] == f"Ann Smith via {company} <{SALES}>"
        other = env["res.company"].create({"name": "Other"})
        user = {"name": "Ann", "login": "ann", "email": "ann@demo.example"}
        user |= {"company_id": other.id, "company_ids": other.ids}
        env["res.users"].create(user)
        assert arrived(live, env)[0] == f"Ann Smith via Other <{SALES}>"
        ann = employee(env)
        assert arrived(live, env) == (
            f"Ann Smith via Sales <{SALES}>",
            "Ann Smith <ann@demo.example>",
            SALES,
        )
        box = twin(live, env, SALES, from_mode="via", smtp_user=False).mailbox_id
        assert arrived(live, env)[0] == f"Ann Smith via Sales <{SALES}>"
        box.department_id = ann.department_id.create({"name": "Büro, Köln"})
        assert arrived(live, env)[0] == f'"Ann Smith via Büro, Köln" <{SALES}>'
        assert server.exists() != server, "the twin took its place"
        env.cr.rollback()


def test_account_of_a_shared_mailbox_is_the_mailbox(live):
    """Microsoft 365: the login is a person's, the sender the shared address."""
    with live.env() as env:
        shared = "orders@demo.example"
        twin(live, env, shared, smtp_user=SALES, sender_policy="account")
        assert arrived(live, env)[::2] == (f"Ann Smith <{shared}>", shared)


def test_personal_server_keeps_stock_rules(live):
    with live.env() as env:
        admin = env.ref("base.user_admin")
        admin.email = "ceo@demo.example"
        server = relay(
            live,
            env,
            sender_policy="account",
            from_mode="account",
            owner_user_id=admin.id,
            from_filter=admin.email,
        )
        admin.outgoing_mail_server_id = server
        mail = sent(
            env.user.with_user(admin).env,
            email_from=admin.email,
            mail_server_id=server.id,
        )
        assert "<ceo@demo.example>: Sender address rejected" in mail.failure_reason
        env.cr.rollback()


def test_connection_is_tested_with_the_address_that_will_be_used(live):
    with live.env() as env:
        server = relay(live, env, sender_policy="account")
        assert server.test_smtp_connection()["params"]["type"] == "success"
