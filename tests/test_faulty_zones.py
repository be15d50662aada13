# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Zones with one fault each, on a real name server: it is found, the right record
is proposed, and once it is published the next check has nothing more to say of it."""

import pytest

from odoo.addons.mail_gateway_plus.core.dns import domain_report, proposed
from odoo.addons.mail_gateway_plus.core.dns.book import decided
from odoo.addons.mail_gateway_plus.core.dns.domain_report import Subject
from odoo.addons.mail_gateway_plus.net.resolver import Resolver

from sandbox import ports
from sandbox.nameserver import NameServer

from .faulty import ALIAS, DKIM_KEY, FAULTS, IP, OTHERS, Fault
from .live import engine
from .test_domain import KEY, follow
from .test_resolver import PATIENT, at

SOUND = Fault("sound", "")


@pytest.fixture(scope="module")
def names():
    with NameServer(ports.any_free(), OTHERS) as server:
        yield server


def check(names, fault):
    subject = Subject(
        fault.zone,
        terms=(f"ip4:{fault.ip}", "include:spf.provider.test"),
        addresses=(fault.ip,),
        selectors=("s1",),
        reports=f"d@{fault.zone}",
        delivering=(fault.ip,),
        keys=(("s1", "TXT", DKIM_KEY), ("s2", "CNAME", ALIAS)),
    )
    rounds = decided(lambda book: domain_report.report(book, subject))
    return Resolver([at(names)], PATIENT).answered(rounds)


def wrong(report):
    return {f.code for f in report.findings if f.severity in ("warning", "error")}


def publish(text, zone, records):
    """The zone once somebody has done what the table says, record by record."""
    lines = text.splitlines()
    for record in records:
        host = proposed.relative(record.name, zone)
        for value in record.current:
            lines = [line for line in lines if not is_line(line, host, record, value)]
        lines += proposed.zone_lines(record)
    return "\n".join(lines)


def is_line(line, host, record, value):
    name, kind, rest = line.split(" ", 2)
    if (name, kind) != (host, record.kind):
        return False
    if kind != "TXT":
        return True
    return "".join(rest.split('"')[1::2]) == value


def test_zone_without_a_fault(names):
    names.set_zone(SOUND.zone, SOUND.text())
    found = check(names, SOUND)
    assert not wrong(found)
    assert {one.status for one in found.records} == {proposed.OK}


def test_there_are_sixty_of_them():
    """Those that one's own records can mend."""
    assert sum(not one.left for one in FAULTS) >= 60
    assert len({one.name for one in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name)
def test_fault_is_found_and_mended(names, fault):
    text = fault.text()
    names.set_zone(fault.zone, text)
    found = check(names, fault)
    assert fault.finding in {one.code for one in found.findings}
    new = [one for one in found.records if one.expected]
    told = {proposed.relative(one.name, fault.zone): one for one in new}
    for host, value in fault.mended.items():
        assert told[host].expected == (fault.filled(value),), host
        assert told[host].status != proposed.OK
    names.set_zone(fault.zone, publish(text, fault.zone, found.records))
    after = check(names, fault)
    assert wrong(after) <= fault.left
    assert {one.status for one in after.records} == {proposed.OK}


#: One of each kind, for the way through Odoo.
FEW = ("spftwo", "spfplus", "spflack", "spfvoids", "spfptr", "spfopen", "spfbroken",
       "keyalias", "keylost", "keynone", "keyrevoked", "keyweak", "dmarctwo",
       "dmarcpct", "dmarcapex", "dmarcalias", "ptrnone", "rpttwo",
       "spfold")  # fmt: skip


@pytest.fixture(scope="module")
def live(stack, names):
    with engine(stack) as made:
        with made.env() as env:
            env["ir.config_parameter"].set_param(KEY, at(names))
            provider = env.ref("mail_gateway_plus.provider_brevo")
            provider.write(
                {
                    "spf_terms": "include:spf.provider.test",
                    "dkim_selectors": False,
                    "dkim_aliases": f"s2 {ALIAS}",
                }
            )
            server = {"name": "Relay", "smtp_host": provider.smtp_host}
            env["ir.mail_server"].create({**server, "provider_id": provider.id})
        yield made


@pytest.mark.parametrize("name", FEW)
def test_fault_is_mended_by_the_zone_file_of_the_form(live, names, name):
    (fault,) = (one for one in FAULTS if one.name == name)
    text = fault.text()
    names.set_zone(fault.zone, text)
    with live.env() as env:
        made = env["mail.gateway.domain"].create(
            {
                "name": fault.zone,
                "addresses": " ".join(dict.fromkeys((IP, fault.ip))),
                "dkim_records": f"s1 TXT {DKIM_KEY}",
                "report_email": f"d@{fault.zone}",
            }
        )
        made.action_check()
        assert fault.finding in made.finding_ids.mapped("code")
        new = made.record_ids.filtered("expected_value")
        told = {one.relative_host: one.expected_value for one in new}
        for host, value in fault.mended.items():
            assert told[host].rstrip(".") == fault.filled(value)
        names.set_zone(fault.zone, follow(text, made.zone_text))
        made.action_check()
        open_still = made.finding_ids.filtered(
            lambda one: one.severity in ("warning", "error")
        )
        unknown = {"dmarc_alignment_unknown", "dmarc_dkim_unknown"}
        assert set(open_still.mapped("code")) <= fault.left | unknown
        assert set(made.record_ids.mapped("status")) == {"ok"}
        assert not made.zone_text
        # Ended transactions keep it.
        made.unlink()
