# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.dns import (
    spf_check,
    spf_finding,
    spf_merge,
    spf_record,
    spf_spelling,
)
from odoo.addons.mail_gateway_plus.core.dns.spf_client import Client
from odoo.addons.mail_gateway_plus.core.dns.text import strings

from .zone import TIMEOUT, Zone

D = "h.example"


def spf(*texts):
    return {"TXT": [f"v=spf1 {text}".rstrip() for text in texts]}


WORLD = {
    "p.example": spf("ip4:203.0.113.0/24 ~all"),
    "big.example": spf(" ".join(f"a:x{n}.example" for n in range(6)) + " ~all"),
    "deep.example": spf("include:p.example ?all"),
    "open.example": spf("ip4:198.51.100.1 +all"),
    "opens.example": spf("include:open.example -all"),
    "faulty.example": spf("ip4:192.0.2 -all"),
    "host.example": {"A": ["192.0.2.9"]},
    **{f"x{number}.example": {"A": ["127.0.0.2"]} for number in range(6)},
    "x9.example": {"A": ["198.51.100.9"]},
}


def merged(texts, wanted=(), **own):
    zone = Zone({**WORLD, D: {"TXT": list(texts), "A": ["192.0.2.8"], **own}})
    return zone.decide(lambda book: spf_merge.merged(book, D, wanted))


def said(text, wanted=()):
    return merged([f"v=spf1 {text}".rstrip()], wanted).text.removeprefix("v=spf1 ")


@pytest.mark.parametrize(
    "text, wanted, expected",
    [
        ("-all", ["include:p.example"], "include:p.example -all"),
        ("a mx:host.example ~all", [], "a ~all"),
        ("include:p.example ?all", ["include:p.example"], "include:p.example ?all"),
        ("include:P.example. ?all", ["include:p.example"], "include:P.example. ?all"),
        ("include:deep.example -all", ["include:p.example"],
         "include:deep.example -all"),
        ("include:p.example -all", ["ip4:203.0.113.7"], "include:p.example -all"),
        ("~include:p.example -all", ["include:p.example"], "include:p.example -all"),
        ("-ip4:203.0.113.9 a -all", ["include:p.example"],
         "-ip4:203.0.113.9 a include:p.example -all"),
        ("a -ip4:203.0.0.0/16 ~mx -all", ["include:p.example"],
         "a include:p.example -ip4:203.0.0.0/16 -all"),
        ("-ip4:192.0.2.0/24 ip4:192.0.2.1 -all", ["ip4:192.0.2.1"],
         "ip4:192.0.2.1 -ip4:192.0.2.0/24 -all"),
        ("redirect=p.example", ["a"], "a redirect=p.example"),
        ("redirect=p.example -all", ["a"], "include:p.example a -all"),
        ("", ["a"], "a ~all"),
        ("+all", ["a"], "a ~all"),
        ("-all a ip4:192.0.2.1", [], "a ip4:192.0.2.1 -all"),
        ("a a:h.example A ~all", [], "a ~all"),
        ("ip4:192.0.2.1 ip4:192.0.2.0/24 -all", [], "ip4:192.0.2.0/24 -all"),
        ("ip4:192.0.2.1 -ip4:192.0.2.0/25 ip4:192.0.2.0/24 -all", [],
         "ip4:192.0.2.1 -ip4:192.0.2.0/25 ip4:192.0.2.0/24 -all"),
        ("-ip4:192.0.2.0/24 ip4:192.0.2.1 -all", [], "-ip4:192.0.2.0/24 -all"),
        ("include:gone.example a:gone.example a -all", [], "a -all"),
        ("exp=e.example a x=y exp=f.example -all", [], "a -all exp=e.example x=y"),
        ("ipv4:192.0.2.1, a:192.0.2.2 include: p.example ip=192.0.2.3 -all.", [],
         "ip4:192.0.2.1 ip4:192.0.2.2 include:p.example ip4:192.0.2.3 -all"),
        ("exists:%{ir}.x.example -all", [], "exists:%{ir}.x.example -all"),
        ("ptr a -ptr:%{d} -all", [], "a -all"),
        ("ptr -all", ["ip4:192.0.2.1"], "ip4:192.0.2.1 -all"),
        ("?ptr redirect=p.example", [], "redirect=p.example"),
        ("ptr -a -all", [], "ptr -a -all"),
        ("ptr a -all", ["ptr"], "ptr a -all"),
        ("include:open.example a -all", [], "a -all"),
        ("include:opens.example a -all", [], "a -all"),
        ("-include:open.example a -all", [], "-include:open.example a -all"),
        ("redirect=open.example", ["a"], "a ~all"),
        ("include:faulty.example a -all", [], "a -all"),
        ("include:faulty.example a include:open.example -all",
         ["include:open.example", "include:faulty.example"],
         "include:faulty.example a include:open.example -all"),
        ("a \xe2\x80\x93all", [], "a -all"),
    ],
)  # fmt: skip
def test_one_record(text, wanted, expected):
    assert said(text, wanted) == expected


@pytest.mark.parametrize(
    "texts, expected",
    [
        (["v=spf1 a -all", "v=spf1 include:p.example ~all"],
         "v=spf1 a include:p.example ~all"),
        (["v=spf1 a redirect=p.example", "v=spf1 redirect=deep.example"],
         "v=spf1 a include:p.example include:deep.example ~all"),
        (["v=spf1 a redirect=p.example", "v=spf1 -all"],
         "v=spf1 a include:p.example -all"),
        (['"v=spf1include:p.example -all"', "other"], "v=spf1 include:p.example -all"),
        ([], "v=spf1 ~all"),
    ],
)  # fmt: skip
def test_several_records_become_one(texts, expected):
    assert merged(texts).text == expected


def test_what_is_left_out_is_named():
    made = merged(
        ["v=spf1 a a include:gone.example a:gone.example nonsense "
         "ip4:192.0.2.1 ip4:192.0.2.1/24 ptr include:open.example "
         "include:faulty.example -all"],
        ["include:gone2.example", "nonsense:x"],
    )  # fmt: skip
    assert {(one.text, one.why) for one in made.dropped} == {
        ("a", "twice"),
        ("include:gone.example", "no_record"),
        ("a:gone.example", "void"),
        ("nonsense", "unreadable"),
        ("ptr", "ptr"),
        ("include:open.example", "open"),
        ("include:faulty.example", "broken"),
        ("ip4:192.0.2.1", "covered"),
        ("include:gone2.example", "no_record"),
        ("nonsense:x", "unreadable"),
    }


def test_over_ten_lookups_it_says_what_to_move():
    text = "v=spf1 include:big.example a:host.example a include:deep.example -all"
    made = merged([text], ["include:p.example", "a:x9.example"])
    assert made.lookups == 7 + 2 + 2 + 1
    assert made.moves == ("include:big.example",)
    assert made.text == (
        "v=spf1 include:big.example a:host.example a include:deep.example"
        " a:x9.example -all"
    )
    assert made.within.startswith("v=spf1 a:host.example a include:deep.example")


def test_no_advice_on_what_could_not_be_read():
    zone = Zone({D: TIMEOUT})
    assert zone.decide(lambda book: spf_merge.merged(book, D, ["a"])) is None


def test_term_that_could_not_be_checked_stays():
    zone = Zone({D: spf("include:t.example a:t.example -all"), "t.example": TIMEOUT})
    made = zone.decide(lambda book: spf_merge.merged(book, D, []))
    assert made.text == "v=spf1 include:t.example a:t.example -all"


def test_long_record_is_split_behind_a_blank():
    terms = " ".join(f"ip4:198.51.100.{number * 2}" for number in range(60))
    made = merged([f"v=spf1 {terms} -all"])
    assert max(map(len, made.strings)) <= 255 and len(made.strings) > 2
    assert "".join(made.strings) == made.text
    assert all(piece.endswith(" ") for piece in made.strings[:-1])
    assert strings("x" * 600) == ("x" * 255, "x" * 255, "x" * 90)


COUNT = 150

ADDRESSES = [f"192.0.2.{number}" for number in (1, 2, 9)] + ["203.0.113.7"]
MECHANISMS = st.one_of(
    st.builds(
        "ip4:{}{}".format,
        st.sampled_from(ADDRESSES),
        st.sampled_from(["", "/24", "/31"]),
    ),
    st.sampled_from(
        ["a", "a:host.example", "a:gone.example", "a:h.example", "a/24", "mx", "ptr"]
    ),
    st.builds(
        "include:{}".format,
        st.sampled_from(
            [
                "p.example",
                "deep.example",
                "big.example",
                "gone.example",
                "P.EXAMPLE",
                "open.example",
                "faulty.example",
            ]
        ),
    ),
    st.sampled_from(["exists:%{ir}.x.example", "ip6:2001:db8::1"]),
)
TERMS = st.builds(
    "{}{}".format, st.sampled_from(["", "", "", "+", "-", "~", "?"]), MECHANISMS
)
ODD = st.sampled_from(
    ["nonsense", "a:192.0.2.1", "ipv4:192.0.2.2", "ip4:192.0.2.300", "x=y", "a,mx"]
)
ENDINGS = st.sampled_from(["-all", "~all", "?all", "+all", "", "redirect=p.example"])


@st.composite
def records(draw):
    terms = draw(st.lists(st.one_of(TERMS, TERMS, TERMS, ODD), max_size=7))
    ending = draw(ENDINGS)
    place = draw(st.sampled_from([len(terms), len(terms), 0]))
    return " ".join(["v=spf1", *terms[:place], ending, *terms[place:]]).strip()


#: Records of others that nobody should include, and what is found where one does.
HARMFUL = {"open.example": "target_plus_all", "faulty.example": "target_broken"}
WANTED = st.lists(MECHANISMS.filter(lambda one: "gone" not in one), max_size=3)


@given(st.lists(records(), max_size=3), WANTED)
@settings(max_examples=COUNT, derandomize=True)
def test_idempotent(texts, wanted):
    first = merged(texts, wanted)
    second = merged([first.text], wanted)
    assert second.text == first.text
    assert (second.added, second.lookups) == ((), first.lookups)
    # What a server asks for in vain is named each time.
    assert {one.text for one in second.dropped} <= set(wanted)


def key_of(term):
    """As two ways to write the same are one."""
    name, value, sizes = term.key
    return name, "" if (name, value) == ("a", D) else value, sizes


def names_senders(terms):
    """Whether somebody passes by a term other than ``ptr``."""
    passing = [one for one in terms if one.qualifier == "+" or one.name == "redirect"]
    return any(one.name not in ("all", "ptr") for one in passing)


@given(st.lists(records(), max_size=3), WANTED)
@settings(max_examples=COUNT, derandomize=True)
def test_no_term_of_the_user_is_lost(texts, wanted):
    made = merged(texts, wanted)
    kept = {key_of(term): term for term in spf_record.parsed(made.text).terms}
    networks = [term.network for term in kept.values() if term.name == "ip4"]
    reasons = {}
    for one in made.dropped:
        for term in spf_spelling.meant(one.text):
            reasons.setdefault(key_of(term), set()).add(one.why)
    for word in (word for text in texts for word in spf_spelling.words(text)):
        terms = spf_spelling.meant(word)
        assert terms or spf_merge.Dropped(word, "unreadable") in made.dropped
        for term in terms:
            if term.name in ("all", "redirect") or key_of(term) in kept:
                continue
            whys = reasons[key_of(term)]
            assert whys & {"void", "no_record", "covered", "ptr", "open", "broken"}
            if "covered" in whys:
                assert any(term.network.subnet_of(one) for one in networks)
            if whys & {"ptr"}:
                assert term.name == "ptr" and names_senders(kept.values())
            if whys & {"open", "broken"}:
                assert term.value in HARMFUL and term.text.lstrip("+") not in wanted
    if any("redirect=p.example" in text for text in texts):
        targets = {term.value.lower() for term in kept.values()}
        assert "p.example" in targets


@given(st.lists(records(), max_size=3), WANTED)
@settings(max_examples=COUNT, derandomize=True)
def test_record_is_in_order(texts, wanted):
    made = merged(texts, wanted)
    record = spf_record.parsed(made.text)
    assert not record.faults
    names = [term.name for term in record.directives]
    assert names.count("all") == (record.modifier("redirect") is None)
    assert "all" not in names[:-1]
    codes = {
        one.code.removeprefix("spf_")
        for one in Zone({**WORLD, D: {"TXT": [made.text], "A": ["192.0.2.8"]}}).decide(
            lambda book: spf_finding.findings(book, D)
        )
    }
    left = {"ok", "neutral_all", "lookups", "lookups_full"}
    if "ptr" in wanted or not names_senders(record.terms):
        left.add("ptr")
    left |= {code for place, code in HARMFUL.items() if f"include:{place}" in wanted}
    assert codes <= left


@given(records(), WANTED, st.sampled_from([*ADDRESSES, "192.0.2.8", "2001:db8::1"]))
@settings(max_examples=COUNT, derandomize=True)
def test_who_passed_still_passes_and_who_is_wanted_does(text, wanted, ip):
    made = merged([text], wanted)
    client = Client(ip, f"ann@{D}")

    def result(record):
        zone = Zone({**WORLD, D: {"TXT": [record], "A": ["192.0.2.8"]}})
        return zone.run(spf_check.checked(client))

    after = result(made.text)
    if after.problem:
        return
    before = result(text)
    is_open = before.term in ("+all", "all") or before.term.endswith("open.example")
    if before.result == "pass" and not is_open:
        assert after.result == "pass"
    is_excepted = after.term[:1] in ("-", "~", "?") and not after.term.endswith("all")
    if is_excepted and any("/" in one or "include" in one for one in wanted):
        return
    alone = result(" ".join(["v=spf1", *wanted, "?all"]))
    if alone.result == "pass" and alone.term.partition(":")[0] not in ("ptr", "exists"):
        assert after.result == "pass"
