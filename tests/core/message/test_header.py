# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.message import header


@pytest.mark.parametrize(
    "raw, head, body",
    [
        (b"A: 1\r\nB: 2\r\n\r\nbody", b"A: 1\r\nB: 2", b"body"),
        (b"A: 1\n\nbody\n\nmore", b"A: 1", b"body\n\nmore"),
        (b"A: 1\r\rbody", b"A: 1", b"body"),
        (b"A: 1\r\n", b"A: 1\r\n", b""),
        (b"\r\nbody", b"", b"\r\nbody"),
        (b"", b"", b""),
    ],
)
def test_split(raw, head, body):
    assert header.split(raw) == (head, body)


def test_fields_are_unfolded_and_lower_case():
    head = b"Subject: a\r\n b\r\nX-Y:c\r\nFrom nobody\r\nsUbject :d"
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
