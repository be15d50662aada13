# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is known of a sending server's address; and what nobody could say."""

import pytest

from odoo.addons.mail_gateway_plus.core.dns import blocklist, mx, reverse, unchecked

from .zone import TIMEOUT, Zone

IP = "192.0.2.1"
PTR = "1.2.0.192.in-addr.arpa"


def ptr(*names):
    return {PTR: {"PTR": list(names)}}


@pytest.mark.parametrize(
    "records, expected",
    [
        (ptr("m.example.") | {"m.example": {"A": [IP]}}, "ok"),
        (ptr("n.example", "m.example") | {"m.example": {"A": ["1.1.1.1", IP]}}, "ok"),
        ({}, "missing"),
        ({PTR: TIMEOUT}, "unchecked"),
        (ptr("m.example"), "unconfirmed"),
        (ptr("m.example") | {"m.example": {"A": ["192.0.2.2"]}}, "unconfirmed"),
        (ptr("m.example") | {"m.example": TIMEOUT}, "unchecked"),
        (ptr("n.example") | {"n.example": {"A": [IP]}}, "helo"),
        (ptr("1-2-0-192.isp.example") | {"1-2-0-192.isp.example": {"A": [IP]}},
         "generic"),
        (ptr("x.dyn.isp.example") | {"x.dyn.isp.example": {"A": [IP]}}, "generic"),
    ],
)  # fmt: skip
def test_name_of_an_address(records, expected):
    found = Zone(records).decide(lambda book: reverse.finding(book, IP, "m.example"))
    assert found.code == f"ptr_{expected}"


def test_name_of_an_ipv6_address():
    name = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    zone = Zone({name: {"PTR": ["m.example"]}, "m.example": {"AAAA": ["2001:DB8::1"]}})
    assert (
        zone.decide(lambda book: reverse.finding(book, "2001:db8::1")).code == "ptr_ok"
    )


def test_what_is_no_address():
    assert Zone({}).decide(lambda book: reverse.finding(book, "x")).code == (
        "ptr_not_address"
    )
    found = Zone({}).decide(lambda book: blocklist.finding(book, "x", "zen.example"))
    assert found.code == "blocklist_unchecked"


@pytest.mark.parametrize(
    "records, expected, severity",
    [
        ([], "clean", "ok"),
        (["127.0.0.2"], "listed", "error"),
        (["127.0.0.4", "127.0.0.11"], "listed", "error"),
        (["127.255.255.252"], "refused", "info"),
        (["127.255.255.254"], "refused", "info"),
        (["127.255.255.255"], "refused", "info"),
        (["203.0.113.80"], "strange", "info"),
        (TIMEOUT, "unchecked", "info"),
    ],
)
def test_list(records, expected, severity):
    name = "1.2.0.192.zen.example"
    zone = Zone({name: TIMEOUT if records == TIMEOUT else {"A": records}})
    found = zone.decide(lambda book: blocklist.finding(book, IP, "zen.example"))
    assert (found.code, found.severity) == (f"blocklist_{expected}", severity)


def test_list_of_ipv6():
    name = blocklist.query_name("2001:db8::1", "zen.example")
    assert name == (
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.example"
    )


def test_what_could_not_be_checked_is_named_with_the_reason():
    zone = Zone({"h.example": TIMEOUT})

    def both(book):
        return mx.findings(book, "h.example"), unchecked.findings(book, "h.example")

    _findings, (finding,) = zone.decide(both)
    assert (finding.code, finding.params["names"]) == ("dns_timeout", "h.example")


def test_too_many_questions_are_named():
    def curious(book):
        for number in range(1000):
            book.ask(f"{number}.example", "A")
        return unchecked.findings(book, "h.example")

    assert [one.code for one in Zone({}).decide(curious)] == ["dns_too_many"]
