# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

import pytest

from odoo.addons.mail_gateway_plus.core.dns import book as books
from odoo.addons.mail_gateway_plus.core.dns import spf_check
from odoo.addons.mail_gateway_plus.core.dns.spf_client import Client

from .zone import TIMEOUT, Zone

D = "h.example"


def spf(*texts):
    return {"TXT": [f"v=spf1 {text}".rstrip() for text in texts]}


def checked(records, ip="192.0.2.1", sender=f"ann@{D}"):
    zone = Zone(records)
    return zone.run(spf_check.checked(Client(ip, sender, "mail.h.example"))), zone


def result(records, **values):
    return checked(records, **values)[0].result


def test_wide_tree_costs_as_many_rounds_as_it_is_deep():
    names = [f"_{number}.{D}" for number in range(3)]
    records = {D: spf(*[" ".join(f"include:{name}" for name in names) + " a mx -all"])}
    records[D] |= {"A": ["192.0.2.9"], "MX": [(1, f"mx.{D}")]}
    records[f"mx.{D}"] = {"A": ["192.0.2.8"]}
    for number, name in enumerate(names):
        records[name] = spf(f"include:deep{number}.{D} -all")
        records[f"deep{number}.{D}"] = spf(f"ip4:203.0.113.{number} -all")
    verdict, zone = checked(records)
    assert (verdict.result, verdict.lookups) == ("fail", 8)
    assert [len(questions) for questions in zone.rounds] == [1, 5, 4]


def test_ten_lookups_pass_and_eleven_do_not():
    hosts = {f"h{number}.{D}": {"A": ["203.0.113.1"]} for number in range(11)}
    for count, expected in ((10, "pass"), (11, "permerror")):
        terms = " ".join(f"a:h{number}.{D}" for number in range(count))
        verdict, _zone = checked({D: spf(f"{terms} +all"), **hosts})
        assert verdict.result == expected
    assert (verdict.problem, verdict.at) == ("too_many_lookups", D)


def test_two_void_lookups_pass_and_three_do_not():
    for count, expected in ((2, "pass"), (3, "permerror")):
        terms = " ".join(f"a:gone{number}.{D}" for number in range(count))
        verdict, _zone = checked({D: spf(f"{terms} +all")})
        assert (verdict.result, verdict.voids) == (expected, count)
    assert verdict.problem == "too_many_void"


@pytest.mark.parametrize(
    "records, expected, problem",
    [
        ({}, "none", ""),
        ({D: spf("-all", "+all")}, "permerror", "several"),
        ({D: TIMEOUT}, "temperror", "unchecked"),
        ({D: spf("nonsense")}, "permerror", "syntax"),
        ({D: spf("include:gone.example -all")}, "permerror", "no_target"),
        ({D: spf("redirect=gone.example")}, "permerror", "no_target"),
        ({D: spf("a:t.example -all"), "t.example": TIMEOUT}, "temperror", "unchecked"),
        ({D: spf("mx") | {"MX": [(n, f"m{n}.example") for n in range(11)]}},
         "permerror", "too_many_mx"),
    ],
)  # fmt: skip
def test_errors_say_why(records, expected, problem):
    verdict, _zone = checked(records)
    assert (verdict.result, verdict.problem) == (expected, problem)


def test_term_that_decided_is_the_one_of_the_domain_itself():
    records = {D: spf(f"~include:i.{D} -all"), f"i.{D}": spf("ip4:192.0.2.0/24 -all")}
    assert checked(records)[0].term == f"~include:i.{D}"


@pytest.mark.parametrize("text", [f"include:{D}", f"redirect={D}"])
def test_loop_ends(text):
    verdict, zone = checked({D: spf(text)})
    assert (verdict.result, verdict.problem) == ("permerror", "too_many_lookups")
    assert len(zone.rounds) == 1


def test_includes_without_end_are_bounded():
    records = {
        f"{number}.{D}": spf(" ".join(f"include:{one}.{D}" for one in range(700)))
        for number in range(700)
    }
    verdict, zone = checked({D: spf(f"include:0.{D}"), **records})
    assert verdict.problem == "too_many_lookups"
    assert sum(map(len, zone.rounds)) < 30


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2**20,
        "a " * 2**19,
        "ip4:192.0.2.1 " * 2**16,
        "a:" + "x" * 2**20,
        "a:" + "%{" * 2**19,
        "a:" + "%{d" + "1" * 2**20 + "}.example",
        "a:" + "/" * 2**20,
        "exists:" + "%{l}" * 2**18,
        "x=" + "-." * 2**19,
        "a:" + "-." * 2**19,
    ],
    ids=lambda text: text[:9],
)
def test_megabyte_of_text_ends(text):
    begin = time.process_time()
    assert result({D: spf(text)}) == "permerror"
    assert time.process_time() - begin < 1


def test_book_asks_for_no_more_than_it_may():
    def curious(book):
        return [book.ask(f"{number}.{D}", "A").why for number in range(1000)]

    zone = Zone({})
    said = zone.decide(curious)
    assert sum(map(len, zone.rounds)) == books.MAX_QUESTIONS
    assert said[-1] == books.TOO_MANY


def test_book_ends_a_chain_without_end():
    def endless(book):
        number = 0
        while book.ask(f"{number}.{D}", "A").known:
            number += 1
        return number

    zone = Zone({})
    assert zone.decide(endless) == books.MAX_ROUNDS == len(zone.rounds)
