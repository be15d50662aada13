# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

import pytest

from odoo.addons.mail_gateway_plus.core.dns import spf_check, spf_finding, spf_tree
from odoo.addons.mail_gateway_plus.core.dns.spf_client import Client

from .zone import TIMEOUT, Zone

D = "h.example"


def spf(text):
    return {"TXT": [f"v=spf1 {text}"]}


def found(records):
    zone = Zone(records)
    return zone.decide(lambda book: spf_finding.findings(book, D))


def codes(records):
    return {finding.code.removeprefix("spf_") for finding in found(records)}


HOST = {"A": ["192.0.2.1"]}
WITH = {"p.example": spf("ip4:203.0.113.0/24 ~all")}


@pytest.mark.parametrize(
    "records, expected",
    [
        ({D: spf("include:p.example -all"), **WITH}, {"ok"}),
        ({}, {"missing"}),
        ({D: {"TXT": ["other"]}}, {"missing"}),
        ({D: TIMEOUT}, {"unchecked"}),
        ({D: {"TXT": ["v=spf1 -all", "v=spf1 ~all"]}}, {"several"}),
        ({D: {"TXT": ["v=spf1include:p.example -all"]}}, {"nearly"}),
        ({D: {"TXT": ['"v=spf1 -all"']}}, {"nearly"}),
        ({D: {"TXT": ["v=spf1 mx -all", "v = spf1 -all"]} | HOST
          | {"MX": [(1, D)]}}, {"nearly"}),
        ({D: spf("+all")}, {"plus_all"}),
        ({D: spf("all")}, {"plus_all"}),
        ({D: spf("?all")}, {"neutral_all"}),
        ({D: spf("ip4:192.0.2.1")}, {"no_all"}),
        ({D: spf("-all ip4:192.0.2.1")}, {"after_all"}),
        ({D: spf("redirect=p.example"), **WITH}, {"ok"}),
        ({D: spf("-all redirect=p.example"), **WITH}, {"redirect_ignored"}),
        ({D: spf("ptr -all")}, {"ptr"}),
        ({D: spf("ip4:192.0.2.1 ip4:192.0.2.1/32 -all")}, {"twice"}),
        ({D: spf("ip4:192.0.2.1/8 -all")}, {"wide"}),
        ({D: spf("ip6:2001::/16 -all")}, {"wide"}),
        ({D: spf("-ip4:192.0.2.1/8 -all")}, {"ok"}),
        ({D: spf("a/8 -all") | HOST}, {"wide"}),
        ({D: spf("a//16 -all") | HOST}, {"wide"}),
        ({D: spf("a/24//64 -all") | HOST}, {"ok"}),
        ({D: spf("ip4=192.0.2.1 -all")}, {"mechanism_meant"}),
        ({D: spf("a -all")}, {"void"}),
        ({D: spf("mx -all")}, {"void"}),
        ({D: spf("mx -all") | {"MX": [(1, "gone.example")]}}, {"void"}),
        ({D: spf("a:x.example a:y.example mx -all")}, {"void", "void_limit"}),
        ({D: spf("include:gone.example -all")}, {"target_missing"}),
        ({D: spf("include:p.example -all"), "p.example": spf("foo")},
         {"target_broken"}),
        ({D: spf("include:p.example -all"), "p.example": spf("+all")},
         {"target_plus_all"}),
        ({D: spf("redirect=q.example"), "q.example": spf("include:p.example -all"),
          "p.example": spf("all")}, {"target_plus_all"}),
        ({D: spf("-include:p.example -all"), "p.example": spf("+all")}, {"ok"}),
        ({D: {"TXT": ["spf1 include:p.example -all"]}}, {"nearly"}),
        ({D: {"TXT": ["spf2.0/pra -all"]}}, {"missing"}),
        ({D: spf("include:p.example -all"), "p.example": TIMEOUT},
         {"target_unchecked"}),
        ({D: spf(f"include:{D} -all")}, {"loop"}),
        ({D: spf("include:p.example -all"), "p.example": spf(f"redirect={D}")},
         {"loop"}),
        ({D: spf("mx -all") | {"MX": [(n, f"m{n}.example") for n in range(11)]}},
         {"many_mx"}),
        ({D: spf("a a:h.example foo -all") | HOST}, {"syntax_mechanism"}),
        ({D: spf("a:192.0.2.1 -all")}, {"syntax_address_as_name"}),
        ({D: spf("-all " + "x=y " * 120)}, {"length"}),
    ],
)  # fmt: skip
def test_findings(records, expected):
    assert codes(records) == expected


@pytest.mark.parametrize(
    "count, expected",
    [(8, {"ok"}), (9, {"lookups_full"}), (10, {"lookups_full"}), (11, {"lookups"})],
)
def test_lookups(count, expected):
    terms = " ".join(f"exists:h{number}.{D}" for number in range(count))
    hosts = {f"h{number}.{D}": HOST for number in range(count)}
    assert codes({D: spf(f"{terms} -all"), **hosts}) == expected


def test_fault_is_named_with_its_place():
    (finding,) = found({D: spf("mx:192.0.2.1 -all")})
    assert finding.params == {"domain": D, "term": "mx:192.0.2.1", "place": "11"}


def test_worst_comes_first():
    severities = [one.severity for one in found({D: spf("a ptr ?all foo")})]
    assert severities == ["error", "warning", "warning", "info"]


def test_what_is_shown_of_a_record_is_bounded():
    (finding,) = found({D: {"TXT": ["v=spf1;\x1b[31m" + "x" * 2**20]}})
    assert len(finding.params["record"]) < 1_100
    assert "\x1b" not in finding.params["record"]


def test_void_term_of_a_provider_is_its_own_affair():
    records = {D: spf("include:p.example -all"), "p.example": spf("a ~all")}
    (finding,) = found(records)
    assert (finding.code, finding.severity) == ("spf_void", "info")
    assert finding.params["at"] == "p.example"


def test_tree_in_as_many_rounds_as_it_is_deep():
    """Ten terms in four levels, as ../shared/facts/mail-auth.md measures them."""
    records = {D: spf("include:a.example include:b.example mx -all")}
    records[D]["MX"] = [(1, "mx.example")]
    records["mx.example"] = HOST
    for name in "ab":
        below = f"include:{name}1.example include:{name}2.example -all"
        records[f"{name}.example"] = spf(below)
        records[f"{name}1.example"] = spf(f"a:{name}3.example -all")
        records[f"{name}2.example"] = spf("ip4:192.0.2.0/24 -all")
        records[f"{name}3.example"] = HOST
    zone = Zone(records)
    tree = zone.decide(lambda book: spf_tree.grown(book, D))
    assert tree.lookups == 9
    assert [len(questions) for questions in zone.rounds] == [1, 3, 6, 4]


def test_tree_without_end_is_cut():
    records = {
        f"{number}.{D}": spf(f"include:{number + 1}.{D} include:{number + 2}.{D} -all")
        for number in range(100)
    }
    zone = Zone({D: spf(f"include:0.{D} -all"), **records})
    finding = zone.decide(lambda book: spf_finding.findings(book, D))[0]
    assert finding.code == "spf_lookups"
    assert sum(map(len, zone.rounds)) < 200


def test_long_records_one_behind_the_other_are_bounded():
    terms = " ".join(f"a:{number}.x" for number in range(1000))
    records = {
        f"{number}.{D}": spf(f"include:{number + 1}.{D} {terms} -all")
        for number in range(100)
    }
    zone = Zone({D: spf(f"include:0.{D} -all"), **records})
    begin = time.process_time()
    zone.decide(lambda book: spf_finding.findings(book, D))
    assert len(zone.rounds) < 15
    assert time.process_time() - begin < 10


@pytest.mark.parametrize(
    "text, passes",
    [
        ("ip4:192.0.2.0/25 ip4:192.0.2.128/25 -all", ["192.0.2.0/24"]),
        ("a/24//64 -all", ["192.0.2.0/24", "2001:db8::/64"]),
        ("-ip4:192.0.2.7 ip4:192.0.2.0/24 ip4:198.51.100.0/24 -all",
         ["198.51.100.0/24"]),
        ("~include:p.example ip4:203.0.113.7 -all", []),
        ("include:p.example -all", ["203.0.113.0/24"]),
        ("-all ip4:192.0.2.0/24", []),
        ("redirect=p.example", ["203.0.113.0/24"]),
        ("+all", ["0.0.0.0/0", "::/0"]),
    ],
)  # fmt: skip
def test_what_certainly_passes(text, passes):
    records = {D: spf(text) | {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}, **WITH}
    tree = Zone(records).decide(lambda book: spf_tree.grown(book, D))
    assert [str(one) for one in tree.passes] == passes


@pytest.mark.parametrize(
    "text, ip, expected",
    [
        ("ip4:192.0.2.1 -all", "192.0.2.1", "spf_sender_pass"),
        ("ip4:192.0.2.1 -all", "192.0.2.2", "spf_sender_fail"),
        ("~all", "192.0.2.2", "spf_sender_softfail"),
        ("foo", "192.0.2.2", "spf_sender_permerror"),
        ("include:t.example -all", "192.0.2.2", "spf_sender_temperror"),
    ],
)
def test_whether_a_server_may_send(text, ip, expected):
    zone = Zone({D: spf(text), "t.example": TIMEOUT})
    verdict = zone.run(spf_check.checked(Client(ip, f"ann@{D}")))
    assert spf_finding.sender_finding(verdict, ip, D).code == expected


def test_every_result_has_its_code():
    results = {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"}
    assert set(spf_finding.BY_RESULT) == results
