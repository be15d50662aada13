# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.dns import (
    dmarc,
    dmarc_alignment,
    dmarc_record,
    dmarc_report,
    dmarc_walk,
)

from .zone import TIMEOUT, Zone

D = "h.example"
RUA = "rua=mailto:d@h.example"
GOOD = f"v=DMARC1; p=reject; {RUA}"


def zone(**extra):
    """``_dmarc`` records by domain, the dots of its name as underscores."""
    return Zone({
        f"_dmarc.{name.replace('_', '.')}": {"TXT": [text]} if text != TIMEOUT else text
        for name, text in extra.items()
    })  # fmt: skip


def walked(served, domain):
    return served.decide(lambda book: dmarc_walk.walk(book, domain))


@pytest.mark.parametrize(
    "records, domain, organisation, holder",
    [
        ({"h_example": GOOD}, "h.example", "h.example", "h.example"),
        ({"h_example": GOOD}, "a.b.h.example", "h.example", "h.example"),
        ({"h_example": GOOD, "b_h_example": GOOD}, "a.b.h.example", "h.example",
         "h.example"),
        ({"h_example": GOOD, "a_b_h_example": GOOD}, "a.b.h.example", "h.example",
         "a.b.h.example"),
        ({}, "a.h.example", "a.h.example", ""),
        # A registry says of itself what it is: what is below it is an organisation.
        ({"example": "v=DMARC1; p=reject; psd=y"}, "a.h.example", "h.example",
         "example"),
        ({"example": "v=DMARC1; psd=y; p=none", "h_example": GOOD}, "a.h.example",
         "h.example", "h.example"),
        ({"example": "v=DMARC1; p=reject; psd=y"}, "example", "example", "example"),
        # A part of an organisation that is one of its own.
        ({"h_example": GOOD, "b_h_example": "v=DMARC1; p=none; psd=n"},
         "a.b.h.example", "b.h.example", "b.h.example"),
        ({"h_example": "v=DMARC1; p=none; psd=u", "example": "v=DMARC1; p=none"},
         "a.h.example", "example", "example"),
        # What is no record is none.
        ({"h_example": "v=dmarc1; p=reject"}, "a.h.example", "a.h.example", ""),
        ({"h_example": "p=none; v=DMARC1"}, "h.example", "h.example", ""),
    ],
)  # fmt: skip
def test_walk(records, domain, organisation, holder):
    found = walked(zone(**records), domain)
    assert (found.organisation, found.holder) == (organisation, holder)


def test_several_records_are_none_and_the_walk_goes_on():
    served = Zone({
        "_dmarc.a.h.example": {"TXT": [GOOD, "v=DMARC1; p=none"]},
        "_dmarc.h.example": {"TXT": ["v=DMARC1; p=quarantine", "other"]},
    })  # fmt: skip
    found = walked(served, "a.h.example")
    assert (found.holder, found.policy()) == ("h.example", "quarantine")


def test_walk_takes_one_round_of_at_most_eight():
    served = zone(h_example=GOOD)
    found = walked(served, ".".join("abcdefghijklmnop") + ".h.example")
    assert found.organisation == "h.example"
    assert [len(questions) for questions in served.rounds] == [8]


@pytest.mark.parametrize(
    "record, exists, expected",
    [
        ("p=reject", True, "reject"),
        ("p=reject; sp=none", True, "none"),
        ("p=reject; sp=none; np=quarantine", False, "quarantine"),
        ("p=none; np=reject", True, "none"),
        ("p=quarantine", False, "quarantine"),
        (f"{RUA}", True, "none"),
        (f"p=nonsense; {RUA}", True, "none"),
        ("p=nonsense", True, ""),
        ("aspf=s", True, ""),
    ],
)
def test_policy_for_a_subdomain(record, exists, expected):
    found = walked(zone(h_example=f"v=DMARC1; {record}"), "a.h.example")
    assert found.policy(exists) == expected


@pytest.mark.parametrize(
    "text, values",
    [
        ("v=DMARC1;p=NONE;sp=Reject;np=quarantine", {
            "policy": "none", "policy_below": "reject",
            "policy_missing": "quarantine"}),
        ("v=DMARC1; p=reject; adkim=s; aspf=S; t=y; psd=n", {
            "dkim_mode": "s", "spf_mode": "s", "is_test": True, "psd": "n"}),
        ("v = DMARC1 ; p=none; pct=0; ri=86400; rf=afrf", {
            "percent": 0, "leftovers": ("pct", "rf", "ri")}),
        ("v=DMARC1; p=none; pct=", {"percent": 100}),
        ("v=DMARC1; p=none; rua=mailto:a@h.example, mailto:b%2Bc@x.example!5M;"
         " ruf=mailto:f@h.example", {
            "reports": ("a@h.example", "b+c@x.example"), "failures": ("f@h.example",)}),
        ("v=DMARC1; p=none; rua=a@h.example,https://h.example/,mailto:a", {
            "reports": (), "bad_reports": (
                "a@h.example", "https://h.example/", "mailto:a")}),
        ("v=DMARC1; p=x; fo=1:d:s; foo=1; aspf=t", {
            "policy": "", "unknown": ("foo",), "wrong": ("p=x", "aspf=t")}),
    ],
)  # fmt: skip
def test_records(text, values):
    record = dmarc_record.parsed(text)
    assert {name: getattr(record, name) for name in values} == values


def findings(records, domain=D):
    return Zone(records).decide(lambda book: dmarc.findings(book, domain))


def codes(records):
    return {one.code.removeprefix("dmarc_") for one in findings(records)}


def at(*texts):
    return {f"_dmarc.{D}": {"TXT": list(texts)}}


@pytest.mark.parametrize(
    "records, expected",
    [
        (at(GOOD), {"ok"}),
        (at(f"v=DMARC1; p=quarantine; sp=reject; {RUA}"), {"ok"}),
        ({}, {"missing"}),
        (at("other"), {"missing"}),
        ({f"_dmarc.{D}": TIMEOUT}, {"unchecked"}),
        ({"_dmarc.example": TIMEOUT}, {"unchecked"}),
        ({"_dmarc.example": {"TXT": [GOOD]}}, {"inherited"}),
        (at(GOOD, GOOD), {"several"}),
        (at("v=DMARC1 p=reject"), {"nearly"}),
        (at('"v=DMARC1; p=reject"'), {"nearly"}),
        (at(GOOD) | {D: {"TXT": [GOOD]}}, {"misplaced"}),
        ({D: {"TXT": [GOOD]}}, {"missing", "misplaced"}),
        ({f"_dmarc.{D}": {"CNAME": ["x.example"]}, "x.example": {"TXT": [GOOD]}},
         {"alias"}),
        ({f"_dmarc.{D}": {"CNAME": ["x.example"]}}, {"alias", "missing"}),
        (at(f"v=DMARC1; {RUA}"), {"no_policy"}),
        (at("v=DMARC1; p=nonsense"), {"no_policy", "no_reports"}),
        (at(f"v=DMARC1; p=none; {RUA}"), {"policy_none"}),
        (at(f"v=DMARC1; p=reject; sp=none; {RUA}"), {"weaker_below"}),
        (at(f"v=DMARC1; p=reject; np=none; {RUA}"), {"weaker_below"}),
        (at("v=DMARC1; p=reject"), {"no_reports"}),
        (at("v=DMARC1; p=reject; rua=d@h.example"), {"no_reports", "bad_report"}),
        (at(f"v=DMARC1; p=reject; t=y; {RUA}"), {"test"}),
        (at(f"v=DMARC1; p=reject; psd=y; {RUA}"), {"psd"}),
        (at(f"v=DMARC1; p=reject; pct=50; {RUA}"), {"percent"}),
        (at(f"v=DMARC1; p=reject; pct=100; ri=3600; {RUA}"), {"leftover"}),
        (at(f"v=DMARC1; p=reject; adkim=strict; {RUA}"), {"wrong_value"}),
        (at(f"v=DMARC1; p=reject; x=y; {RUA}"), {"unknown_tag"}),
        (at(f"v=DMARC1; p=reject; p=none; {RUA}"), {"syntax"}),
        (at("v=DMARC1; p=reject; rua=mailto:a@m.h.example"), {"ok"}),
        (at("v=DMARC1; p=reject; rua=mailto:a@r.example"), {"report_refused"}),
        (at("v=DMARC1; p=reject; ruf=mailto:a@r.example"),
         {"report_refused", "no_reports"}),
        (at("v=DMARC1; p=reject; rua=mailto:a@r.example")
         | {f"{D}._report._dmarc.r.example": {"TXT": ["v=DMARC1;"]}}, {"ok"}),
        (at("v=DMARC1; p=reject; rua=mailto:a@r.example")
         | {f"{D}._report._dmarc.r.example": TIMEOUT}, {"report_unchecked"}),
    ],
)  # fmt: skip
def test_findings(records, expected):
    assert codes(records) == expected


def test_what_stands_above_is_named_with_what_it_asks_for():
    (finding,) = Zone({
        f"_dmarc.{D}": {"TXT": ["v=DMARC1; p=reject; sp=quarantine; np=none"]},
        f"a.{D}": {"A": ["192.0.2.1"]},
    }).decide(lambda book: dmarc.findings(book, f"a.{D}"))  # fmt: skip
    assert (finding.code, finding.params["holder"]) == ("dmarc_inherited", D)
    assert finding.params["policy"] == "quarantine"


def test_permission_is_asked_where_the_receiver_gives_it():
    (finding,) = findings(at("v=DMARC1; p=reject; rua=mailto:a@R.example"))
    assert finding.params["name"] == f"{D}._report._dmarc.r.example"


@pytest.mark.parametrize(
    "record, spf, dkim, code",
    [
        ("p=none", "h.example", ["h.example"], "aligned"),
        ("p=none", "b.h.example", ["m.h.example", "x.example"], "aligned"),
        ("p=none; adkim=s", "b.h.example", ["m.h.example"], "dkim_unaligned"),
        ("p=none; aspf=s", "b.h.example", ["H.example."], "spf_unaligned"),
        ("p=none", "x.example", ["m.h.example"], "spf_unaligned"),
        ("p=none", "", ["m.h.example"], "spf_unaligned"),
        ("p=none", "h.example", [], "dkim_unaligned"),
        ("p=none", "x.example", ["y.example"], "unaligned"),
        ("p=none; psd=n", "example", [], "unaligned"),
    ],
)
def test_alignment(record, spf, dkim, code):
    served = zone(h_example=f"v=DMARC1; {record}", x_example=GOOD)
    found = served.decide(lambda book: dmarc_alignment.alignment(book, D, spf, dkim))
    assert found.finding.code == f"dmarc_{code}"
    assert len(served.rounds) == 1


def test_alignment_without_any_record():
    served = Zone({})
    found = served.decide(
        lambda book: dmarc_alignment.alignment(book, D, D, [f"a.{D}"])
    )
    # 4.10.2: without a record, each domain is an organisation of its own.
    assert (found.spf, found.dkim) == (True, False)


def test_alignment_that_could_not_be_checked():
    served = zone(h_example=GOOD, m_h_example=TIMEOUT)
    found = served.decide(
        lambda book: dmarc_alignment.alignment(book, D, "x.example", [f"m.{D}"])
    )
    assert found.finding.code == "dmarc_alignment_unchecked"


def test_addresses_of_reports_are_bounded():
    addresses = tuple(f"a@r{number}.example" for number in range(1000))
    served = Zone({})
    said = served.decide(lambda book: dmarc_report.permissions(book, D, addresses))
    assert len(said) == dmarc_report.MOST
    assert sum(map(len, served.rounds)) < 40
