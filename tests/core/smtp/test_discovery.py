# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.smtp import discovery

TLS, START = "_submissions._tcp.h.example", "_submission._tcp.h.example"


def found(records):
    """(host, port, security) and what was asked, for these records."""
    questions, asked = discovery.settings("h.example"), []
    try:
        question = next(questions)
        while True:
            asked.append(question[0])
            question = questions.send(records.get(question, []))
    except StopIteration as end:
        return tuple(end.value.values()), asked


@pytest.mark.parametrize(
    "records, expected, count",
    [
        ({}, (), 4),
        ({(TLS, "SRV"): [(0, 1, 465, "S.example.")]}, ("s.example", 465, "ssl_strict"),
         1),
        ({(START, "SRV"): [(0, 1, 587, "s.example")]},
         ("s.example", 587, "starttls_strict"), 2),
        ({(START, "SRV"): [(10, 9, 1, "c"), (0, 1, 2, "b"), (0, 5, 3, "a")]},
         ("a", 3, "starttls_strict"), 2),
        ({(TLS, "SRV"): [(0, 0, 0, ".")], (START, "SRV"): [(0, 1, 587, "s.example")]},
         ("s.example", 587, "starttls_strict"), 2),
        ({("smtp.h.example", "A"): [("192.0.2.1",)]},
         ("smtp.h.example", 587, "starttls_strict"), 3),
        ({("mail.h.example", "A"): [("192.0.2.1",)]},
         ("mail.h.example", 587, "starttls_strict"), 4),
    ],
)  # fmt: skip
def test_what_the_records_say(records, expected, count):
    settings, asked = found(records)
    assert settings == expected
    assert len(asked) == count


def test_hosts_of_a_domain_without_mail():
    assert discovery.hosts([(0, ".")]) == []
    assert discovery.hosts([]) == []
