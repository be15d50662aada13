# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import email
import email.policy
import random
import time

import pytest

from odoo.addons.mail_gateway_plus.core.message import bounds
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


def html_parts(count, size=8_000):
    part = b"--b\r\nContent-Type: text/html\r\n\r\n" + b"x" * size + b"\r\n"
    return multipart(0).replace(b"--b--", part * count + b"--b--")


def report(blocks):
    """Each block of a delivery report is a part for Python, and so for Odoo."""
    return b"Content-Type: message/delivery-status\r\n\r\n" + b"A: 1\r\n\r\n" * blocks


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
        (html_parts(21), Bounds(), "message_too_many_html_parts"),
        # A megabyte: each of the ten parts has all before it cleaned again.
        (html_parts(10, 100_000), Bounds(), "message_html_too_large"),
        (report(600), Bounds(), "message_too_many_parts"),
        (report(100_000), Bounds(), "message_too_many_parts"),
        (multipart(5).replace(b"mixed", b"mixed" + b";" * 9_000), Bounds(),
         "message_header_too_large"),
        (multipart(600).replace(b"plain", b"plain" + b";" * 500), Bounds(),
         "message_header_too_large"),
        (nested(8).replace(b"message/rfc822", b"message/global"), Bounds(depth=5),
         "message_too_deep"),
        (nested(8).replace(b"message/rfc822", b"=?utf-8?q?message/rfc822?="),
         Bounds(depth=5), "message_too_deep"),
        (html_parts(21).replace(b"text/html", b"=?utf-8?q?text/html?="), Bounds(),
         "message_too_many_html_parts"),
        (html_parts(21).replace(b"text/html", b"text/\0html"), Bounds(),
         "message_too_many_html_parts"),
        (multipart(600).replace(b"boundary=", b"boundary*0="), Bounds(),
         "message_too_many_parts"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"], ids=["crlf", "lf", "cr"])
def test_bound_is_named(raw, bounds, code, end):
    begin = time.process_time()
    finding = exceeded(raw.replace(b"\r\n", end), bounds)
    assert time.process_time() - begin < 5
    assert finding and finding.code == code
    assert int(finding.params["value"]) > int(finding.params["limit"])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        multipart(5),
        nested(3),
        HTML,
        html_parts(3),
        report(3),
        # Words that only look like what makes parts.
        multipart(1) + b"boundary= message/rfc822 text/html\r\n" * 2_000,
        b"\r\n" + b"content-type: " + b"x" * 7_000,
    ],
)
def test_ordinary_mail_stays_within(raw):
    assert exceeded(raw) is None


def walked(raw, bounds):
    """Whether a plain walk through Odoo's view of the message exceeds a bound."""
    raw = raw.replace(b"\0", b"")
    parts = list(email.message_from_bytes(raw, policy=email.policy.SMTP).walk())
    html = [part for part in parts if part.get_content_type() == "text/html"]
    sizes = [len(part.get_payload()) for part in html]
    return (
        len(parts) > bounds.parts
        or len(sizes) > bounds.html_parts
        or sum(sizes) > bounds.html_size
    )


OLD = [
    *(b"\r\n", b"Content-Type", b"text/", b"message/", b"mixed", b": ", b"boundary="),
]
NEW = [
    *(
        b"\r",
        b"\n",
        b"\0",
        b" ",
        b"\r\n ",
        b"\t",
        b"\x0b",
        b"\x85",
        b'"',
        b"(x)",
        b":\n",
    ),
    *(b"text/html", b"=?utf-8?q?text/html?=", b"message/partial", b"digest"),
    *(b"--b\r", b"cONTENT-tYPE: ", b"boundary*0=b; boundary*1=", b"From x\n"),
]


@pytest.mark.parametrize("seed", range(300))
def test_nothing_slips_past_the_counts(seed):
    """What the counts let pass unparsed is within the bounds for the parser too."""
    dice = random.Random(seed)
    samples = [multipart(9), nested(4), html_parts(6, 90), report(9), multipart(3) * 2]
    raw = dice.choice(samples)
    for _ in range(dice.randrange(1, 6)):
        raw = raw.replace(dice.choice(OLD), dice.choice(NEW), dice.choice([1, -1]))
        at = dice.randrange(len(raw) + 1)
        raw = raw[:at] + dice.choice(NEW) + raw[at:]
    bounds = Bounds(parts=5, html_parts=2, html_size=200, depth=50)
    if walked(raw, bounds):
        assert exceeded(raw, bounds)


def test_big_attachment_is_not_parsed(monkeypatch):
    monkeypatch.setattr(email, "message_from_bytes", None)
    body = b"--b\r\nContent-Type: image/png\r\n\r\n" + b"QUJD" * 19 + b"\r\n" * 200_000
    assert exceeded(multipart(1).replace(b"--b--", body + b"--b--")) is None


BASE64 = (b"QUJD" * 19 + b"\r\n") * 60_000


def base64_part(kind):
    part = b"--b\r\nContent-Type: " + kind + b"\r\n\r\n" + BASE64
    return multipart(1).replace(b"--b--", part + b"--b--")


def test_big_attachment_beside_html_is_parsed_without_its_lines(monkeypatch):
    sizes = []
    parse = email.message_from_bytes

    def seen(raw, **options):
        sizes.append(len(raw))
        return parse(raw, **options)

    monkeypatch.setattr(email, "message_from_bytes", seen)
    raw = base64_part(b"application/pdf").replace(b"text/plain", b"text/html", 1)
    assert exceeded(raw) is None
    assert sizes and sizes[0] < 500


@pytest.mark.parametrize("extra", [b"", b"\x01", b"\x01" + b"9" * 9 + b"\x01"])
def test_html_may_be_base64(extra):
    """It counts as it is written, wherever it stands and whatever stands beside it."""
    raw = base64_part(b"text/html") + extra
    assert exceeded(raw).code == "message_html_too_large"
    assert exceeded(raw, Bounds(html_size=len(BASE64))) is None
    assert exceeded(raw, Bounds(html_size=len(BASE64) - 10)) is not None
    text_before = raw.replace(
        b"text/html\r\n\r\n", b"text/html\r\n\r\nx\r\n--y\r\n\r\n"
    )
    assert exceeded(text_before).code == "message_html_too_large"


@pytest.mark.parametrize("seed", range(100))
def test_leaving_out_attachments_changes_no_part(seed):
    dice = random.Random(seed)
    large = base64_part(b"image/png") + base64_part(b"text/html")
    raw = large.replace(BASE64, BASE64[: 78 * 1_000])
    for _ in range(dice.randrange(1, 8)):
        raw = raw.replace(dice.choice(OLD), dice.choice(NEW), dice.choice([1, -1]))
        at = dice.choice([dice.randrange(400), dice.randrange(len(raw))])
        raw = raw[:at] + dice.choice(NEW) + raw[at:]

    def parts(message):
        parts = email.message_from_bytes(message, policy=email.policy.SMTP).walk()
        return [(part.get_content_type(), part.keys()) for part in parts]

    shortened = bounds._without_attachments(raw.replace(b"\0", b""))
    if b"message/" not in raw and b"digest" not in raw:
        assert parts(shortened) == parts(raw.replace(b"\0", b""))


def test_text_may_be_longer_than_html():
    raw = b"Content-Type: text/plain\r\n\r\n" + b"x" * 5000
    assert exceeded(raw, Bounds(html_size=4000)) is None


@pytest.mark.parametrize("name", [b"To", b"Cc", b"From", b"Message-ID", b"Reply-To"])
@pytest.mark.parametrize(
    "piece", [b'"', b"(a)", b"a@b.example,", b"<", b"a b c\r\n ", b"=?x?q??="]
)
def test_crowded_field_is_named(name, piece):
    finding = exceeded(name + b": " + piece * 2600 + b"\r\n\r\nbody")
    assert finding and finding.code == "message_header_too_crowded"


@pytest.mark.parametrize("piece", [b'"', b"\x0b", b"(", b"a\r\n "])
def test_long_field_of_a_part_is_named_before_it_is_parsed(piece):
    """100,000 quotes keep the parser busy for half a minute."""
    field = b"Content-Transfer-Encoding: " + piece * (100_000 // len(piece))
    begin = time.process_time()
    finding = exceeded(field + b"\r\n" + multipart(600))
    assert time.process_time() - begin < 1
    assert finding and finding.code == "message_header_too_large"


def test_many_recipients_are_ordinary():
    to = b", ".join(b'"Ann, %d" <ann%d@customer.example>' % (n, n) for n in range(400))
    assert exceeded(b"To: " + to + b"\r\nSubject: " + b"(" * 5000 + b"\r\n\r\n") is None


TANGLES = {
    "no ends": b"<" * 200_000,
    "no ends of comments": b"<!-- " * 50_000,
    "searched twice": b"<a" * 3_000 + b" encoding=x" * 1_000,
}


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("name", TANGLES)
def test_tags_without_ends(name, encoding):
    """Each keeps Odoo's sanitiser busy for a minute and more."""
    html = TANGLES[name]
    coded = {
        "8bit": html,
        "base64": base64.encodebytes(html),
        "quoted-printable": html.replace(b"<", b"=3C"),
    }[encoding]
    head = f"Content-Type: text/html\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    begin = time.process_time()
    assert exceeded(head.encode() + coded).code == "message_html_tangled"
    assert time.process_time() - begin < 1
    # As one of several parts as well.
    part = b"--b\r\n" + head.encode() + coded + b"\r\n"
    raw = multipart(0).replace(b"--b--", part + b"--b--")
    assert exceeded(raw).code == "message_html_tangled"


def test_tags_of_real_pages():
    row = b"<tr><td style='padding: 0; color: #333' width=600>%d</td></tr>\n"
    html = b"<table>" + row * 5_000 + b"</table>"
    image = b"<img src='data:image/png;base64," + b"A" * 1_000_000 + b"'>"
    assert exceeded(b"Content-Type: text/html\r\n\r\n" + html + image) is None


PAGE = b"<p class='x'><a href='https://a.example/?b=c'>Hello</a></p>\r\n" * 400


@pytest.mark.parametrize("encoding", [b"8bit", b"quoted-printable"])
def test_ordinary_page_is_not_parsed(monkeypatch, encoding):
    monkeypatch.setattr(email, "message_from_bytes", None)
    part = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
    page = b"--b\r\n" + part + encoding + b"\r\n\r\n" + PAGE
    file = b"--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    file += BASE64[:7_800]
    assert exceeded(multipart(1).replace(b"--b--", page + file + b"--b--")) is None


def quoted(html):
    """Each character coded, some behind the end of a line."""
    coded = (b"=%02X" % char + (b"=\r\n" if char in b"<a" else b"") for char in html)
    return b"".join(coded)


ENCODED = {
    "8bit": ("utf-8", lambda html: html),
    "quoted-printable": ("iso-8859-1", quoted),
    "base64": ("utf-8", base64.encodebytes),
    "utf-7": ("utf-7", lambda html: html.replace(b"<", b"+ADw-")),
    "EBCDIC": ("cp037", lambda html: html.decode().encode("cp037")),
}


@pytest.mark.parametrize("beside", ["nothing", "another field", "quotes"])
@pytest.mark.parametrize("name", ENCODED)
def test_no_encoding_hides_a_tangle(name, beside):
    charset, encode = ENCODED[name]
    body = encode(b"<a" * 900 + b" encoding=x" * 300)
    encoding = name if name in ("8bit", "quoted-printable", "base64") else "8bit"
    lines = [
        f"Content-Type: text/html; charset={charset}",
        f"Content-Transfer-Encoding: {encoding}",
    ]
    if beside == "another field":
        lines.insert(1, "X-Content-Type: text/plain; charset=utf-8")
    elif beside == "quotes":
        lines[0] = lines[0].replace("charset=", 'charset="') + '"'
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    assert exceeded(head + body).code == "message_html_tangled"
    part = b"--b\r\n" + head + body + b"\r\n"
    raw = multipart(3).replace(b"--b--", part + b"--b--")
    assert exceeded(raw).code == "message_html_tangled"
