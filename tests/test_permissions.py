# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""As whom servers let mail leave: asked of the real relay, which knows which login owns
which sender (reject_sender_login_mismatch)."""

import threading
import time

import pytest

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.models.server_locks import RELAYS, ServerLocks

from sandbox.accounts import ACCOUNTS, owns

from . import scripted
from .live import engine
from .tap import Tap

SALES, SUPPORT = ACCOUNTS[0].login, ACCOUNTS[1].login


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


@pytest.fixture
def world(live):
    """No server, no address but those that the test makes."""
    with live.env() as env:
        env["mail.gateway.permission"].search([]).unlink()
        env["ir.mail_server"].search([]).unlink()
        env["mail.gateway.identity"].search([]).unlink()
        env["mail.template"].search([]).email_from = False
        env["res.company"].search([]).email = False
        env["res.users"].search([("share", "=", False)]).email = False
        live.domain(env).write({"default_from": "orders"})
    return live


def relay(live, env, login=SALES, **values):
    usual = {"name": f"Relay of {login}", "login": login, "from_filter": False}
    return live.relay(env, **usual | values)


def identities(env, emails, **values):
    return env["mail.gateway.identity"].create(
        [{"name": email, "email": email, **values} for email in emails]
    )


def matrix(server):
    return {one.email: one.state for one in server.permission_ids}


OWN = ("sales", "orders", "bounce", "support", "help", "jobs", "catchall")
OTHERS = ("ceo", "ann", "bob", "carla", "noreply", "info", "hr", "it", "shop", "press")
TWENTY = [f"{name}@demo.example" for name in (*OWN, *OTHERS)]
TWENTY += ["ann@away.example", "sales@away.example", "orders+7@demo.example"]


def test_matrix_is_right_for_20_addresses_and_two_logins(world):
    with world.env() as env:
        identities(env, TWENTY)
        servers = relay(world, env) | relay(world, env, SUPPORT)
        told = servers.action_check_permissions()
        for server in servers:
            expected = {
                email: "allowed" if owns(server.smtp_user, email) else "refused"
                for email in TWENTY
            }
            assert matrix(server) == expected
        refused = env["mail.gateway.permission"].search(
            [("email", "=", "ceo@demo.example"), ("mail_server_id", "=", servers[0].id)]
        )
        assert f"not owned by user {SALES}" in refused.evidence
        assert refused.finding_code == "smtp_sender_not_owned"
        assert refused.title == f"{SALES} may not send as ceo@demo.example"
        assert "smtpd_sender_login_maps" in refused.remedy
        assert refused.depth == "envelope" and refused.checked_on
        assert servers[0].permission_count == 20
        counts = servers.mapped("refused_count")
        assert counts == [16, 17]
        assert f"{sum(counts)} refused" in told["params"]["message"]
        shown = told["params"]["next"]["context"]
        assert shown == {"search_default_by_server": 1}, "which is whose"


def test_one_connection_a_server_within_its_time(world):
    """5 servers by 200 addresses."""
    emails = [f"person{number}@demo.example" for number in range(200)]
    with world.env() as env:
        identities(env, emails)
        servers = env["ir.mail_server"]
        taps = [Tap(world.stack.ports["smtp"], 1, lambda: None) for _number in range(5)]
        opened = [Counted(tap) for tap in taps]
        for tap in taps:
            tap.__enter__()
            servers |= relay(world, env, smtp_port=tap.port)
        begin = time.monotonic()
        servers.action_check_permissions()
        taken = time.monotonic() - begin
        for tap in taps:
            tap.__exit__()
        for server in servers:
            asked = {e: s for e, s in matrix(server).items() if e in emails}
            assert asked == dict.fromkeys(emails, "refused")
    assert [one.connections for one in opened] == [1] * 5
    assert taken < 20, taken


class Counted:
    """Counts the connections that pass through a tap."""

    def __init__(self, tap):
        self.connections = 0
        self._pass, tap._pass = tap._pass, self._counted

    def _counted(self, client):
        self.connections += 1
        self._pass(client)


def smtp(rcpt=b"250 yes", most=10_000):
    """A server that answers each recipient so, and hangs up after so many."""

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        for _number in range(most):
            verb = self.read(sock).split()[0].upper()
            usual = {
                b"EHLO": b"250-x\r\n250 SIZE 9",
                b"RCPT": rcpt,
                b"QUIT": b"221 bye",
            }
            sock.sendall(usual.get(verb, b"250 yes") + b"\r\n")

    return script


def odd(live, env, port, **values):
    values = {"smtp_port": port, "smtp_encryption": "none", **values}
    return relay(live, env, "sales@demo.example", smtp_pass="pw", **values)


def check(live, env, script, **values):
    """The server after it was asked, without a login."""
    with scripted.server(script) as other:
        server = odd(live, env, other.port, smtp_user=False, **values)
        server.from_filter = "demo.example"
        server.action_check_permissions()
        return server, [line.upper() for line in other.lines]


@pytest.mark.parametrize(
    "rcpt, state, code",
    [
        (b"450 4.2.0 Greylisted, try again", "unknown", "smtp_greylisted"),
        (b"550 5.1.1 User unknown", "unknown", "smtp_recipient_unknown"),
        (b"550 5.7.60 Client does not have permissions to send as this sender",
         "refused", "smtp_send_as_denied"),
        (b"250 2.1.5 Ok", "allowed", False),
    ],
)  # fmt: skip
def test_only_what_is_meant_for_the_sender_refuses_it(world, rcpt, state, code):
    with world.env() as env:
        identities(env, ["ann@demo.example"])
        server, lines = check(world, env, smtp(rcpt))
        found = server.permission_ids.filtered(lambda p: p.email == "ann@demo.example")
        assert (found.state, found.finding_code) == (state, code)
        assert found.evidence.startswith(rcpt[:3].decode())
        assert not any(line.startswith(b"DATA") for line in lines)
        # Asked for with an address of ours, whoever the sender is.
        recipients = {line for line in lines if line.startswith(b"RCPT")}
        assert recipients == {b"RCPT TO:<CATCHALL@DEMO.EXAMPLE>"}


def test_server_that_cannot_be_reached_takes_nothing_back(world):
    with world.env() as env:
        identities(env, ["ceo@demo.example"])
        server = relay(world, env)
        server.action_check_permissions()
        before = matrix(server)
        assert before["ceo@demo.example"] == "refused"
        server.smtp_pass = "pl4nted secret"
        identities(env, ["new@demo.example"])
        told = server.action_check_permissions()
        assert matrix(server) == {**before, "new@demo.example": "unknown"}
        new = server.permission_ids.filtered(lambda p: p.email == "new@demo.example")
        assert new.finding_code == "smtp_login_refused"
        assert told["params"]["type"] == "warning"
        assert "pl4nted" not in str(server.permission_ids.read())


def test_limit_of_a_minute_holds_and_the_rest_is_asked_later(world):
    with world.env() as env:
        identities(env, [f"p{number}@demo.example" for number in range(50)])
        cron = env.ref("mail_gateway_plus.ir_cron_permissions")
        triggers = env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        begin = time.monotonic()
        server, lines = check(world, env, smtp(), limit_minute=480)
        taken = time.monotonic() - begin
        asked = [line for line in lines if line.startswith(b"MAIL")]
        assert len(asked) == server.permission_count
        # Half of the limit: a pause of 0.25 s
        assert 0.25 * (len(asked) - 1) <= taken < 40
        server.limit_day = 2 * len(asked) + 10
        with scripted.server(smtp()) as other:
            server.smtp_port = other.port
            server.action_check_permissions()
            assert sum(line.startswith(b"MAIL") for line in other.lines) == 5
        now = env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        assert now > triggers


def test_server_that_hangs_up_is_asked_on_by_the_cron(world):
    with world.env() as env:
        identities(env, [f"p{number}@demo.example" for number in range(30)])
        with scripted.server(smtp(most=25)) as other:
            server = odd(world, env, other.port, smtp_user=False)
            server.from_filter = "demo.example"
            server.action_check_permissions()
            first = server.permission_count
            states = list(matrix(server).values())
            # Twice eight, and the one at which it was lost for the second time
            assert 10 < first < 30 and states.count("unknown") == 1
            env["ir.mail_server"]._cron_check_permissions()
            env.invalidate_all()
            assert server.permission_count > first


def test_server_is_asked_by_one_at_a_time(world):
    """Two would ask twice as fast as its limits allow."""
    with world.env() as env, ServerLocks(world.registry, RELAYS) as somebody:
        identities(env, ["ceo@demo.example"])
        server = relay(world, env)
        assert somebody.take(server.id)
        with pytest.raises(UserError, match="is being asked just now"):
            server.action_check_permissions()
        somebody.give_back(server.id)
        server.action_check_permissions()
        before = server.permission_ids.mapped("checked_on")
        env.cr.execute("UPDATE mail_gateway_permission SET checked_on = '2020-01-01'")
        env.invalidate_all()
        assert somebody.take(server.id), "given back"
        env["ir.mail_server"]._cron_check_permissions()
        assert server.permission_ids.mapped("checked_on") < before


def test_servers_are_asked_side_by_side(world):
    """A dozen that are slow together cost the time of one: Odoo ends a worker that
    takes too long."""
    together = threading.Barrier(12, timeout=10)
    answers = smtp()

    def script(self, sock):
        together.wait()
        answers(self, sock)

    with scripted.server(script) as other, world.env() as env:
        servers = env["ir.mail_server"]
        for _number in range(12):
            servers |= odd(world, env, other.port, smtp_user=False)
        servers.from_filter = SALES
        servers.action_check_permissions()
        assert [matrix(server) for server in servers] == [{SALES: "allowed"}] * 12


def meanwhile(world, change):
    """A script in which somebody commits ``change(env)`` before the first answer."""
    answers = smtp()

    def script(self, sock):
        with world.env() as env:
            change(env)
        answers(self, sock)

    return script


def test_answers_of_settings_that_are_gone_do_not_count(world):
    def change(env):
        env["ir.mail_server"].search([]).smtp_host = "127.0.0.1"

    with world.env() as env:
        identities(env, ["ann@demo.example"])
        with scripted.server(meanwhile(world, change)) as other:
            server = odd(world, env, other.port, smtp_user=False)
            told = server.action_check_permissions()
            assert not server.permission_ids
            assert "was changed while it was asked" in told["params"]["message"]
            assert told["params"]["type"] == "warning"
            server.action_check_permissions()
            assert matrix(server)["ann@demo.example"] == "allowed"


def test_identity_that_is_deleted_meanwhile(world):
    def change(env):
        env["mail.gateway.identity"].search([]).unlink()

    with world.env() as env:
        identities(env, ["ann@demo.example"])
        with scripted.server(meanwhile(world, change)) as other:
            server = odd(world, env, other.port, smtp_user=False)
            server.action_check_permissions()
            found = server.permission_ids.filtered(lambda p: p.email.startswith("ann"))
            assert found.state == "allowed" and not found.identity_id


def test_cron_refreshes_what_is_old_and_only_that(world):
    with world.env() as env:
        identities(env, ["ceo@demo.example", "ann@demo.example"])
        server = relay(world, env)
        never_asked = relay(world, env, SUPPORT)
        server.action_check_permissions()
        env.flush_all()
        env.cr.execute(
            "UPDATE mail_gateway_permission SET state = 'unknown', asked_on ="
            " asked_on - interval '8 days' WHERE email = 'ceo@demo.example'"
        )
        env.cr.execute(
            "UPDATE mail_gateway_permission SET state = 'unknown'"
            " WHERE email = 'ann@demo.example'"
        )
        env.invalidate_all()
        params = env["ir.config_parameter"]
        params.set_param("mail_gateway_plus.permission_days", "0")
        env["ir.mail_server"]._cron_check_permissions()
        assert matrix(server)["ceo@demo.example"] == "unknown"
        params.set_param("mail_gateway_plus.permission_days", "7")
        env["ir.mail_server"]._cron_check_permissions()
        env.invalidate_all()
        assert matrix(server)["ceo@demo.example"] == "refused"
        assert matrix(server)["ann@demo.example"] == "unknown"
        assert not never_asked.permission_ids


def send(env, server, sender):
    mail = env["mail.mail"].create(
        {
            "email_from": sender,
            "email_to": "bob@away.example",
            "body_html": "Hello",
            "mail_server_id": server.id,
        }
    )
    mail.send()
    assert mail.state == "exception"
    return mail


def test_real_mail_that_is_refused_for_its_sender_is_evidence(world):
    with world.env() as env:
        server = relay(world, env, from_filter="ceo@demo.example")
        send(env, server, "ceo@demo.example")
        found = server.permission_ids
        assert (found.email, found.state) == ("ceo@demo.example", "refused")
        assert (found.depth, found.finding_code) == (
            "envelope", "smtp_sender_not_owned",
        )  # fmt: skip
        send(env, server, "ceo@demo.example")
        assert len(server.permission_ids) == 1


def test_refusal_of_the_content_is_not_taken_back_by_an_envelope(world):
    said = b"554 5.2.252 SendAsDenied; sales@demo.example not allowed to send as ann"

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        while True:
            verb = self.read(sock).split()[0].upper()
            if verb == b"DATA":
                sock.sendall(b"354 go on\r\n")
                while self.read(sock) != b".":
                    pass
            sock.sendall(said + b"\r\n" if verb == b"DATA" else b"250 yes\r\n")

    with scripted.server(script) as other, world.env() as env:
        server = odd(world, env, other.port, smtp_user=False)
        server.from_filter = "ann@demo.example"
        send(env, server, "ann@demo.example")
        (found,) = server.permission_ids
        assert (found.state, found.depth) == ("refused", "content")
        assert found.finding_code == "smtp_send_as_denied"
        server.action_check_permissions()
        assert matrix(server)["ann@demo.example"] == "refused"


@pytest.mark.parametrize("state", ["allowed", "rewritten", "unknown", "refused"])
def test_only_what_is_refused_costs_odoo_its_cache(world, state):
    """Which other workers lose as well, while mail goes out."""
    with world.env() as env:
        server = relay(world, env)
        values = {"mail_server_id": server.id, "email": "ann@demo.example"}
        values |= {"state": state, "checked_on": fields.Datetime.now()}

        def kept(change):
            actions = env["ir.actions.act_window"]
            actions._existing()
            changed = change()
            env.flush_all()
            before = env.cr.sql_log_count
            actions._existing()
            return env.cr.sql_log_count == before, changed

        Permission = env["mail.gateway.permission"]
        created, row = kept(lambda: Permission.create(values))
        written, _true = kept(lambda: row.write({"params": {"reply": "550 no"}}))
        deleted, _true = kept(row.unlink)
        assert (created, written, deleted) == (state != "refused",) * 3


def test_what_is_no_longer_refused_is_forgotten(world):
    with world.env() as env:
        server = relay(world, env)
        values = {"mail_server_id": server.id, "email": "ann@demo.example"}
        values |= {"state": "unknown", "checked_on": fields.Datetime.now()}
        row = env["mail.gateway.permission"].create(values)
        asked = []
        for state in ("unknown", "refused", "allowed", "refused"):
            row.state = state
            asked.append(bool(row._refused_once(server.id)))
        row.unlink()
        asked.append(bool(row._refused_once(server.id)))
        assert asked == [False, True, False, True, False]
