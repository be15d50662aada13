# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A domain is checked against a real name server and mended by what is proposed."""

import contextlib

import psycopg2
import pytest

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from sandbox import ports
from sandbox.nameserver import NameServer

from .live import engine

KEY = "mail_gateway_plus.name_servers"
PROVIDER = 'spf TXT "v=spf1 ip4:203.0.113.0/24 ~all"'
BASE = """@ MX 10 mx
mx A 192.0.2.25
"""
REVERSE = "25 PTR mx.two.test."
#: What the zone of a test begins with, by its domain; advice is published into these.
TWO = """@ TXT "v=spf1 ip4:192.0.2.25 mx -all"
@ TXT "v=spf1 include:spf.provider.test ~all"
"""


@pytest.fixture(scope="module")
def names():
    zones = {"provider.test": PROVIDER, "2.0.192.in-addr.arpa": REVERSE}
    # The search for the organisation of a domain goes up to the top.
    zones["test"] = ""
    with NameServer(ports.any_free(), zones) as server:
        yield server


@pytest.fixture(scope="module")
def live(stack, names):
    with engine(stack) as made:
        with made.env() as env:
            env["ir.config_parameter"].set_param(KEY, f"127.0.0.1:{names.port}")
        yield made


@contextlib.contextmanager
def domain(live, name, **values):
    with live.env() as env:
        known = env["mail.gateway.domain"].search([("name", "=", name)])
        yield known or env["mail.gateway.domain"].create({"name": name, **values})


def codes(made, *severities):
    wanted = severities or ("error", "warning")
    return {one.code for one in made.finding_ids if one.severity in wanted}


def follow(zone, lines):
    """Do with a zone what the snippet says, line by line."""
    left = zone.splitlines()
    for line in lines.splitlines():
        if line.startswith("; Delete: "):
            name, _in, kind, value = line.removeprefix("; Delete: ").split(" ", 3)
            host = f"{name.partition('.')[0]} {kind} "
            value = "" if kind == "CNAME" else f'"{value}"'
            kind = host if kind == "CNAME" else f" {kind} "
            left = [one for one in left if not (kind in one and value in one)]
        else:
            left.append(line)
    return "\n".join(left)


def test_two_spf_records_become_one(live, names):
    zone = BASE + TWO
    names.set_zone("two.test", zone)
    with domain(live, "two.test", report_email="d@two.test") as made:
        made.action_check()
        assert "spf_several" in codes(made, "error") and made.severity == "error"
        (spf,) = made.record_ids.filtered(lambda one: one.host == "two.test")
        assert spf.status == "different" and spf.relative_host == "@"
        assert len(spf.current_value.splitlines()) == 2
        assert spf.expected_value.startswith("v=spf1 ")
        assert "include:spf.provider.test" in spf.expected_value
        assert "two.test" in spf.why and spf.stake
        assert made.next_step and made.to_publish == 2
        assert spf.expected_value in made.handover_text
        names.set_zone("two.test", follow(zone, made.zone_text))
        said = made.action_check()["params"]
        assert "No longer" in said["message"] and "2 SPF records" in said["message"]
        assert not made.zone_text and not made.next_step
        assert set(made.record_ids.mapped("status")) == {"ok"}
        assert not {one for one in codes(made) if one.startswith(("spf_", "dmarc_m"))}
        message = made.action_check()["params"]["message"]
        assert message == "Nothing has changed."


def test_typed_address_is_put_into_the_record(live, names):
    names.set_zone("own.test", BASE + '@ TXT "v=spf1 mx -all"')
    with domain(live, "own.test", addresses="198.51.100.7 2001:db8::7") as made:
        made.action_check()
        values = made.record_ids.mapped("expected_value")
        wanted = "v=spf1 mx ip4:198.51.100.7 ip6:2001:db8::7 -all"
        assert wanted in values


def test_provider_of_a_server_is_put_into_the_records(live, names):
    names.set_zone("brevo.test", BASE)
    with live.env() as env:
        brevo = env.ref("mail_gateway_plus.provider_brevo")
        brevo.spf_terms = "include:spf.provider.test"
        env["ir.mail_server"].create(
            {
                "name": "Brevo",
                "smtp_host": brevo.smtp_host,
                "from_filter": "brevo.test",
                "provider_id": brevo.id,
            }
        )
    with domain(live, "brevo.test") as made:
        made.action_check()
        found = {one.relative_host: one for one in made.record_ids}
        assert found["@"].expected_value == "v=spf1 include:spf.provider.test ~all"
        key = found["brevo1._domainkey"]
        assert (key.type, key.status) == ("CNAME", "missing")
        assert key.expected_value == "b1.brevo-test.dkim.brevo.com"
        assert "brevo2" in found["brevo2._domainkey"].why, "each key has its own reason"
        assert made.record_ids[0].type == "CNAME", "DKIM matters most"
    with domain(live, "own.test") as other:
        other.action_check()
        assert "CNAME" not in other.record_ids.mapped("type")


def test_what_does_not_fit_into_ten_lookups_is_named(live, names):
    includes = [f"include:i{n}.many.test" for n in range(12)]
    lines = [f'i{n} TXT "v=spf1 ip4:198.51.{n}.0/24 -all"' for n in range(12)]
    whole = " ".join(["v=spf1", *includes, "-all"])
    strings = f'"{whole[:200]}" "{whole[200:]}"'
    names.set_zone("many.test", "\n".join([*lines, f"@ TXT {strings}"]))
    with domain(live, "many.test") as made:
        made.action_check()
        (spf,) = made.record_ids.filtered(lambda one: one.host == "many.test")
        assert spf.expected_value.count("include:") == 10
        assert whole in spf.note, "with all of them"
        moved = [one for one in includes if one not in spf.expected_value.split()]
        assert len(moved) == 2 and all(one in spf.note for one in moved)


def test_records_of_one_name_are_told_apart(live, names):
    """SPF, and DMARC that belongs elsewhere: both are TXT of the domain itself."""
    spf, lost = '@ TXT "v=spf1 mx -all"\n', '@ TXT "v=DMARC1; p=none"\n'
    names.set_zone("apex.test", BASE + spf + lost)
    with domain(live, "apex.test") as made:
        made.action_check()
        assert "dmarc_misplaced" in made.finding_ids.mapped("code")
        made.action_check()
        assert not made.change_text
        names.set_zone("apex.test", BASE + spf)
        made.action_check()
        change = "v=DMARC1; p=none | v=spf1 mx -all became v=spf1 mx -all"
        assert change in made.change_text


def test_fault_of_the_name_server_closes_nothing(live, names):
    names.set_zone("shy.test", BASE + TWO)
    with domain(live, "shy.test") as made:
        made.action_check()
        assert "spf_several" in codes(made)
        names.faults["shy.test"] = "servfail"
        try:
            made.action_check()
        finally:
            names.faults.clear()
        assert {"spf_several", "spf_unchecked"} <= codes(made)
        assert not {"spf_missing", "mx_missing"} & codes(made)
        made.action_check()
        assert "spf_unchecked" not in codes(made)


def test_several_of_a_code_stay_apart(live, names):
    names.set_zone("keys.test", 's1._domainkey TXT "v=DKIM1; p="')
    with domain(live, "keys.test", selectors="s1 s2 s3") as made:
        made.action_check()
        said = [one.params.get("selector") for one in made.finding_ids]
        assert {"s1", "s2", "s3"} <= set(said)
        before = made.finding_ids
        made.action_check()
        assert made.finding_ids == before
        names.set_zone("keys.test", 's2._domainkey TXT "v=DKIM1; p="')
        message = made.action_check()["params"]["message"]
        assert message.count("New") == message.count("No longer") >= 2


def test_scheduled_check_tells_of_a_change_once(live, names):
    names.set_zone("told.test", BASE + '@ TXT "v=spf1 mx -all"')
    with live.env() as env:
        env["mail.gateway.domain"].search([]).active = False
    with domain(live, "told.test") as made:
        made._cron_check()
        assert made.checked_on and made.next_check > made.checked_on
        assert not made.activity_ids, "what was found first is no change"
        made._cron_check()
        names.set_zone("told.test", BASE + TWO)
        made.next_check = False
        made._cron_check()
        assert len(made.activity_ids) == 1
        assert "2 SPF records" in made.activity_ids.note
        made.next_check = False
        made._cron_check()
        assert len(made.activity_ids) == 1


def test_domains_come_by_themselves(live):
    with live.env() as env:
        Domain = env["mail.gateway.domain"]
        company = env["res.company"].create({"name": "C", "email": "c@firm.test"})
        env["mail.gateway.identity"].create(
            {"name": "I", "email": "i@identity.test", "company_id": company.id}
        )
        env["mail.alias.domain"].create({"name": "alias.test"})
        env["ir.mail_server"].create(
            {
                "name": "Filtered",
                "smtp_host": "127.0.0.1",
                "from_filter": "filter.test, one@address.test",
            }
        )
        user = new_test_user(env, "writer", email="writer@gmail.com")
        user.email = "writer@gmail.com"
        new_test_user(env, "faß", email="x@FAß.test")
        Domain._sync()
        found = {one.name: one for one in Domain.search([("used_by", "!=", False)])}
        wanted = {"firm.test", "identity.test", "alias.test", "filter.test"}
        assert wanted | {"address.test", "xn--fa-hia.test"} <= found.keys()
        assert "gmail.com" not in found
        assert found["identity.test"].company_id == company
        company.email = "c@other.test"
        found["alias.test"].active = False
        Domain._sync()
        assert not found["firm.test"].active, "used no more"
        assert not found["alias.test"].active, "somebody archived it"
        company.email = "c@firm.test"
        Domain._sync()
        assert found["firm.test"].active


@pytest.mark.parametrize("name", ["example", "a b", "x@", "http://a.test", "a..test"])
def test_what_is_no_domain(live, name):
    with pytest.raises(ValidationError), live.env() as env:
        env["mail.gateway.domain"].create({"name": name})


def test_one_domain_once(live):
    with pytest.raises(psycopg2.IntegrityError), live.env() as env:
        env["mail.gateway.domain"].create(
            [{"name": "Once.test"}, {"name": "once.test."}]
        )


def test_operators_read_and_managers_check(live, names):
    names.set_zone("mine.test", BASE)
    with domain(live, "mine.test") as made:
        env = made.env
        login = {"groups": "base.group_user,mail_gateway_plus.group_operator"}
        operator = new_test_user(env, "dns-operator", **login)
        groups = "base.group_user,mail_gateway_plus.group_manager"
        manager = new_test_user(env, "dns-manager", groups=groups)
        env.cr.commit()
        made.with_user(manager).action_check()
        assert made.with_user(operator).record_ids.mapped("why")
        assert made.with_user(operator).finding_ids.mapped("title")
        with pytest.raises(AccessError):
            made.with_user(operator).action_check()
