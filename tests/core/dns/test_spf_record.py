# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.dns import macro, spf_record
from odoo.addons.mail_gateway_plus.core.dns.answer import FOUND, Answer, Question
from odoo.addons.mail_gateway_plus.core.dns.book import Book
from odoo.addons.mail_gateway_plus.core.dns.name import address_of
from odoo.addons.mail_gateway_plus.core.dns.spf_client import Client, Scope


@pytest.mark.parametrize(
    "term, code, at",
    [
        ("foo", "mechanism", 0),
        ("all:h.example", "extra", 3),
        ("all.", "mechanism", 0),
        ("ipv4:192.0.2.1", "mechanism", 0),
        ("redirect:h.example", "mechanism", 0),
        ("a:", "no_domain", 2),
        ("include", "no_domain", 7),
        ("exists", "no_domain", 6),
        ("redirect=", "no_domain", 9),
        ("a:192.0.2.1", "address_as_name", 2),
        ("mx:192.0.2.1/24", "address_as_name", 3),
        ("a:h", "domain", 2),
        ("a:h.-x", "domain", 2),
        ("a:h.123", "domain", 2),
        ("include:h.example,", "domain", 8),
        ("a/33", "network", 1),
        ("a:h.example//129", "network", 11),
        ("ptr/24", "extra", 3),
        ("ip4", "network", 3),
        ("ip4:192.0.2", "network", 4),
        ("ip4:192.0.2.1/33", "network", 4),
        ("ip4:192.0.2.1/08", "network", 3),
        ("ip6:2001:db8::g", "network", 4),
        ("ip6:fe80::1%eth0", "network", 3),
        ("a:%{x}.h.example", "macro", 2),
        ("a:h%.example", "macro", 3),
        ("exists:%{d0}.h.example", "macro", 7),
        ("exists:%{c}.h.example", "macro", 7),
        ("moo=%", "macro", 4),
        ("a:h\x01.example", "macro", 3),
        ("a:hö.example", "not_ascii", 3),
    ],
)
def test_what_is_wrong_with_a_term_and_where(term, code, at):
    record = spf_record.parsed(f"v=spf1 mx {term} -all")
    (fault,) = record.faults
    assert (fault.code, fault.text) == (f"spf_syntax_{code}", term)
    # People count from one.
    assert fault.place == len("v=spf1 mx ") + at + 1
    assert [one.name for one in record.terms] == ["mx", "all"]


@pytest.mark.parametrize(
    "term, name, value, sizes",
    [
        ("A:H.example", "a", "H.example", (32, 128)),
        ("?mx/24//64", "mx", "", (24, 64)),
        ("a:a/b.example//0", "a", "a/b.example", (32, 0)),
        ("ptr:h.example.", "ptr", "h.example.", (32, 128)),
        ("exists:%{ir}.%{d2}", "exists", "%{ir}.%{d2}", (32, 128)),
        ("ip6:::1.2.3.4/0", "ip6", "::1.2.3.4/0", (32, 128)),
        ("x.y-z_1=a:b/c", "x.y-z_1", "a:b/c", (32, 128)),
        ("a:foo.xn--zckzah", "a", "foo.xn--zckzah", (32, 128)),
    ],
)
def test_terms_that_are_right(term, name, value, sizes):
    found = spf_record.read(term)
    assert (found.name, found.value, found.sizes) == (name, value, sizes)


def test_modifiers_that_stand_once():
    record = spf_record.parsed("v=spf1 exp=a.example redirect=b.example exp=c.example")
    assert [(one.code, one.place) for one in record.faults] == [
        ("spf_syntax_twice", 41)
    ]
    assert record.modifier("exp").value == "a.example"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("v=spf1", True),
        ("V=SPF1 -all", True),
        ("v=spf1  ", True),
        ("v=spf10 -all", False),
        ("v=spf1\t-all", False),
        (" v=spf1 -all", False),
        ("v=spf", False),
    ],
)
def test_which_text_is_a_record(text, expected):
    assert spf_record.is_spf(text) == expected


SCOPE = Scope(
    Book({
        Question("3.2.0.192.in-addr.arpa", "PTR"): Answer(
            FOUND, (("other.example.org.",), ("mx.email.example.com.",))
        ),
        Question("mx.email.example.com", "A"): Answer(FOUND, (("192.0.2.3",),)),
        Question("other.example.org", "A"): Answer(FOUND, (("192.0.2.3",),)),
    }),
    Client("192.0.2.3", "strong-bad@email.example.com", "mx.example.org", "rcv", 99),
    address_of("192.0.2.3"),
    "email.example.com",
)  # fmt: skip


@pytest.mark.parametrize(
    "text, expected",
    # The examples of RFC 7208, 7.4, and the letters that it has none for.
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        (
            "%{d2}.trusted-domains.example.net",
            "example.com.trusted-domains.example.net",
        ),
        ("%{p}", "mx.email.example.com"),
        ("%{h}", "mx.example.org"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("%{d99999999999999999999}", "email.example.com"),
        ("%{c} %{r} %{t}", "192.0.2.3 rcv 99"),
    ],
)
def test_macros(text, expected):
    parts = macro.parsed(text, macro.EXPLANATION_LETTERS, with_spaces=True)
    assert macro.expanded(parts, SCOPE.value) == expected


def test_macro_of_ipv6():
    ip = address_of("2001:db8::cb01")
    scope = Scope(Book(), Client(str(ip), "a@h.example"), ip, "h.example")
    name = macro.expanded(macro.parsed("%{ir}.%{v}._spf.%{d2}"), scope.value)
    assert name.lower() == (
        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
        ".ip6._spf.h.example"
    )
