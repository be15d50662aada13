# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What receivers demand; and the record that a provider wants for a key."""

import pytest

from odoo.addons.mail_gateway_plus.core.dns import (
    demand,
    dkim,
    dkim_proposal,
    domain_report,
)
from odoo.addons.mail_gateway_plus.core.dns.demand import Facts

from .zone import TIMEOUT, Zone

D = "h.example"
NAME = f"s._domainkey.{D}"


def unmet(**facts):
    found = demand.findings(D, Facts(**facts))
    return {
        one.code.removeprefix("demand_"): one.params.get("receivers") for one in found
    }


@pytest.mark.parametrize(
    "facts, expected",
    [
        ({}, {"met": None}),
        ({"volume_day": 9999}, {"met": None}),
        ({"spf": False, "dkim": None}, {"met": None}),
        ({"spf": False, "dkim": True}, {"met": None}),
        ({"spf": False, "dkim": False}, {"spf_or_dkim": "Google, Yahoo"}),
        ({"spf": None, "dkim": False, "volume_day": 5000},
         {"spf_and_dkim": "Google, Yahoo, Microsoft"}),
        ({"dmarc": False}, {"met": None}),
        ({"dmarc": False, "volume_day": 4999}, {"met": None}),
        ({"dmarc": False, "volume_day": 5000}, {"dmarc": "Google, Yahoo, Microsoft"}),
        ({"key_bits": 1023}, {"key": "Yahoo"}),
        ({"key_bits": 1024, "tls": False}, {"tls": "Google"}),
    ],
)  # fmt: skip
def test_demands(facts, expected):
    assert unmet(**facts) == expected


def test_list_shows_what_more_mail_would_need():
    items = demand.items(Facts(spf=True, dkim=True))
    assert {one.receiver for one in items} == {"Google", "Yahoo", "Microsoft"}
    assert {one.from_day for one in items} == {0, 5000}
    assert {one.is_met for one in items} == {True, None}


def proposed(records, kind, value):
    def decide(book):
        return dkim_proposal.proposals(dkim.selector(book, D, "s"), kind, value)

    return [
        (one.kind, one.current, one.expected) for one in Zone(records).decide(decide)
    ]


KEY = "v=DKIM1; k=rsa; p=AAAA"


@pytest.mark.parametrize(
    "records, kind, value, expected",
    [
        ({}, "TXT", KEY, [("TXT", (), (KEY,))]),
        ({NAME: {"TXT": ["p=AA AA"]}}, "TXT", KEY,
         [("TXT", ("p=AA AA",), ("p=AA AA",))]),
        ({NAME: {"TXT": ["p=BB"]}}, "TXT", KEY, [("TXT", ("p=BB",), (KEY,))]),
        ({NAME: {"TXT": ["p=BB", KEY]}}, "TXT", KEY,
         [("TXT", ("p=BB", KEY), (KEY,))]),
        ({NAME: {"CNAME": ["a.example."]}, "a.example": {"TXT": ["p=BB"]}}, "TXT", KEY,
         [("CNAME", ("a.example",), ()), ("TXT", (), (KEY,))]),
        ({}, "CNAME", "A.example.", [("CNAME", (), ("a.example",))]),
        ({NAME: {"CNAME": ["a.example"]}}, "CNAME", "A.example.",
         [("CNAME", ("a.example",), ("a.example",))]),
        ({NAME: {"TXT": ["p=BB"]}}, "CNAME", "a.example",
         [("TXT", ("p=BB",), ()), ("CNAME", (), ("a.example",))]),
        ({NAME: TIMEOUT}, "CNAME", "a.example", []),
    ],
)  # fmt: skip
def test_record_for_a_key(records, kind, value, expected):
    assert proposed(records, kind, value) == expected


def test_keys_are_among_the_records_of_a_domain():
    subject = domain_report.Subject(D, keys=(("s", "CNAME", "a.example"),))
    found = Zone({}).decide(lambda book: domain_report.report(book, subject))
    (record,) = (one for one in found.records if one.name == NAME)
    assert (record.status, record.reason) == ("missing", "dkim_missing")
