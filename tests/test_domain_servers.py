# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From × server × envelope: what Odoo knows of its servers goes into the check, and
what follows from it is shown for each."""

import contextlib

import pytest

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from sandbox import ports
from sandbox.nameserver import NameServer

from .core.dns.test_dkim import rsa
from .ledger import Ledger
from .live import engine, mail
from .test_domain import KEY

IP = "192.0.2.25"
DKIM = f'"v=DKIM1; p={rsa(2048)[:200]}" "{rsa(2048)[200:]}"'
ZONE = f"""@ MX 10 mx
mx A {IP}
@ TXT "v=spf1 ip4:{IP} -all"
s1._domainkey TXT {DKIM}
_dmarc TXT "v=DMARC1; p=none; rua=mailto:d@firm.test"
"""
BACK = {"test": "", "2.0.192.in-addr.arpa": "25 PTR mx.firm.test."}


@pytest.fixture(scope="module")
def names():
    zones = {**BACK, "list.test": "25.2.0.192 A 127.0.0.2"}
    with NameServer(ports.any_free(), zones) as server:
        yield server


@pytest.fixture(scope="module")
def live(stack, names):
    with engine(stack) as made:
        with made.env() as env:
            env["ir.config_parameter"].set_param(KEY, f"127.0.0.1:{names.port}")
        made.mailbox_id = made.mailbox("imap", "alias@demo.example")
        yield made


@contextlib.contextmanager
def firm(live, names, zone=ZONE, **values):
    """The domain, checked, with a server of its own; all is undone."""
    names.set_zone("firm.test", zone)
    with live.env() as env:
        values = {"name": "Relay", "smtp_host": "relay.test", **values}
        server = env["ir.mail_server"].create({**values, "from_filter": "firm.test"})
        made = env["mail.gateway.domain"].create({"name": "firm.test"})
        try:
            yield made, server
        finally:
            env["mail.gateway.permission"].search([]).unlink()
            (made | made.search([("name", "=", "firm.test")])).unlink()
            server.unlink()


def came_back(server, **values):
    """A round trip of an address of the domain, as it is noted."""
    env = server.env
    row = {"mail_server_id": server.id, "email": "ann@firm.test"}
    permission = env["mail.gateway.permission"].create(row)
    return env["mail.gateway.round.trip"].create(
        {
            "permission_id": permission.id,
            "email": "ann@firm.test",
            "recipient": "back@firm.test",
            "state": "returned",
            "return_path": "bounce@firm.test",
            **values,
        }
    )


def codes(made):
    return set(made.finding_ids.mapped("code"))


def test_server_of_which_nothing_is_known(live, names):
    with firm(live, names) as (made, _server):
        made.action_check()
        (row,) = made.server_ids
        assert (row.server, row.bounce) == ("Relay", "firm.test")
        assert (row.spf, row.dkim, row.aligned) == ("unknown",) * 3
        assert "Relay" in row.title and "round trip" in row.remedy


def test_typed_address_is_judged_published_and_looked_up(live, names):
    with firm(live, names, sending_addresses="192.0.2.25 192.0.2.26") as (made, _):
        made.action_check()
        assert made.server_ids.spf == "no"
        assert {"spf_sender_fail", "spf_sender_pass", "ptr_missing"} <= codes(made)
        (spf,) = made.record_ids.filtered(lambda one: one.relative_host == "@")
        assert spf.expected_value == f"v=spf1 ip4:{IP} ip4:192.0.2.26 -all"
        assert "blocklist_listed" not in codes(made), "nobody has switched them on"


def test_round_trip_shows_address_and_signature(live, names):
    with firm(live, names) as (made, server):
        came_back(server, came_from=IP, signatures={"keys": [["firm.test", "s1"]]})
        made.action_check()
        row = made.server_ids
        assert (row.spf, row.dkim, row.aligned) == ("yes", "yes", "yes")
        assert (row.addresses, row.signs) == (IP, "firm.test")
        assert {"dmarc_aligned", "dkim_ok", "ptr_ok"} <= codes(made)


def test_provider_with_a_return_path_of_its_own(live, names):
    names.set_zone("p.test", '@ TXT "v=spf1 ip4:203.0.113.0/24 -all"')
    with firm(live, names) as (made, server):
        came_back(
            server,
            came_from="203.0.113.9",
            return_path="x@p.test",
            signatures={"keys": [["p.test", "s9"]]},
        )
        made.action_check()
        row = made.server_ids
        assert (row.bounce, row.spf, row.aligned) == ("p.test", "yes", "no")
        assert "dmarc_unaligned" in codes(made) and made.severity == "error"
        assert "Relay" in row.title


def test_server_that_puts_its_own_address_into_from_sends_for_no_other(live, names):
    values = {"sender_policy": "account", "smtp_user": "box@else.test"}
    with firm(live, names, **values) as (made, _server):
        made.action_check()
        assert not made.server_ids


def test_blocklists_once_they_are_switched_on(live, names):
    with live.env() as env:
        settings = env["res.config.settings"].create(
            {
                "mail_gateway_blocklists": True,
                "mail_gateway_blocklist_names": "list.test gone.test",
            }
        )
        settings.execute()
    names.faults["25.2.0.192.gone.test"] = "servfail"
    try:
        with firm(live, names, sending_addresses=IP) as (made, _server):
            made.action_check()
            listed = made.finding_ids.filtered(lambda f: f.code == "blocklist_listed")
            assert listed.params["list"] == "list.test"
            assert "blocklist_unchecked" in codes(made), "a fault is no listing"
    finally:
        names.faults.clear()
        with live.env() as env:
            env["ir.config_parameter"].set_param("mail_gateway_plus.blocklists", False)


def test_demands_by_volume(live, names):
    with firm(live, names) as (made, server):
        came_back(server, came_from=IP, signatures={"keys": []})
        made.action_check()
        asked = {(one.party, one.code): one.state for one in made.demand_ids}
        assert asked["Google", "demand_spf_or_dkim"] == "yes"
        assert asked["Google", "demand_spf_and_dkim"] == "idle"
        assert "demand_spf_and_dkim" not in codes(made)
        made.volume_day = 6000
        made.action_check()
        asked = {(one.party, one.code): one.state for one in made.demand_ids}
        assert asked["Microsoft", "demand_spf_and_dkim"] == "no"
        assert "demand_spf_and_dkim" in codes(made)


def test_mails_are_counted_by_their_domain(live, names):
    with firm(live, names) as (made, _server):
        env = made.env
        partner = env["res.partner"].create({"name": "P", "email": "p@customer.test"})
        # A test that runs at midnight counts no day in two.
        noon = fields.Datetime.subtract(fields.Datetime.now(), days=1).replace(hour=12)
        for sender in ("Ann <ann@Firm.test>", "ann@firm.test", "x@other.test"):
            values = {"email_from": sender, "date": noon}
            message = env["mail.message"].create(values)
            row = {"mail_message_id": message.id, "res_partner_id": partner.id}
            env["mail.notification"].create({**row, "notification_type": "email"})
        made.action_check()
        assert made.counted_day == 2
        # Those of mass mailings have no notification.
        for number in range(3):
            env["mail.gateway.delivery"].create(
                {
                    "mail_id": 2_000_000_000 + number,
                    "part": 0,
                    "sender": "News <news@Firm.test>",
                    "recipient": "p@customer.test",
                    "state": "accepted" if number else "refused",
                    "begun_on": noon,
                }
            )
        made.action_check()
        assert made.counted_day == 2
        env["mail.gateway.delivery"].search(
            [("state", "=", "refused")]
        ).state = "accepted"
        made.action_check()
        assert made.counted_day == 3
        env["mail.gateway.delivery"].search([("mail_id", ">=", 2_000_000_000)]).unlink()


def test_path_of_dmarc(live, names):
    with firm(live, names) as (made, server):
        came_back(server, came_from=IP, signatures={"keys": [["firm.test", "s1"]]})
        made.action_check()
        assert made.policy == "none" and made.policy_since
        before = {(one.party, one.code): one.state for one in made.path_ids}
        assert before["quarantine", "time"] == "no"
        assert before["quarantine", "aligned"] == before["reject", "signed"] == "yes"
        assert "dmarc_ready" not in codes(made)
        made.policy_since = fields.Datetime.subtract(made.policy_since, days=15)
        made.action_check()
        assert "dmarc_ready" in codes(made)
        record = "v=DMARC1; p=quarantine; rua=mailto:d@firm.test"
        assert made.next_policy_record == record
        names.set_zone("firm.test", ZONE.replace("p=none", "p=quarantine"))
        made.action_check()
        assert made.policy == "quarantine"
        assert set(made.path_ids.mapped("party")) == {"reject"}


def test_selector_of_mail_that_came_in(live, names):
    ledger = Ledger(live)
    field = "v=1; a=rsa-sha256; d=firm.test; s={}; h=from; bh=x; b=y"
    for selector in ("s1", "invented"):
        headers = {"DKIM_Signature": field.format(selector)}
        ledger.end(mail("x@demo.example", sender="ann@firm.test", **headers))
    with firm(live, names) as (made, _server):
        made.action_check()
        about = made.finding_ids.filtered(lambda one: one.code.startswith("dkim_"))
        assert [one.params["selector"] for one in about] == ["s1"]


def test_way_in_of_an_alias_domain(live, names):
    with live.env() as env:
        env["mail.alias.domain"].create({"name": "firm.test"})
    with firm(live, names) as (made, _server):
        made.action_check()
        assert "mx_reach_elsewhere" in codes(made)
        pipe = {"name": "Pipe", "server_type": "local", "state": "done"}
        pipe = made.env["fetchmail.server"].create(pipe)
        made.action_check()
        assert "mx_reach_elsewhere" not in codes(made), "nobody knows what comes by it"
        pipe.unlink()
    Ledger(live).end(mail("catchall@firm.test", sender="bob@customer.test"))
    with firm(live, names) as (made, _server):
        made.action_check()
        assert "mx_reach_seen" in codes(made)
        code = "mx_reach_address_unseen"
        unseen = made.finding_ids.filtered(lambda one: one.code == code)
        assert unseen.params["address"] == "bounce@firm.test"


def test_responsible_is_told(live, names):
    with firm(live, names) as (made, _server):
        ann = new_test_user(made.env, "ann-dns", groups="base.group_user")
        made.user_id = ann
        made.search([("id", "!=", made.id)]).next_check = "2099-01-01"
        made.next_check = False
        made._cron_check()
        names.set_zone("firm.test", ZONE + '@ TXT "v=spf1 -all"')
        made.next_check = False
        made._cron_check()
        assert made.activity_ids.user_id == ann


def test_keys_that_the_console_of_the_provider_names(live, names):
    alias = "selector1-firm-test._domainkey.firm.onmicrosoft.test"
    with firm(live, names) as (made, _server):
        made.dkim_records = f"selector1._domainkey CNAME {alias}\n\ns1 TXT {DKIM}"
        made.action_check()
        found = {one.relative_host: one for one in made.record_ids}
        key = found["selector1._domainkey"]
        assert (key.type, key.status) == ("CNAME", "missing")
        assert key.expected_value == alias
        assert found["s1._domainkey"].status == "ok"
        with pytest.raises(ValidationError):
            made.dkim_records = "selector1 A 192.0.2.1"


def test_server_of_the_configuration_file(live, names):
    with firm(live, names) as (made, server):
        server.active = False
        configured = server._configured()
        configured.active = False
        made.action_check()
        assert made.server_ids.server == configured.name


def test_servers_are_looked_up_together(live, names):
    with firm(live, names) as (made, server):

        def queries():
            made.env.flush_all()
            made.env.invalidate_all()
            before = made.env.cr.sql_log_count
            made._subject()
            return made.env.cr.sql_log_count - before

        queries()  # fills the caches
        alone = queries()
        others = server | server.copy() | server.copy() | server.copy()
        queries()
        assert queries() == alone
        assert len(made._subject().servers) == len(others)
        (others - server).unlink()


def test_what_is_no_address(live):
    with pytest.raises(ValidationError), live.env() as env:
        env["ir.mail_server"].create(
            {"name": "X", "smtp_host": "x.test", "sending_addresses": "192.0.2.300"}
        )
