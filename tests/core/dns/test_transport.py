# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where mail arrives, and what a domain asks of those who bring it."""

import pytest

from odoo.addons.mail_gateway_plus.core.dns import mta_sts, mx, spf_leftover, tls_rpt

from .zone import TIMEOUT, Zone

D = "h.example"
HOST = {"A": ["198.51.100.1"]}


def codes(records, module, prefix):
    found = Zone(records).decide(lambda book: module.findings(book, D))
    return {one.code.removeprefix(prefix) for one in found}


def at(*records):
    return {D: {"MX": [(number, name) for number, name in enumerate(records)]}}


@pytest.mark.parametrize(
    "records, expected",
    [
        (at("m.example.") | {"m.example": HOST}, {"ok"}),
        (at("m.example.") | {"m.example": {"AAAA": ["2001:db8::1"]}}, {"ok"}),
        ({}, {"no_name"}),
        ({D: {"TXT": ["x"]}}, {"missing"}),
        ({D: HOST}, {"implicit"}),
        ({D: TIMEOUT}, {"unchecked"}),
        (at("."), {"null"}),
        (at(".", "m.example") | {"m.example": HOST}, {"null_beside"}),
        (at("192.0.2.1"), {"address"}),
        (at("m.example"), {"host_missing"}),
        (at("m.example", "n.example") | {"n.example": HOST}, {"host_missing"}),
        (at("m.example") | {"m.example": {"CNAME": ["n.example"]}, "n.example": HOST},
         {"host_alias"}),
        (at("m.example") | {"m.example": {"A": ["10.0.0.1"]}}, {"host_private"}),
        (at("m.example") | {"m.example": {"A": ["127.0.0.1"], "AAAA": ["fe80::1"]}},
         {"host_private"}),
        (at("m.example") | {"m.example": TIMEOUT}, {"unchecked"}),
    ],
)  # fmt: skip
def test_mx(records, expected):
    assert codes(records, mx, "mx_") == expected


def test_many_servers_are_bounded():
    zone = Zone({D: {"MX": [(1, f"m{number}.example") for number in range(5000)]}})
    zone.decide(lambda book: mx.findings(book, D))
    assert sum(map(len, zone.rounds)) == 1 + 3 * mx.MOST


GOOD = "version: STSv1\nmode: enforce\nmx: h.example\nmax_age: 604800"


def web(*answer):
    return {f"mta-sts.{D}": {**HOST, "POLICY": [answer]}}


STS = web(200, GOOD)


def sts(*texts):
    return {f"_mta-sts.{D}": {"TXT": list(texts)}}


@pytest.mark.parametrize(
    "records, expected",
    [
        ({}, {"none"}),
        ({f"_mta-sts.{D}": TIMEOUT}, {"unchecked"}),
        (sts("other"), {"none"}),
        (sts("v=STSv1; id=20260101") | STS, {"ok"}),
        (sts("v=STSv1; id=20260101;", "other") | STS, {"ok"}),
        (sts("v=STSv1; id=1", "v=STSv1; id=2") | STS, {"several"}),
        (sts("v=STSv1") | STS, {"bad_record"}),
        (sts("v=STSv1; id=2026-01-01") | STS, {"bad_record"}),
        (sts("id=1; v=STSv1") | STS, {"bad_record"}),
        (sts("v=STSv1; id=1"), {"host_missing"}),
        (sts("v=STSv1; id=1") | web(404, ""), {"no_policy"}),
        (sts("v=STSv1; id=1") | web(301, GOOD), {"no_policy"}),
        (sts("v=STSv1; id=1") | web(200, "mode: enforce"), {"bad_policy"}),
        (sts("v=STSv1; id=1") | web(200, GOOD) | at("x.example"), {"unlisted"}),
        (sts("v=STSv1; id=1") | {f"mta-sts.{D}": {**HOST, "POLICY": TIMEOUT}},
         {"unreachable"}),
    ],
)  # fmt: skip
def test_mta_sts(records, expected):
    assert codes(records, mta_sts, "mta_sts_") == expected


POLICY = "version: STSv1\r\nmode: {}\r\nmx: *.m.example\r\nmx: h.example\r\nmax_age: {}"


@pytest.mark.parametrize(
    "text, hosts, expected",
    [
        (POLICY.format("enforce", 604800), ["a.m.example", "H.example."], ["ok"]),
        (POLICY.format("enforce", 604800), ["a.b.m.example"], ["unlisted"]),
        (POLICY.format("enforce", 604800), ["m.example"], ["unlisted"]),
        (POLICY.format("testing", 604800), ["x.example"], ["unlisted", "not_enforced"]),
        (POLICY.format("none", 604800), ["x.example"], ["not_enforced"]),
        (POLICY.format("enforce", 60), [], ["short_age"]),
        (POLICY.format("enforce", 31557601), [], ["bad_policy"]),
        (POLICY.format("enforce", "x"), [], ["bad_policy"]),
        (POLICY.format("on", 604800), [], ["bad_policy"]),
        ("version: STSv1\nmode: enforce\nmax_age: 604800", [], ["bad_policy"]),
        ("version: STSv1\nmode: none\nmax_age: 604800", [], ["not_enforced"]),
        ("<html>\n<title>404</title>", [], ["bad_policy"]),
        ("", [], ["bad_policy"]),
        ("mx: " + "a." * 2**19, [], ["bad_policy"]),
    ],
)
def test_policy(text, hosts, expected):
    found = mta_sts.policy_findings(D, mta_sts.parsed(text), hosts)
    assert [one.code.removeprefix("mta_sts_") for one in found] == expected


@pytest.mark.parametrize(
    "texts, expected",
    [
        ([], {"none"}),
        (["v=TLSRPTv1; rua=mailto:a@h.example"], {"ok"}),
        (["v=TLSRPTv1;rua=https://h.example/x,mailto:a@h.example;", "x"], {"ok"}),
        (["v=TLSRPTv1; rua=a@h.example"], {"bad_record"}),
        (["v=TLSRPTv1; rua=https://[h"], {"bad_record"}),
        (["v=TLSRPTv1"], {"bad_record"}),
        (["v=TLSRPTv1; rua=mailto:a@h.example"] * 2, {"several"}),
    ],
)
def test_tls_rpt(texts, expected):
    records = {f"_smtp._tls.{D}": {"TXT": texts}} if texts else {}
    assert codes(records, tls_rpt, "tls_rpt_") == expected


def test_tls_rpt_that_could_not_be_checked():
    assert codes({f"_smtp._tls.{D}": TIMEOUT}, tls_rpt, "tls_rpt_") == {"unchecked"}


@pytest.mark.parametrize(
    "records, expected",
    [({}, set()), ({D: TIMEOUT}, set()), ({D: {"SPF": ["v=spf1 -all"]}}, {"type99"})],
)
def test_record_of_type_99(records, expected):
    assert codes(records, spf_leftover, "spf_") == expected
