# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A whole domain: what is wrong is named, and mended by what is proposed."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.dns import (
    dmarc_merge,
    dmarc_record,
    domain_report,
    proposed,
)
from odoo.addons.mail_gateway_plus.core.dns.domain_report import Subject

from . import test_dmarc, test_spf_finding
from .zone import TIMEOUT, Zone

D = "h.example"
PROVIDER = {"spf.p.example": {"TXT": ["v=spf1 ip4:203.0.113.0/24 ~all"]}}
SUBJECT = Subject(D, ("include:spf.p.example",), ("203.0.113.7",), (), f"d@{D}")

#: What a record to publish cannot mend: it is another's, or up to the user.
NOT_OURS = {
    "dmarc_alias",
    "dmarc_misplaced",
    "dmarc_report_refused",
    "dmarc_report_unchecked",
    "dmarc_test",
    "dmarc_weaker_below",
    "dns_timeout",
    "spf_many_mx",
    "spf_ptr",
    "spf_target_broken",
    "spf_target_plus_all",
    "spf_target_unchecked",
    "spf_wide",
    "spf_sender_temperror",
    "spf_sender_permerror",
}


def report(records, subject=SUBJECT):
    zone = Zone(records)
    return zone.decide(lambda book: domain_report.report(book, subject)), zone


def faults(found, prefix):
    """Codes of what is wrong with the records of a kind that are the domain's own."""
    return {
        one.code
        for one in found.findings
        if one.severity in ("warning", "error") and one.code.startswith(prefix)
        if one.params.get("at", D) == D
    }


def published(records, found):
    """The zone after somebody did as he was told."""
    after = copy.deepcopy(records)
    for one in found.records:
        kinds = after.setdefault(one.name, {})
        if kinds == TIMEOUT:
            continue
        if "CNAME" in kinds:
            del kinds["CNAME"]
        left = [text for text in kinds.get(one.kind, ()) if text not in one.current]
        kinds[one.kind] = [*left, *one.expected]
    return after


def cases(test):
    (mark,) = (one for one in test.pytestmark if one.name == "parametrize")
    return [case[0] for case in mark.args[1]]


@pytest.mark.parametrize("records", cases(test_spf_finding.test_findings))
def test_spf_is_mended_by_what_is_proposed(records):
    before = {**PROVIDER, **records}
    found, _zone = report(before)
    after, _zone = report(published(before, found))
    left = faults(after, "spf_") - NOT_OURS
    assert left == ({"spf_unchecked"} if records.get(D) == TIMEOUT else set())
    assert [one.text for one in [after.spf] if one] == [
        one.text for one in [found.spf] if one
    ]
    for one in after.records:
        assert one.status == proposed.OK


@pytest.mark.parametrize("records", cases(test_dmarc.test_findings))
def test_dmarc_is_mended_by_what_is_proposed(records):
    before = {**PROVIDER, **records}
    found, _zone = report(before)
    after, _zone = report(published(before, found))
    is_unchecked = "dmarc_unchecked" in faults(found, "dmarc_")
    if not is_unchecked:
        assert faults(after, "dmarc_") <= NOT_OURS


def test_whole_check_in_few_rounds():
    found, zone = report(
        {
            **PROVIDER,
            D: {
                "TXT": ["v=spf1 include:spf.p.example ~all"],
                "MX": [(1, "m.h.example")],
                "A": ["192.0.2.1"],
            },
            "m.h.example": {"A": ["192.0.2.1"]},
            "1.2.0.192.in-addr.arpa": {"PTR": ["m.h.example"]},
            f"_dmarc.{D}": {"TXT": [f"v=DMARC1; p=reject; rua=mailto:d@{D}"]},
            f"s._domainkey.{D}": {"TXT": ["v=DKIM1; p="]},
        },
        Subject(
            D,
            ("include:spf.p.example",),
            ("203.0.113.7", "203.0.113.8"),
            ("s", "t"),
            f"d@{D}",
            ("192.0.2.1",),
            ("zen.example",),
        ),
    )
    assert len(zone.rounds) == 2
    assert sum(map(len, zone.rounds)) < 30
    wrong = {one.code for one in found.findings if one.severity == "error"}
    assert wrong == {"dkim_revoked", "dkim_missing"}
    assert [one.status for one in found.records] == ["ok", "ok"]


def test_nothing_is_proposed_in_place_of_what_could_not_be_read():
    found, _zone = report({D: TIMEOUT, f"_dmarc.{D}": TIMEOUT})
    assert (found.records, found.spf) == ((), None)
    assert "dns_timeout" in {one.code for one in found.findings}
    assert not {one.code for one in found.findings} & {"spf_missing", "dmarc_missing"}


def test_subdomain_without_a_record_of_its_own_needs_none():
    found, _zone = report({"_dmarc.example": {"TXT": ["v=DMARC1; p=reject"]}})
    assert [one.name for one in found.records] == [D]


@pytest.mark.parametrize(
    "texts, expected",
    [
        ([], "v=DMARC1; p=none; rua=mailto:d@h.example"),
        (["v=DMARC1;p=reject;sp=none;x=y;pct=5;rua=mailto:a@h.example"],
         "v=DMARC1; p=reject; sp=none; rua=mailto:a@h.example"),
        (["v=DMARC1; p=none; rua=mailto:a@h.example", "v=DMARC1; rua=b@h.example"],
         "v=DMARC1; p=none; rua=mailto:a@h.example,mailto:b@h.example"),
        (["v=DMARC1 p=quarantine rua=mailto:a@h.example, mailto:b@h.example"],
         "v=DMARC1; p=quarantine; rua=mailto:a@h.example,mailto:b@h.example"),
        (["v=DMARC1; p=reject; rua=nonsense; psd=y; t=y; fo=1:d"],
         "v=DMARC1; p=reject; t=y; fo=1:d; rua=mailto:d@h.example"),
    ],
)  # fmt: skip
def test_one_dmarc_record(texts, expected):
    assert dmarc_merge.merged(texts, "d@h.example").text == expected


TAGS = st.sampled_from(
    ["p=none", "p=reject", "p=x", "sp=quarantine", "np=none", "adkim=s", "aspf=t",
     "pct=50", "ri=1", "rua=mailto:a@h.example", "fo=1", "fo=9", "t=y", "psd=n",
     "rua=b@h.example,mailto:c@h.example!5m", "ruf=mailto:f@h.example", "psd=y",
     "foo=bar", "junk"]
)  # fmt: skip
RECORDS = st.builds(
    "{}{}".format,
    st.sampled_from(["v=DMARC1; ", "v=DMARC1 ", '"v=dmarc1;', "v=DMARC; "]),
    st.lists(TAGS, max_size=6).map("; ".join),
)


@given(st.lists(RECORDS, max_size=3), st.sampled_from(["", "d@h.example"]))
@settings(max_examples=150, derandomize=True)
def test_dmarc_advice_is_idempotent_and_in_order(texts, reports):
    made = dmarc_merge.merged(texts, reports)
    again = dmarc_merge.merged([made.text], reports)
    assert again == dmarc_merge.Merge(made.text)
    record = dmarc_record.parsed(made.text)
    assert dmarc_record.is_dmarc(made.text) and record.policy
    assert not (record.faults or record.bad_reports or record.leftovers)
    assert not (record.unknown or record.wrong)


@pytest.mark.parametrize(
    "text, expected",
    [("", "none"), ("p=x", "none"), ("p=none", "quarantine"),
     ("p=quarantine", "reject"), ("p=reject", "")],
)  # fmt: skip
def test_next_step(text, expected):
    record = dmarc_record.parsed(f"v=DMARC1; {text}") if text else None
    assert dmarc_merge.next_policy(record) == expected


def test_long_record_in_a_zone_file():
    text = "v=spf1 " + "ip4:192.0.2.1 " * 20 + "-all"
    (line,) = proposed.zone_lines(proposed.Proposed(D, "TXT", (), (text,)))
    assert line.startswith('h.example. 3600 IN TXT "v=spf1 ip4')
    assert line.count('"') == 4
    alias = proposed.Proposed("s._domainkey.h.example", "CNAME", (), ("X.p.example",))
    assert proposed.zone_lines(alias) == [
        "s._domainkey.h.example. 3600 IN CNAME x.p.example."
    ]
