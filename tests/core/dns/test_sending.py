# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The matrix of domain in From, outgoing server and envelope sender; the way in; and
what has to be true before DMARC is made stricter."""

import pytest

from odoo.addons.mail_gateway_plus.core.dns import (
    demand,
    dmarc_path,
    domain_report,
    mx_reach,
    sending,
)
from odoo.addons.mail_gateway_plus.core.dns.answer import Question
from odoo.addons.mail_gateway_plus.core.dns.dmarc_path import Evidence
from odoo.addons.mail_gateway_plus.core.dns.domain_report import Subject
from odoo.addons.mail_gateway_plus.core.dns.mx_reach import Reach
from odoo.addons.mail_gateway_plus.core.dns.sending import Server
from odoo.addons.mail_gateway_plus.core.dns.tristate import every

from .test_dkim import rsa
from .zone import TIMEOUT, Zone

D = "h.example"
IP, OTHER = "192.0.2.1", "198.51.100.9"
KEY = {"TXT": [f"v=DKIM1; p={rsa(2048)}"]}
SIGNED = ((D, "s"),)
ZONE = {
    D: {"TXT": [f"v=spf1 ip4:{IP} -all"], "MX": [(1, "mx.h.example")]},
    "mx.h.example": {"A": [IP]},
    "p.example": {"TXT": [f"v=spf1 ip4:{OTHER} -all"]},
    f"s._domainkey.{D}": KEY,
    "s._domainkey.p.example": KEY,
    f"_dmarc.{D}": {"TXT": [f"v=DMARC1; p=none; rua=mailto:d@{D}"]},
}


def answers(zone, domain):
    """All that a check of MTA-STS asks, but for the policy."""
    names = (f"_mta-sts.{domain}", f"mta-sts.{domain}", domain)
    asked = [Question(n, k) for n in names for k in ("TXT", "A", "AAAA", "MX")]
    return {one: zone.answer(one) for one in asked}


def standing(records=(), **values):
    server = Server("M", **{"bounce": D, **values})
    zone = Zone({**ZONE, **dict(records)})
    return zone.decide(lambda book: sending.standing(book, D, server))


@pytest.mark.parametrize(
    "values, expected, code",
    [
        ({}, (None, None, None), "dmarc_dkim_unknown"),
        ({"terms": ("ip4:192.0.2.1",)}, (True, None, True), "dmarc_dkim_unknown"),
        ({"terms": ("include:p.example",)}, (False, None, None),
         "dmarc_alignment_unknown"),
        ({"addresses": (IP,)}, (True, None, True), "dmarc_dkim_unknown"),
        ({"addresses": (IP, OTHER)}, (False, None, None), "dmarc_alignment_unknown"),
        ({"addresses": (IP,), "signs": SIGNED}, (True, True, True), "dmarc_aligned"),
        ({"addresses": (IP,), "signs": ()}, (True, False, True),
         "dmarc_dkim_unaligned"),
        ({"addresses": (OTHER,), "signs": SIGNED}, (False, True, True),
         "dmarc_spf_unaligned"),
        ({"addresses": (OTHER,), "signs": ((D, "gone"),)}, (False, False, False),
         "dmarc_unaligned"),
        ({"bounce": "p.example", "addresses": (OTHER,), "signs": SIGNED},
         (True, True, True), "dmarc_spf_unaligned"),
        ({"bounce": "p.example", "addresses": (OTHER,),
          "signs": (("p.example", "s"),)}, (True, True, False), "dmarc_unaligned"),
        ({"bounce": "p.example"}, (None, None, None), "dmarc_alignment_unknown"),
    ],
)  # fmt: skip
def test_what_a_server_is_worth(values, expected, code):
    found = standing(**values)
    assert (found.spf, found.dkim, found.is_aligned) == expected
    assert found.findings[-1].code == code
    assert found.findings[-1].params["server"] == "M"


def test_spf_of_another_organisation_is_not_ours_to_mend():
    told = standing(bounce="p.example", addresses=(IP,)).findings
    assert [one.code for one in told] == ["dmarc_alignment_unknown"]
    told = standing(addresses=(OTHER,)).findings
    assert told[0].code == "spf_sender_fail"


@pytest.mark.parametrize("name", [D, f"s._domainkey.{D}", f"_dmarc.{D}"])
def test_what_nobody_could_say_is_not_known(name):
    found = standing({name: TIMEOUT}, addresses=(IP,), signs=SIGNED)
    assert found.is_aligned is not False
    assert "dmarc_unaligned" not in {one.code for one in found.findings}


@pytest.mark.parametrize(
    "volume, servers, expected",
    [
        (10, (Server("M", D, (OTHER,), ()),), {"demand_spf_or_dkim"}),
        (9000, (Server("M", D, (IP,), ()),), {"demand_spf_and_dkim"}),
        (9000, (Server("M", D, (IP,), SIGNED),), {"demand_met"}),
        (9000, (Server("M", "p.example", (OTHER,), (("p.example", "s"),)),),
         {"demand_aligned"}),
        (9000, (), {"demand_met"}),
    ],
)  # fmt: skip
def test_demands_follow_from_the_servers(volume, servers, expected):
    subject = Subject(D, servers=servers, volume_day=volume)
    found = Zone(ZONE).decide(lambda book: domain_report.report(book, subject))
    codes = {one.code for one in found.findings}
    assert codes & demand.CODES == expected
    assert len(found.demands) == len(demand.DEMANDS)


def reached(records, reach):
    zone = Zone(records)
    return zone.decide(lambda book: mx_reach.findings(book, D, reach))


@pytest.mark.parametrize(
    "records, reach, expected",
    [
        ({}, Reach(), []),
        (ZONE, Reach(), ["mx_reach_no_mailbox"]),
        (ZONE, Reach(is_seen=True), ["mx_reach_seen"]),
        (ZONE, Reach(mailboxes=("imap.p.example",)), ["mx_reach_elsewhere"]),
        (ZONE, Reach(mailboxes=("imap.h.example",)), ["mx_reach_likely"]),
        (ZONE, Reach(mailboxes=("i.p.example",), houses=("h.example",)),
         ["mx_reach_likely"]),
        ({**ZONE, "i.p.example": {"A": [IP]}}, Reach(mailboxes=("i.p.example",)),
         ["mx_reach_likely"]),
        (ZONE, Reach(is_seen=True, unseen=("bounce@h.example",)),
         ["mx_reach_seen", "mx_reach_address_unseen"]),
    ],
)  # fmt: skip
def test_reach(records, reach, expected):
    assert [one.code for one in reached(records, reach)] == expected


@pytest.mark.parametrize(
    "evidence, met",
    [
        (Evidence(), {"quarantine": False, "reject": False}),
        (Evidence("none", 14, True, True), {"quarantine": True, "reject": False}),
        (Evidence("none", 13, True, True), {"quarantine": False, "reject": False}),
        (Evidence("none", 14, True, None), {"quarantine": None, "reject": False}),
        (Evidence("quarantine", 30, True, True, True), {"reject": True}),
        (Evidence("quarantine", 30, True, True), {"reject": None}),
        (Evidence("reject", 30, True, True, True), {}),
    ],
)
def test_path(evidence, met):
    points = dmarc_path.steps(evidence)
    found = {}
    for one in points:
        found.setdefault(one.policy, []).append(one.is_met)
    assert {name: every(said) for name, said in found.items()} == met
    is_ready = bool(points) and met[points[0].policy] is True
    assert bool(dmarc_path.findings(D, points)) == is_ready


def test_next_step_keeps_the_rest_of_the_record():
    found = Zone(ZONE).decide(lambda book: domain_report.report(book, Subject(D)))
    assert found.next_dmarc == f"v=DMARC1; p=quarantine; rua=mailto:d@{D}"
    assert found.policy == "none"


def test_selector_that_a_stranger_made_up_is_no_fault():
    subject = Subject(D, hints=("s", "invented"))
    found = Zone(ZONE).decide(lambda book: domain_report.report(book, subject))
    assert "dkim_missing" not in {one.code for one in found.findings}
    assert [one.name for one in found.selectors] == [f"s._domainkey.{D}"]
