# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from email.message import EmailMessage

import pytest

from odoo.addons.mail_gateway_plus.core.message import content
from odoo.addons.mail_gateway_plus.core.message.content import Body


def multipart(kind, *parts):
    lines = [f"Content-Type: multipart/{kind}; boundary=b", ""]
    for part in parts:
        lines += ["--b", part]
    return "\r\n".join([*lines, "--b--", ""]).encode()


def part(kind, text, *fields):
    return "\r\n".join([f"Content-Type: {kind}", *fields, "", text])


def test_the_richest_alternative_is_shown():
    raw = multipart(
        "alternative", part("text/plain", "plain"), part("text/html", "<b>rich</b>")
    )
    assert content.read(raw).bodies == (Body("html", "<b>rich</b>"),)


def test_a_calendar_beside_the_text_is_an_attachment():
    raw = multipart(
        "alternative", part("text/plain", "Come!"), part("text/calendar", "BEGIN:")
    )
    found = content.read(raw)
    assert found.bodies == (Body("text", "Come!"),)
    assert [a.name for a in found.attachments] == ["part-1.ics"]


def test_texts_beside_each_other_are_all_shown():
    raw = multipart(
        "mixed", part("text/html", "<p>1</p>"), part("text/plain", "list footer")
    )
    assert [body.kind for body in content.read(raw).bodies] == ["html", "text"]


def test_attachments_byte_for_byte():
    message = EmailMessage()
    message.set_content("See the file")
    message.add_attachment(
        b"\x00\xffdata", maintype="image", subtype="png", filename="Rücksendung ß.png"
    )
    raw = message.as_bytes()
    (found,) = content.read(raw).attachments
    assert (found.name, found.content_type, found.size) == (
        "Rücksendung ß.png",
        "image/png",
        6,
    )
    assert content.attachment(raw, 0) == (found, b"\x00\xffdata")
    assert content.attachment(raw, 1) is None


def test_message_in_the_message_is_an_attachment():
    inner = "From: bob@b.example\r\nSubject: Inner\r\n\r\nsecret text"
    raw = multipart(
        "mixed",
        part("text/plain", "Forwarded"),
        part("message/rfc822", inner),
    )
    found = content.read(raw)
    assert found.bodies == (Body("text", "Forwarded"),)
    assert found.attachments[0].name.endswith(".eml")
    assert b"Subject: Inner" in content.attachment(raw, 0)[1]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\Users\\\\ann\\\\x.doc", "x.doc"),
        ("a\tb.txt", "a b.txt"),
        ("=?utf-8?q?=C3=BC.txt?=", "ü.txt"),
        ("..", "part-1"),
    ],
)
def test_file_names_harm_nobody(name, kept):
    field = f'Content-Disposition: attachment; filename="{name}"'
    raw = multipart("mixed", part("application/x-y", "data", field))
    assert content.read(raw).attachments[0].name == kept


def test_images_that_the_page_may_show():
    raw = multipart(
        "related",
        part("text/html", "<img src='cid:logo@a'>"),
        part("image/png", "data", "Content-ID: <logo@a>"),
        part("image/svg+xml", "<svg/>", "Content-ID: <evil@a>"),
    )
    assert content.read(raw).images == {"logo@a": 0}


@pytest.mark.parametrize("charset", ["no-such", "DEFAULT_CHARSET", "utf-8"])
def test_unknown_charsets_show_something(charset):
    raw = b"Content-Type: text/plain; charset=%s\r\n\r\nM\xfcller" % charset.encode()
    assert content.read(raw).bodies[0].content == "Müller"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"Content-Type: text/plain; name*0*=x''%; name*2=z\r\n\r\nx",
        b"Content-Type: text/html; charset=\xff\r\n\r\nx",
        b"Content-Transfer-Encoding: base64\r\n\r\n=====",
        b"Content-Transfer-Encoding: uuencode\r\n\r\nbegin\n~~~",
    ],
)
def test_broken_messages_are_read_as_far_as_they_go(raw):
    for found in content.read(raw).attachments:
        assert content.attachment(raw, found.number)
