# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages made to break what reads them: facts come of each, in time."""

import random
import time

import pytest

from odoo.addons.mail_gateway_plus.core.message import bounds, facts

FIELDS = [b"Subject", b"From", b"To", b"Cc", b"Delivered-To", b"Date", b"Message-ID"]

#: What costs parsers most when it comes many times over.
PIECES = [
    *(b"(", b")", b"((", b"<", b">", b"[", b"]", b'"', b"\\", b"@", b",", b";", b":"),
    *(b"=?utf-8?q?a?=", b"=?utf-8?q?a?= ", b"=?utf-8?b?", b"?=", b"=?", b"=?punycode?"),
    *(b"a@b.example, ", b"a:;", b"\r", b"\r ", b"\n ", b"\r\n", b"\r\n\t", b" ", b"\t"),
    *(b"9", b"+99999999", b"Fri, ", b"\x00", b"\xff", b"\xc3\xbc", b"\xed\xa0\x80"),
    *(b"Content-Type: text/html\r", b"boundary=b", b"--b\r", b"message/rfc822"),
]

#: No hostile message takes longer, even where the machine is busy.
PATIENCE_S = 5.0


def field(name, value):
    return name + b": " + value + b"\r\n\r\nbody"


def timed(raw):
    begin = time.process_time()
    found = facts.read(raw)
    bounds.exceeded(raw)
    assert time.process_time() - begin < PATIENCE_S
    assert len(found.subject) <= 2_000 and len(found.email_from) <= 2_000
    assert len(found.recipients) <= 10_000
    assert len(found.message_id.encode()) <= 998
    return found


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("piece", PIECES)
def test_one_piece_over_and_over(name, piece):
    timed(field(name, piece * (100_000 // len(piece))))


@pytest.mark.parametrize("seed", range(60))
def test_mutations(seed):
    dice = random.Random(seed)
    lines = [name + b": =?utf-8?q?a?= <a@b.example>" for name in FIELDS] * 2
    raw = bytearray(b"\r\n".join(lines) + b"\r\n\r\nbody")
    for _ in range(dice.randrange(1, 12)):
        at = dice.randrange(len(raw))
        repeated = dice.choice(PIECES) * dice.choice([1, 3, 600, 5_000])
        raw[at : at + dice.randrange(20)] = repeated[: 100_000 - len(raw)]
    timed(bytes(raw))


@pytest.mark.parametrize("closed", [0, 400, 495])
def test_brackets_within_brackets_cost_only_their_own_field(closed):
    head = b"To: " + b"(" * 495 + b")" * closed + b"a@b.example\r\n"
    found = timed(head + b"Delivered-To: ann@demo.example\r\nSubject: Hi\r\n\r\n")
    assert found.recipients.startswith("ann@demo.example")
    assert found.subject == "Hi"


def test_many_encoded_words():
    timed(field(b"Subject", b"=?utf-8?q?a?= " * 40_000))
    timed(field(b"To", b"=?utf-8?q?a?= " * 40_000))


def test_many_fields_of_recipients():
    line = b"To: " + b"@" * 32_000 + b"\r\n"
    timed(line * 2_000 + b"\r\nbody")


def test_long_fields_of_recipients_are_read_as_far_as_all_may_be():
    long = b"To: %s <person%d@demo.example>\r\n"
    raw = b"".join(long % (b"x" * 32_000, number) for number in range(20))
    found = timed(b"Delivered-To: ann@demo.example\r\n" + raw + b"\r\nbody")
    assert found.recipients.split(", ") == [
        "ann@demo.example",
        *(f"person{number}@demo.example" for number in range(4)),
    ]


def test_list_of_recipients_is_cut_between_addresses():
    everybody = [f"person{n:04}@demo.example" for n in range(5_000)]
    found = timed(field(b"To", ", ".join(everybody).encode()))
    stated = found.recipients.split(", ")
    assert stated == everybody[: len(stated)]
    assert len(stated) > 300


@pytest.mark.parametrize("sign", ["x", "ü", "\U0001f4ec"])
def test_message_id_fits_into_an_index(sign):
    """PostgreSQL refuses index rows above 2,704 bytes."""
    found = timed(field(b"Message-ID", f" <{sign * 3_000}> ".encode()))
    assert len(found.message_id) > 200
    assert found.message_id == found.message_id.strip()
