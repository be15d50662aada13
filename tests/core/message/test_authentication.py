# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``Authentication-Results``: RFC 8601 whole, as servers write it and forgers do."""

import time

import pytest

from odoo.addons.mail_gateway_plus.core.message import authentication

#: What is written, and (method, result) of what is found in it.
FORMS = [
    # RFC 8601, appendix B in other words
    (b"mx.example; none", []),
    (b"mx.example 1; none", []),
    (b"mx.example; spf=pass smtp.mailfrom=b.example", [("spf", "pass")]),
    (
        b"mx.example; auth=pass (cram-md5) smtp.auth=ann@a.example;\r\n"
        b"\tspf=fail smtp.mailfrom=a.example",
        [("auth", "pass"), ("spf", "fail")],
    ),
    # Comments wherever blanks may stand, within one another, with quotes and semicolons
    (
        b'(a (b) ";) mx.example (c;) 1 (d) ; (e) dkim (f) / (g) 1 (h) = (i) fail '
        b"(j \\) ; spf=pass) header (k) . (l) d (m) = (n) a.example",
        [("dkim", "fail")],
    ),
    # Quoted strings with all that ends something elsewhere
    (
        b'"mx.example"; spf=fail reason="a; dkim=pass (b \\" c" '
        b'smtp.mailfrom="x; dmarc=pass"@a.example',
        [("spf", "fail")],
    ),
    # As servers write it
    (
        b"mx.example; dkim=pass header.i=@a.example header.s=s1 header.b=Zm/9+x=;"
        b" arc=none; dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=a.example;",
        [("dkim", "pass"), ("arc", "none"), ("dmarc", "pass")],
    ),
    (
        b"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dmarc=pass "
        b"action=none header.from=a.example;compauth=pass reason=100",
        [("spf", "pass"), ("dmarc", "pass"), ("compauth", "pass")],
    ),
    (b"MX.Example; DKIM=PASS header.D=a.example", [("dkim", "pass")]),
    # One part that says nothing leaves the others
    (b"mx.example; what; spf=; =pass; dkim=none", [("dkim", "none")]),
]
#: What nothing can be made of.
BROKEN = [
    *(b"", b";", b"mx.example", b"mx.example;", b"mx.example; what", b"; none"),
    *(
        b"mx.example; spf=pass (no end",
        b'mx.example; spf=fail smtp.mailfrom="a; spf=pass',
    ),
    *(b"mx.example; (", b"\xff\x00; \xfe", b"mx.example one; spf=pass"),
]


@pytest.mark.parametrize(("value", "results"), FORMS)
def test_form(value, results):
    found = authentication.parse(value)
    assert [(r.method, r.result) for r in found.results] == results
    assert found.host in ("mx.example", "")


@pytest.mark.parametrize("value", BROKEN)
def test_broken_form_says_nothing(value):
    assert authentication.parse(value) is None


def test_properties_and_reason():
    said = FORMS[5][0] + b"; dkim/2=pass header.D=B.example action=none"
    spf, dkim = authentication.parse(said).results
    assert spf.properties == {"smtp.mailfrom": "x; dmarc=pass@a.example"}
    assert spf.reason == 'a; dkim=pass (b " c'
    assert dkim.properties == {"header.d": "B.example", "action": "none"}
    assert (spf.version, dkim.version) == (1, 2)


def field(value):
    return b"Authentication-Results: " + value + b"\r\n"


RECEIVED = b"Received: from a by b; Fri, 20 Nov 2026 10:00:00 +0000\r\n"


def trusted(head, *hosts):
    return authentication.verdicts(authentication.trusted(head, hosts))


def test_only_trusted_hosts_count():
    head = field(b"mx.a.example; spf=fail") + field(b"mx.b.example; spf=pass")
    assert trusted(head, "mx.a.example") == {"spf": "fail"}
    assert trusted(head, "MX.B.example") == {"spf": "pass"}
    assert trusted(head, "a.example", "") == {}
    assert trusted(head) == {}


def test_nameless_server_is_trusted_by_its_lack_of_a_name():
    head = field(b"spf=pass smtp.mailfrom=a.example")
    assert trusted(head, "mx.example") == {}
    assert trusted(head, "") == {"spf": "pass"}


def test_forged_field_below_the_trusted_one_does_not_count():
    """Servers write at the top; what came along stands below their Received."""
    own, forged = field(b"mx.example; spf=fail"), field(b"mx.example; dkim=pass")
    assert trusted(own + RECEIVED + forged, "mx.example") == {"spf": "fail"}
    assert trusted(RECEIVED + own + RECEIVED + forged, "mx.example") == {"spf": "fail"}


def test_fields_of_several_filters_of_one_host_are_read_together():
    head = RECEIVED + field(b"mx.example; dmarc=pass") + field(b"mx.example; dkim=pass")
    assert trusted(head, "mx.example") == {"dmarc": "pass", "dkim": "pass"}


def test_other_version_is_not_read():
    assert trusted(field(b"mx.example 2; spf=pass"), "mx.example") == {}


def test_one_signature_that_holds_is_enough():
    said = b"mx.example; dkim=fail header.d=a; dkim=pass header.d=b; dkim=none"
    assert trusted(field(said), "mx.example") == {"dkim": "pass"}


@pytest.mark.parametrize(
    "piece",
    [b"(", b")", b'"', b"\\", b";", b"=", b".", b"a.", b"a=", b" ", b'"a" ', b"\0"],
)
def test_hostile_fields_take_no_time(piece):
    value = b"mx.example; spf=fail " + piece * 300_000
    begin = time.process_time()
    assert trusted(field(value) * 3 + field(b"mx.example;" + piece * 300_000), "") == {}
    assert time.process_time() - begin < 2
