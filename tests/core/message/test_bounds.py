# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.message.bounds import Bounds, exceeded


def multipart(count, boundary=b"b"):
    part = b"--" + boundary + b"\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    head = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    return head + part * count + b"--" + boundary + b"--\r\n"


def nested(depth):
    raw = b"Content-Type: text/plain\r\n\r\ninnermost"
    for _ in range(depth):
        raw = b"Content-Type: message/rfc822\r\n\r\n" + raw
    return raw


HTML = b"Content-Type: text/html\r\n\r\n" + b"<p>x</p>" * 1000


@pytest.mark.parametrize(
    "raw, bounds, code",
    [
        (b"X: " + b"y" * 2000, Bounds(header_size=1000), "message_header_too_large"),
        (multipart(600), Bounds(), "message_too_many_parts"),
        (multipart(20), Bounds(parts=10), "message_too_many_parts"),
        (nested(8), Bounds(depth=5), "message_too_deep"),
        (nested(5000), Bounds(), "message_too_many_parts"),
        (HTML, Bounds(html_size=4000), "message_html_too_large"),
    ],
)
def test_bound_is_named(raw, bounds, code):
    finding = exceeded(raw, bounds)
    assert finding and finding.code == code
    assert int(finding.params["value"]) > int(finding.params["limit"])


@pytest.mark.parametrize("raw", [b"", multipart(5), nested(3), HTML])
def test_ordinary_mail_stays_within(raw):
    assert exceeded(raw) is None


def test_text_may_be_longer_than_html():
    raw = b"Content-Type: text/plain\r\n\r\n" + b"x" * 5000
    assert exceeded(raw, Bounds(html_size=4000)) is None
