# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import email
import time

import pytest

from odoo.addons.mail_gateway_plus.core.message import header


@pytest.mark.parametrize(
    "raw, head, body",
    [
        (b"A: 1\r\nB: 2\r\n\r\nbody", b"A: 1\r\nB: 2\r\n", b"body"),
        (b"A: 1\n\nbody\n\nmore", b"A: 1\n", b"body\n\nmore"),
        (b"A: 1\r\rbody", b"A: 1\r", b"body"),
        (b"A: 1\r\n", b"A: 1\r\n", b""),
        (b"A: 1", b"A: 1", b""),
        (b"\r\nbody", b"", b"body"),
        (b"From ann\nA: 1\n b\n\nbody", b"From ann\nA: 1\n b\n", b"body"),
        (b"A: 1\nno field\nTo: x@y.example\n\n", b"A: 1\n",
         b"no field\nTo: x@y.example\n\n"),
        (b"", b"", b""),
    ],
)  # fmt: skip
def test_split(raw, head, body):
    assert header.split(raw) == (head, body)


def test_header_ends_where_python_ends_it():
    raw = b"Subject: a\nno field\nTo: x@y.example\n\nbody"
    assert email.message_from_bytes(raw)["To"] is None
    assert dict(header.fields(header.split(raw)[0])) == {"subject": b"a"}


def test_long_header_is_split_in_time():
    raw = b"X: y\r\n" * 200_000 + b"\r\nbody"
    begin = time.process_time()
    assert header.split(raw)[1] == b"body"
    assert time.process_time() - begin < 2


def test_fields_are_unfolded_and_lower_case():
    head = b"From nobody\r\nSubject: a\r\n b\r\nX-Y:c\r\nsUbject :d\r\n"
    assert list(header.fields(head)) == [
        ("subject", b"a b"),
        ("x-y", b"c"),
        ("subject", b"d"),
    ]


@pytest.mark.parametrize(
    "value, text",
    [
        (b"plain", "plain"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?iso-2022-jp?b?GyRCRnxLXDhsGyhC?=", "日本語"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"=?no-such-charset?q?abc?=", "abc"),
        (b"=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        (b"a\x00b", "a\ufffdb"),
    ],
)
def test_decode(value, text):
    assert header.decode(value) == text
