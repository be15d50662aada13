# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the checks of a domain ask, on real sockets: nothing is taken for missing that
nobody could say, and nothing takes longer than it may."""

import contextlib
import socket
import threading
import time

import dns.flags
import dns.message
import pytest

from odoo.addons.mail_gateway_plus.core.dns import domain_report
from odoo.addons.mail_gateway_plus.core.dns.answer import (
    FOUND,
    NO_NAME,
    UNCHECKED,
    Question,
)
from odoo.addons.mail_gateway_plus.core.dns.book import decided
from odoo.addons.mail_gateway_plus.core.dns.domain_report import Subject
from odoo.addons.mail_gateway_plus.net.deadline import Limits
from odoo.addons.mail_gateway_plus.net.resolver import CHECK, Resolver

from sandbox import ports
from sandbox.nameserver import NameServer

#: What a busy machine may add.
SLACK_S = 2.0
QUICK = Limits(connect_s=0.3, command_s=1.0, total_s=2.0)
#: For what has nothing to do with time: no slow machine asks twice, or gives up.
PATIENT = Limits(connect_s=60.0, command_s=120.0, total_s=240.0)
STRINGS = " ".join(['"' + "t" * 250 + '"'] * 240)

ZONES = {
    "test": "",
    "whole.test": """@ TXT "v=spf1 include:spf.whole.test -all"
spf TXT "v=spf1 ip4:192.0.2.1 -all"
old SPF "v=spf1 -all"
www CNAME spf
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@whole.test"
@ MX 10 mx
mx A 192.0.2.1""",
    "2.0.192.in-addr.arpa": "1 PTR mx.whole.test.",
    "loop.test": "a CNAME b\nb CNAME a\n_dmarc CNAME a",
    "huge.test": "\n".join(f"t{n} TXT {STRINGS}" for n in range(18))
    + '\n@ TXT "v=spf1 '
    + " ".join(f"a:t{n}.huge.test" for n in range(4))
    + ' -all"\n@ TXT '
    + STRINGS,
}


@pytest.fixture(scope="module")
def names():
    with NameServer(ports.any_free(), ZONES) as server:
        yield server


@pytest.fixture(autouse=True)
def calm(names):
    names.asked.clear()
    yield
    names.faults.clear()
    names.before = None


@pytest.fixture
def silence():
    """A name server that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{deaf.getsockname()[1]}"


def at(server):
    return f"127.0.0.1:{server.port}"


def check(servers, *domains, limits=PATIENT):
    """(reports, seconds)"""
    rounds = [
        decided(lambda book, name=name: domain_report.report(book, Subject(name)))
        for name in domains
    ]
    begin = time.monotonic()
    return Resolver(servers, limits).answered_all(rounds), time.monotonic() - begin


def codes(report):
    return {one.code for one in report.findings}


@pytest.mark.parametrize(
    "name, kind, expected",
    [
        ("1.2.0.192.in-addr.arpa", "PTR", (("mx.whole.test.",),)),
        ("www.whole.test", "CNAME", (("spf.whole.test.",),)),
        ("old.whole.test", "SPF", ((b"v=spf1 -all",),)),
        ("www.whole.test", "TXT", ((b"v=spf1 ip4:192.0.2.1 -all",),)),
    ],
)
def test_every_kind_that_a_check_asks_for(names, name, kind, expected):
    (answer,) = Resolver([at(names)]).ask([Question(name, kind)])
    assert (answer.status, answer.records) == (FOUND, expected)


def test_whole_check(names):
    (found,), _seconds = check([at(names)], "whole.test")
    assert {"spf_ok", "mx_ok"} <= codes(found)
    assert not {one for one in codes(found) if one.startswith("dns_")}


def test_what_several_want_to_know_is_asked_once(names):
    check([at(names)], *["whole.test"] * 5)
    assert len(names.asked) == len(set(names.asked))


def test_answer_is_kept_for_as_long_as_it_may_be(names):
    names.set_zone("brief.test", "@ 1 A 192.0.2.1\nlong 300 A 192.0.2.2")
    resolver = Resolver([at(names)], PATIENT)
    both = [Question("brief.test", "A"), Question("long.brief.test", "A")]
    resolver.ask(both)
    # However long the first ones took: the second of the brief one is over.
    time.sleep(1.1)
    resolver.ask(both)
    assert len(names.asked) == 3
    assert names.asked[2:] == [("brief.test", "A")]


def test_round_of_many_questions_is_one_round(names):
    """None is answered before the last one is asked."""
    questions = [Question(f"n{n}.whole.test", "A") for n in range(60)]
    names.before = threading.Barrier(len(questions), timeout=60).wait
    answers = Resolver([at(names)], PATIENT).ask(questions)
    assert {one.status for one in answers} == {NO_NAME}


@pytest.mark.parametrize("fault", ["timeout", "servfail", "refused"])
def test_fault_of_a_name_server_is_not_missing(names, fault):
    for name in ("whole.test", "_dmarc.whole.test", "_mta-sts.whole.test"):
        names.faults[name] = fault
    (found,), seconds = check([at(names)], "whole.test", limits=QUICK)
    assert {"spf_unchecked", "dmarc_unchecked", "mx_unchecked"} <= codes(found)
    assert not {"spf_missing", "dmarc_missing", "mx_missing"} & codes(found)
    assert not found.records, "nothing is proposed in place of what nobody knows"
    assert seconds < QUICK.total_s + SLACK_S


def test_lame_server_beside_a_good_one(names):
    with NameServer(ports.any_free()) as lame:
        (found,), _seconds = check([at(lame), at(names)], "whole.test")
    assert "spf_ok" in codes(found)


def test_alias_that_leads_in_circles(names):
    (answer,) = Resolver([at(names)]).ask([Question("a.loop.test", "TXT")])
    assert answer.status == UNCHECKED
    (found,), seconds = check([at(names)], "loop.test", limits=QUICK)
    assert not {"dmarc_missing", "dmarc_ok"} & codes(found)
    assert seconds < QUICK.total_s + SLACK_S


@pytest.fixture
def cut_short():
    """A name server whose answers never fit, and that takes no TCP."""

    def serve():
        # The socket is closed at the end.
        with contextlib.suppress(OSError):
            while True:
                wire, place = cut.recvfrom(4096)
                reply = dns.message.make_response(dns.message.from_wire(wire))
                reply.flags |= dns.flags.TC
                cut.sendto(reply.to_wire(), place)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as cut:
        cut.bind(("127.0.0.1", 0))
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{cut.getsockname()[1]}"


def test_answers_that_are_cut_short_are_not_missing(cut_short):
    (found,), seconds = check([cut_short], "whole.test", limits=QUICK)
    assert {"spf_unchecked", "dmarc_unchecked", "mx_unchecked"} <= codes(found)
    assert not found.records
    assert seconds < QUICK.total_s + SLACK_S


def test_megabyte_of_text(names):
    """More than 1 MB in 18 answers, each over TCP."""
    questions = [Question(f"t{n}.huge.test", "TXT") for n in range(18)]
    begin = time.monotonic()
    answers = Resolver([at(names)], CHECK).ask(questions)
    assert time.monotonic() - begin < CHECK.command_s + SLACK_S
    assert sum(len(one.records[0][0]) for one in answers) > 1_000_000
    (found,), seconds = check([at(names)], "huge.test", limits=CHECK)
    assert "spf_unchecked" not in codes(found)
    assert seconds < CHECK.total_s + SLACK_S
    assert sum(len(str(one.params)) for one in found.findings) < 100_000


def test_dead_name_server_costs_its_deadline_however_many_ask(silence):
    domains = [f"d{n}.test" for n in range(8)]
    found, seconds = check([silence], *domains, limits=QUICK)
    assert all("spf_unchecked" in codes(one) for one in found)
    assert seconds < QUICK.total_s + SLACK_S


def test_loop_of_the_caller_may_run_already(names):
    import asyncio

    async def inside():
        return Resolver([at(names)]).ask([Question("mx.whole.test", "A")])

    (answer,) = asyncio.run(inside())
    assert answer.records == (("192.0.2.1",),)
