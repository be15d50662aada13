# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What others write into the DNS may be anything: no check fails by it, and each ends.

Numbers are seeds: what fails is made again by ``zone_of(NUMBER)``.
"""

import random
import time

import pytest

from odoo.addons.mail_gateway_plus.core.dns import domain_report
from odoo.addons.mail_gateway_plus.core.dns.domain_report import Subject
from odoo.addons.mail_gateway_plus.core.dns.mx_reach import Reach
from odoo.addons.mail_gateway_plus.core.dns.sending import Server

from .zone import TIMEOUT, Zone

COUNT = 400

D = "h.example"
NAMES = [
    D,
    "example",
    f"_dmarc.{D}",
    "_dmarc.example",
    f"s._domainkey.{D}",
    f"_mta-sts.{D}",
    f"mta-sts.{D}",
    f"_smtp._tls.{D}",
    f"{D}._report._dmarc.r.example",
    "p.example",
    "m.example",
    "1.2.0.192.in-addr.arpa",
    "1.2.0.192.zen.example",
]
TEXTS = [
    b"v=spf1 include:p.example a mx:m.example ip4:192.0.2.0/24 exists:%{ir}.x.y ~all",
    b"v=spf1 redirect=h.example exp=p.example",
    b"v=spf1 ptr ptr:p.example a:%{l1r-}.%{d2} include:%{p}.example -all",
    b"v=DMARC1; p=reject; sp=none; rua=mailto:a@r.example!5m, mailto:b@h.ex; pct=5",
    b"v=DMARC1 psd=y; p=none; ruf=mailto:x@y; t=y; fo=1:d",
    b"v=DKIM1; k=rsa; t=y:s; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGq",
    b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    b"v=STSv1; id=20260101",
    b"version: STSv1\nmode: enforce\nmx: *.m.example\nmx: m.example\nmax_age: 86400",
    b"v=TLSRPTv1; rua=mailto:a@h.example,https://[::1/x",
]
SUBJECT = Subject(
    D,
    ("include:p.example", "ip4:192.0.2.1", "a:m.example", "nonsense"),
    ("192.0.2.1", "2001:db8::1", "nonsense"),
    ("s", "", "x" * 80, "a..b"),
    f"d@{D}",
    ("192.0.2.1", "nonsense"),
    ("zen.example", ""),
    hints=("s", "", "ü"),
    servers=(
        Server("One", D, ("192.0.2.1", "nonsense"), ((D, "s"), ("p.example", ""))),
        Server("Two", "p.example", ("2001:db8::1",), ()),
        Server("", "", terms=("include:p.example", "nonsense")),
        Server("Four", "a..b", terms=("a",)),
    ),
    reach=Reach(False, ("imap.p.example", "", "192.0.2.1"), ("",), ("bounce@h.ex",)),
    volume_day=9_999,
)


def text(draw):
    """A record as it should be, or with some of its bytes changed, doubled or lost."""
    data = bytearray(draw.choice(TEXTS))
    for _change in range(draw.choice([0, 0, 1, 3, 20])):
        place = draw.randrange(len(data) + 1)
        piece = draw.choice(
            [b"", draw.randbytes(1), b" ", b";", b"%", b"%{", b"/", b":", b"=", b",",
             b"\xff", b"\0", b"..", b"v=spf1 ", b"9" * 30, bytes(data[place:place + 9])]
        )  # fmt: skip
        data[place : place + draw.choice([0, 0, 1, 5])] = piece
    return bytes(data)


def name(draw):
    return draw.choice([*NAMES, ".", "", "a..b", "x" * 70, "192.0.2.1", "ü.example"])


def zone_of(number):
    draw = random.Random(number)
    records = {}
    for one in draw.sample(NAMES, draw.randrange(len(NAMES) + 1)):
        if draw.random() < 0.05:
            records[one] = TIMEOUT
            continue
        kinds = {"TXT": [text(draw) for _one in range(draw.choice([0, 1, 1, 1, 2]))]}
        kinds["SPF"] = [text(draw) for _one in range(draw.choice([0, 0, 1]))]
        kinds["MX"] = [(rank, name(draw)) for rank in range(draw.choice([0, 1, 12]))]
        kinds["PTR"] = [name(draw) for _one in range(draw.choice([0, 1, 12]))]
        kinds["A"] = draw.sample(
            ["192.0.2.1", "127.0.0.2", "10.0.0.1"], draw.randrange(3)
        )
        policy = text(draw).decode("latin-1")
        kinds["POLICY"] = [(draw.choice([200, 200, 404]), policy)]
        kinds["AAAA"] = draw.sample(["2001:db8::1", "::1"], draw.randrange(2))
        if draw.random() < 0.1:
            kinds["CNAME"] = [draw.choice(NAMES)]
            kinds = {"CNAME": kinds["CNAME"]}
        records[one] = kinds
    return Zone(records)


def fault_of(number):
    """What is wrong with how a zone is taken, None when nothing is."""
    zone = zone_of(number)
    begin = time.process_time()
    try:
        found = zone.decide(lambda book: domain_report.report(book, SUBJECT))
        for finding in found.findings:
            "".join(finding.params.values()).encode()
        for record in found.records:
            assert all("\n" not in one for one in record.expected), record
    except Exception as problem:  # each number is to be told, not the first only
        return f"{number}: {problem!r}"
    slow = time.process_time() - begin > 2 or len(zone.rounds) > 20
    return f"{number}: slow" if slow else None


def test_no_record_makes_a_check_fail():
    faults = [fault for fault in map(fault_of, range(COUNT)) if fault]
    assert faults == []


@pytest.mark.soak
def test_many_more_zones():
    faults = [fault for fault in map(fault_of, range(COUNT, 50 * COUNT)) if fault]
    assert faults == []
