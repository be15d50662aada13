# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a finding says stands in the data, and asks for no value that it does not have.

Odoo has the codes paired with their words in a test of its own; this one sees what the
checks really find, in seconds.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from odoo.addons.mail_gateway_plus.core.dns import (
    blocklist,
    codes,
    demand,
    dmarc,
    dmarc_alignment,
    dmarc_path,
    mta_sts,
    mx,
    reverse,
    spf_check,
    spf_finding,
    spf_leftover,
    tls_rpt,
    unchecked,
)
from odoo.addons.mail_gateway_plus.core.dns.answer import UNCHECKED, Answer, Question
from odoo.addons.mail_gateway_plus.core.dns.book import TOO_MANY, Book
from odoo.addons.mail_gateway_plus.core.dns.spf_client import Client

from . import (
    test_dkim,
    test_dmarc,
    test_sending,
    test_server,
    test_spf_finding,
    test_transport,
)
from .zone import TIMEOUT, Zone

DATA = Path(__file__).resolve().parents[3] / "mail_gateway_plus/data"
VALUE = re.compile(r"%\((\w+)\)s")


def words():
    """{code: {field: text}} of all that a check of a domain may say."""
    found = {}
    for path in sorted(DATA.glob("mail_gateway_advice_dns_*.xml")):
        for record in ElementTree.parse(path).iter("record"):
            fields = {one.get("name"): one.text for one in record.iter("field")}
            assert record.get("id") == f"advice_{fields['code']}"
            found[fields["code"]] = fields
    return found


WORDS = words()


def cases(test):
    """The cases that a test is called with, by their names."""
    (mark,) = (one for one in test.pytestmark if one.name == "parametrize")
    names = [one.strip() for one in mark.args[0].split(",")]
    return [dict(zip(names, case, strict=True)) for case in mark.args[1]]


def decide(records, decision):
    return Zone(records).decide(decision)


def of_domain(module, test, domain):
    for case in cases(test):
        yield from decide(case["records"], lambda book: module.findings(book, domain))


def of_spf():
    for case in cases(test_spf_finding.test_findings):
        yield from test_spf_finding.found(case["records"])
    for count in (9, 11):
        text = " ".join(f"exists:{number}.example" for number in range(count))
        records = {f"{number}.example": {"A": ["127.0.0.2"]} for number in range(count)}
        yield from test_spf_finding.found(
            {"h.example": {"TXT": [f"v=spf1 {text} -all"]}, **records}
        )
    for term in (
        "a:",
        "a:h",
        "a:h%",
        "ip4:x",
        "all:x",
        "exp=a.b exp=a.b",
        "ö",
        "x" * 2**15,
    ):
        yield from test_spf_finding.found(
            {"h.example": {"TXT": [f"v=spf1 {term} -all"]}}
        )


def of_senders():
    for text in ("a -all", "-all", "~all", "?all", "foo", "include:t.example", None):
        texts = {"TXT": [f"v=spf1 {text}"]} if text else {}
        zone = Zone({"h.example": texts | {"A": ["192.0.2.1"]}, "t.example": TIMEOUT})
        verdict = zone.run(spf_check.checked(Client("192.0.2.1", "ann@h.example")))
        yield spf_finding.sender_finding(verdict, "192.0.2.1", "h.example")


def of_keys():
    for case in cases(test_dkim.test_findings):
        yield from test_dkim.selector(test_dkim.key(case["text"])).findings
    for case in cases(test_dkim.test_what_is_not_there):
        yield from test_dkim.selector(case["records"]).findings
    two = {test_dkim.NAME: {"TXT": ["p=a", "p=b"]}}
    yield from test_dkim.selector(two).findings


def aligned(records, spf, dkim):
    return decide(
        records,
        lambda book: dmarc_alignment.alignment(book, "h.example", spf, dkim),
    ).finding


def of_alignment():
    for spf in ("h.example", "x.example"):
        yield aligned({}, spf, ["h.example"])
        yield aligned({}, spf, [])
        yield aligned({}, spf, None)
    yield aligned({"_dmarc.x.example": TIMEOUT}, "x.example", [])


def of_policies():
    for case in cases(test_transport.test_policy):
        policy = mta_sts.parsed(case["text"])
        yield from mta_sts.policy_findings("h.example", policy, case["hosts"])


def of_tls():
    for case in cases(test_transport.test_tls_rpt):
        records = {"_smtp._tls.h.example": {"TXT": case["texts"]}}
        yield from decide(records, lambda book: tls_rpt.findings(book, "h.example"))
    timeout = {"_smtp._tls.h.example": TIMEOUT}
    yield from decide(timeout, lambda book: tls_rpt.findings(book, "h.example"))


def of_servers():
    for case in cases(test_server.test_name_of_an_address):
        yield decide(
            case["records"],
            lambda book: reverse.finding(book, "192.0.2.1", "m.example"),
        )
    yield decide({}, lambda book: reverse.finding(book, "x"))
    for case in cases(test_server.test_list):
        said = case["records"]
        kinds = said if said == TIMEOUT else {"A": said}
        yield decide(
            {"1.2.0.192.zen.example": kinds},
            lambda book: blocklist.finding(book, "192.0.2.1", "zen.example"),
        )


def of_demands():
    none = dict.fromkeys(
        ("spf", "dkim", "dmarc", "aligned", "ptr", "tls", "unsubscribe"), False
    )
    facts = demand.Facts(volume_day=9999, key_bits=512, **none)
    yield from demand.findings("h.example", facts)
    yield from demand.findings("h.example", demand.Facts())


def of_ways():
    for case in cases(test_sending.test_reach):
        yield from test_sending.reached(case["records"], case["reach"])
    evidence = dmarc_path.Evidence("none", 20, True, True)
    yield from dmarc_path.findings("h.example", dmarc_path.steps(evidence))
    answer = Answer(UNCHECKED, why=mta_sts.BAD_CERTIFICATE)
    zone = Zone(test_transport.sts("v=STSv1; id=1") | test_transport.STS)
    known = {Question("mta-sts.h.example", mta_sts.POLICY): answer}
    book = Book(known | test_sending.answers(zone, "h.example"))
    yield from mta_sts.findings(book, "h.example")


def of_faults():
    for why in unchecked.CODE_OF:
        said = Answer(UNCHECKED, why=why)
        yield from unchecked.findings(
            Book({Question("a.example", "A"): said}), "h.example"
        )
    assert TOO_MANY in unchecked.CODE_OF


def everything():
    yield from of_spf()
    yield from of_senders()
    yield from of_keys()
    yield from of_alignment()
    yield from of_policies()
    yield from of_tls()
    yield from of_servers()
    yield from of_faults()
    yield from of_demands()
    yield from of_ways()
    yield from of_domain(dmarc, test_dmarc.test_findings, "h.example")
    yield from of_domain(mx, test_transport.test_mx, "h.example")
    yield from of_domain(mta_sts, test_transport.test_mta_sts, "h.example")
    yield from of_domain(
        spf_leftover, test_transport.test_record_of_type_99, "h.example"
    )


@pytest.fixture(scope="module")
def found():
    """{code: [finding]}"""
    by_code = {}
    for finding in everything():
        by_code.setdefault(finding.code, []).append(finding)
    return by_code


def test_each_code_has_its_words_and_the_reverse():
    assert set(WORDS) == codes.CODES


def test_each_code_is_found(found):
    assert set(found) == codes.CODES


def test_words_ask_only_for_what_a_finding_has(found):
    for code, findings in found.items():
        text = " ".join(WORDS[code].values())
        assert "%" not in VALUE.sub("", text), code
        for finding in findings:
            assert set(VALUE.findall(text)) <= set(finding.params), code


def test_what_is_wrong_has_a_remedy(found):
    for code, findings in found.items():
        assert WORDS[code]["cause"]
        if any(one.severity in ("warning", "error") for one in findings):
            assert WORDS[code].get("remedy"), code


def test_values_are_never_empty_where_they_are_shown(found):
    for code, findings in found.items():
        text = " ".join((WORDS[code]["title"], WORDS[code]["cause"]))
        for finding in findings:
            empty = [one for one in VALUE.findall(text) if not finding.params[one]]
            assert not empty, (code, finding.params)
