# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core import discovery
from odoo.addons.mail_gateway_plus.core.discovery import SERVICES, Place
from odoo.addons.mail_gateway_plus.core.dns.answer import (
    FOUND,
    NO_DATA,
    NO_NAME,
    UNCHECKED,
    Answer,
)

D = "h.example"
TLS, START = f"_submissions._tcp.{D}", f"_submission._tcp.{D}"
MX = {"google": ["google.com", "googlemail.com"], "other": ["l.google.com"]}


def found(records, other=NO_DATA, why="", service="smtp"):
    """The discovery for these records; ``other`` is the answer to all else."""
    asking = discovery.discovered(SERVICES[service], D, MX)
    answers = []
    for question in next(asking):
        known = records.get(tuple(question))
        answers.append(Answer(FOUND, tuple(known)) if known else Answer(other, (), why))
    with pytest.raises(StopIteration) as end:
        asking.send(answers)
    return end.value.value


def srv(name, *records):
    return {(name, "SRV"): list(records)}


@pytest.mark.parametrize(
    "records, expected",
    [
        (srv(TLS, (0, 1, 465, "S.example.")), ("s.example", 465, "ssl_strict")),
        (srv(START, (0, 1, 587, "s.example.")),
         ("s.example", 587, "starttls_strict")),
        (srv(START, (10, 9, 1, "c."), (0, 1, 2, "b."), (0, 5, 3, "a.")),
         ("a", 3, "starttls_strict")),
        ({**srv(TLS, (0, 0, 0, ".")), **srv(START, (0, 1, 587, "s.example."))},
         ("s.example", 587, "starttls_strict")),
        ({**srv(START, (0, 1, 587, "b.example.")), **srv(TLS, (9, 1, 465, "a."))},
         ("a", 465, "ssl_strict")),
        (srv(TLS, (0, 1, 0, "zero."), (1, 1, 465, "ssl://evil."), (2, 1, 465, "a.")),
         ("a", 465, "ssl_strict")),
    ],
)  # fmt: skip
def test_published_server(records, expected):
    made = found(records)
    assert made.place == Place(*expected)
    assert (made.finding.code, made.finding.severity) == ("lookup_published", "ok")


@pytest.mark.parametrize("kind", ["A", "AAAA"])
@pytest.mark.parametrize("label", ["smtp", "mail"])
def test_usual_name_is_a_guess(label, kind):
    made = found({(f"{label}.{D}", kind): [("::1",)]})
    assert made.place == Place(f"{label}.{D}", 587, "starttls_strict")
    assert (made.finding.code, made.finding.severity) == ("lookup_usual_name", "info")


def test_no_guess_where_the_domain_says_that_it_has_none():
    records = {**srv(TLS, (0, 0, 0, ".")), (f"smtp.{D}", "A"): [("192.0.2.1",)]}
    assert found(records).finding.code == "lookup_nothing"


@pytest.mark.parametrize(
    "records, provider",
    [
        ([(10, "ALT1.aspmx.googlemail.com.")], "google"),
        ([(1, "aspmx.L.google.com.")], "other"),
        ([(20, "x.googlemail.com."), (10, "mx.h.example."), (5, "a.l.google.com.")],
         "other"),
        ([(10, "notgoogle.com.")], ""),
        ([(0, ".")], ""),
    ],
)  # fmt: skip
def test_provider_by_mx(records, provider):
    made = found({(D, "MX"): records})
    assert made.provider == provider
    assert made.finding.code == ("lookup_provider" if provider else "lookup_nothing")


def test_provider_comes_before_what_is_published():
    records = srv(TLS, (0, 1, 465, "s.example."))
    made = found({(D, "MX"): [(1, "a.google.com.")], **records})
    assert (made.provider, made.place) == ("google", None)


@pytest.mark.parametrize(
    "other, why, code",
    [
        (NO_DATA, "", "lookup_nothing"),
        (NO_NAME, "", "lookup_no_name"),
        (UNCHECKED, "timeout", "lookup_timeout"),
    ],
)
def test_nothing_is_told_from_not_asked(other, why, code):
    made = found({}, other, why)
    assert (made.finding.code, made.provider, made.place) == (code, "", None)
    assert made.finding.params == {"domain": D}
    assert found(srv(TLS, (0, 1, 465, "s.")), other, why).place


@pytest.mark.parametrize(
    "service, label, port, security",
    [
        ("imap", "_imaps._tcp", 993, "ssl_strict"),
        ("imap", "_imap._tcp", 143, "starttls_strict"),
        ("pop", "_pop3s._tcp", 995, "ssl_strict"),
        ("pop", "_pop3._tcp", 110, "starttls_strict"),
    ],
)
def test_published_mailbox(service, label, port, security):
    records = srv(f"{label}.{D}", (0, 1, port, "in.h.example."))
    made = found(records, service=service)
    assert made.place == Place("in.h.example", port, security)
    assert made.finding.code == "lookup_mailbox_published"
    for other in SERVICES.keys() - {service}:
        assert not found(records, service=other).place


@pytest.mark.parametrize(
    "service, label, port",
    [("imap", "imap", 993), ("imap", "mail", 993), ("pop", "pop", 995),
     ("pop", "pop3", 995), ("pop", "mail", 995)],
)  # fmt: skip
def test_usual_name_of_a_mailbox(service, label, port):
    made = found({(f"{label}.{D}", "A"): [("192.0.2.1",)]}, service=service)
    assert made.place == Place(f"{label}.{D}", port, "ssl_strict")
    assert made.finding.code == "lookup_mailbox_usual_name"
    assert made.finding.severity == "info"


def test_mailbox_of_a_provider_or_of_none():
    made = found({(D, "MX"): [(1, "aspmx.google.com.")]}, service="imap")
    assert (made.provider, made.finding.code) == ("google", "lookup_mailbox_provider")
    assert found({}, service="pop").finding.code == "lookup_mailbox_nothing"
    gone = found({}, UNCHECKED, "timeout", service="pop")
    assert gone.finding.code == "lookup_timeout"
