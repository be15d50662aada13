# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each kind of damage, read after the repair as Odoo reads: with Python's parser."""

import email
import email.policy
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.message import repair

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"

HEALTHY = (
    b"Return-Path: <ann@out.example>\r\n"
    b"From: =?utf-8?q?J=C3=B6rg?= <joerg@out.example>\r\n"
    b"To: Sales <sales@demo.example>,\r\n\tbob@demo.example\r\n"
    b"Date: Fri, 20 Nov 2026 10:00:00 +0200\r\n"
    b"Message-ID: <1@out.example>\r\n"
    b"Subject: Order\r\n"
    b'Content-Type: text/plain; charset="utf-8"\r\n'
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n"
    b"Two, pl\xc3\xa9ase.\r\n"
)
MULTIPART = (
    b"From: ann@out.example\r\nDate: now\r\nMessage-ID: <2@out.example>\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\none\r\n"
    b"--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>two</p>\r\n"
    b"--b--\r\n"
)


def parsed(raw):
    return email.message_from_bytes(repair.repaired(raw), policy=email.policy.SMTP)


def edited(old, new, raw=HEALTHY):
    assert old in raw
    return raw.replace(old, new)


@pytest.mark.parametrize("raw", [HEALTHY, MULTIPART])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_healthy_message_is_left_alone(raw, end):
    raw = raw.replace(b"\r\n", end)
    assert repair.repaired(raw) is raw


@pytest.mark.parametrize(
    "name, body, text",
    [
        (b"X-UNKNOWN", b"J\xc3\xb6rg", "Jörg"),
        (b"DEFAULT_CHARSET", b"J\xf6rg", "Jörg"),
        (b"cp-850", b"J\x94rg", "Jörg"),
        (b"windows1252", b"\x80", "€"),
        (b"8859-15", b"\xa4", "€"),
        (b"utf8mb4", b"\xc3\xb6", "ö"),
        (b"'utf-8'", b"\xc3\xb6", "ö"),
        (b"", b"\xc3\xb6", "ö"),
        (b"_iso-2022-jp$ESC", b'\x1b$B$"\x1b(B', "あ"),
        (b"hex", b"4a", "4a"),
        (b"idna", b"J\xc3\xb6rg", "Jörg"),
    ],
)
def test_unknown_charset_of_a_text(name, body, text):
    raw = edited(b'"utf-8"', b'"' + name + b'"').partition(b"\r\n\r\n")[0]
    assert parsed(raw + b"\r\n\r\n" + body).get_content() == text


def test_unknown_charset_of_a_packed_part():
    raw = edited(
        b"charset=iso-8859-1\r\n\r\none", b"charset=none\r\n\r\none", MULTIPART
    )
    raw = edited(
        b"charset=none\r\n",
        b"charset=none\r\nContent-Transfer-Encoding: base64\r\n",
        raw,
    ).replace(b"one\r\n--b", b"SvZyZw==\r\n--b")
    part = next(parsed(raw).iter_parts())
    assert part.get_content().strip() == "Jörg"


@pytest.mark.parametrize(
    "word, text",
    [
        (b"=?DEFAULT_CHARSET?Q?J=F6rg?=", "Jörg"),
        (b"=?x-unknown?B?SsO2cmc=?=", "Jörg"),
        (b"=?cp-850?Q?J=94rg?=", "Jörg"),
        (b"=?iso-8859-1?Q?J\xf6rg?=", "Jörg"),
        (b"J\xf6rg", "Jörg"),
        (b"J\xc3\xb6rg \x80", "Jörg €"),
    ],
)
def test_words_of_the_header(word, text):
    assert parsed(edited(b"Order", word))["Subject"] == text


@pytest.mark.parametrize(
    "old, new",
    [
        (b"Subject: Order", b"Subject: Order\r\nof two"),
        (b"Subject: Order", b"Subject : Order"),
        (b"Subject: Order", b"Subject: Order\rof two"),
        (b"Date:", b"this has no colon\r\nnor has this\r\nDate:"),
        (b",\r\n\tbob", b",\r\nbob"),
        (
            b"Return-Path",
            b"From ann@out.example Fri Nov 20 10:00:00 2026\r\nReturn-Path",
        ),
        (b"Return-Path", b">From ann@out.example Fri Nov 20\r\nReturn-Path"),
        (b"Return-Path", b"\r\n\r\nReturn-Path"),
        (b"Return-Path", b"\xef\xbb\xbfReturn-Path"),
        (b"Sales", b"Sa\0les"),
        (b"\r\n", b"\r\r\n"),
        (b"\r\n", b"\r"),
        (b"<ann@out.example>\r\nFrom", b"<ann@out.example>\rFrom"),
    ],
)
def test_broken_header_goes_on(old, new):
    message = parsed(edited(old, new))
    assert message["Subject"].startswith("Order")
    assert message["From"] == "Jörg <joerg@out.example>"
    addresses = [a.addr_spec for a in message["To"].addresses]
    assert addresses == ["sales@demo.example", "bob@demo.example"]
    assert message["Message-ID"] == "<1@out.example>"
    assert message.get_content().strip() == "Two, pléase."


def test_sentence_with_a_colon_is_no_header():
    raw = b"From: ann@out.example\nDear Bob, as I said: no.\nNote: none\n\nAnn\n"
    message = parsed(raw)
    assert "Note" not in message
    assert message.get_payload().startswith("Dear Bob")


def test_header_that_never_ends():
    message = parsed(HEALTHY.partition(b"\r\n\r\n")[0])
    assert message["Subject"] == "Order"
    assert message.get_content() == ""


def test_message_without_a_header():
    message = parsed(b"Hello there\r\n\r\nAnn\r\n")
    assert message.get_payload() == "Hello there\r\n\r\nAnn\r\n"
    assert message["From"] == "unknown-sender@mail-gateway-plus.invalid"


@pytest.mark.parametrize("line", [b"", b"Message-ID:\r\n", b"Message-ID: \r\n"])
def test_missing_message_id_is_the_same_each_time(line):
    raw = edited(b"Message-ID: <1@out.example>\r\n", line)
    made = parsed(raw)["Message-ID"]
    assert made.endswith("@mail-gateway-plus.invalid>")
    assert made == parsed(raw)["Message-ID"]
    assert made != parsed(raw + b"!")["Message-ID"]


def test_message_ids_with_blanks_stay_different():
    one, two = (parsed(edited(b"<1@out", b"<1 %d@out" % n)) for n in (1, 2))
    assert one["Message-ID"] == "<11@out.example>" != two["Message-ID"]


@pytest.mark.parametrize(
    "line, sender",
    [
        (b"", "ann@out.example"),
        (b"From:\r\n", "ann@out.example"),
        (b"From: Ann Archer\r\n", "ann@out.example"),
        (b"Sender: eve@out.example\r\n", "eve@out.example"),
        (b"Reply-To: eve@out.example\r\n", "eve@out.example"),
    ],
)
def test_missing_sender_is_who_else_is_named(line, sender):
    raw = edited(b"From: =?utf-8?q?J=C3=B6rg?= <joerg@out.example>\r\n", line)
    assert parsed(raw)["From"].addresses[0].addr_spec == sender


@pytest.mark.parametrize(
    "line, sender",
    [
        (b"", "unknown-sender@mail-gateway-plus.invalid"),
        (b"From: <>\r\n", "unknown-sender@mail-gateway-plus.invalid"),
        (
            b"From: Ann, the archer\r\n",
            '"Ann, the archer" <unknown-sender@mail-gateway-plus.invalid>',
        ),
        (
            b"From: Mail System <MAILER-DAEMON>\r\n",
            "Mail System <MAILER-DAEMON@mail-gateway-plus.invalid>",
        ),
    ],
)
def test_sender_whom_nothing_names(line, sender):
    raw = edited(b"From: =?utf-8?q?J=C3=B6rg?= <joerg@out.example>\r\n", line)
    raw = edited(b"Return-Path: <ann@out.example>", b"Return-Path: <>", raw)
    assert parsed(raw)["From"] == sender


def test_comments_within_an_address_are_no_fault():
    raw = edited(b"joerg@out.example", b"joerg(the man)@out.example")
    assert repair.repaired(raw) is raw


def test_missing_date_is_that_of_the_last_server():
    received = b"Received: from a by b; Fri, 20 Nov 2026 10:00:01 +0200\r\n"
    raw = received + edited(b"Date: Fri, 20 Nov 2026 10:00:00 +0200\r\n", b"")
    assert parsed(raw)["Date"].datetime.second == 1


@pytest.mark.parametrize(
    "name", [b"base-64", b'"base64"', b"BASE64;", b"Base 64", b"base64 (packed)"]
)
def test_transfer_encoding_nobody_has_heard_of(name):
    raw = edited(b": 8bit", b": " + name).partition(b"\r\n\r\n")[0]
    assert parsed(raw + b"\r\n\r\nSsO2cmc=\r\n").get_content() == "Jörg"


@pytest.mark.parametrize("declared", [b"", b'; boundary=""', b'; boundary="other"'])
def test_multipart_with_another_boundary_than_declared(declared):
    message = parsed(edited(b'; boundary="b"', declared, MULTIPART))
    assert [part.get_content() for part in message.iter_parts()] == [
        "one",
        "<p>two</p>",
    ]


def test_type_that_odoo_makes_nothing_of():
    raw = edited(b"text/html; charset=iso-8859-1", b"font/woff2; name=a", MULTIPART)
    kinds = [part.get_content_type() for part in parsed(raw).iter_parts()]
    assert kinds == ["text/plain", "application/octet-stream"]
    raw = edited(b"multipart/alternative", b"multiprt/alternative", MULTIPART)
    assert parsed(raw).get_content_type() == "multipart/mixed"
    assert len(list(parsed(raw).iter_parts())) == 2


def test_boundary_that_is_only_the_beginning_of_the_real_one():
    message = parsed(MULTIPART.replace(b"--b", b"--b-b"))
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


def test_multipart_that_is_cut_off():
    message = parsed(MULTIPART[: MULTIPART.index(b"<p>")])
    assert [part.get_content() for part in message.iter_parts()] == ["one", ""]


def test_report_without_parts_stays_a_report():
    raw = edited(b"multipart/alternative", b"multipart/report", MULTIPART)
    message = parsed(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\nJ\xf6rg is gone\r\n")
    assert message.get_content_type() == "multipart/report"
    assert [part.get_content().strip() for part in message.iter_parts()] == [
        "Jörg is gone"
    ]


def test_line_of_dashes_is_no_boundary():
    raw = edited(b"one\r\n", b"one\r\n-----\r\n-- \r\nAnn\r\n", MULTIPART)
    assert repair.repaired(raw) is raw


def test_group_with_a_comment_behind_it():
    raw = edited(b"bob@demo.example", b"friends: eve@demo.example; (all of them)")
    message = email.message_from_bytes(repair.rebuilt(raw), policy=email.policy.SMTP)
    assert [a.addr_spec for a in message["To"].addresses] == [
        "sales@demo.example",
        "eve@demo.example",
    ]


@given(st.binary(max_size=2000))
def test_any_bytes(raw):
    once = repair.repaired(raw)
    assert repair.repaired(once) == once
    repair.rebuilt(raw)


_LINES = (
    [b"From: a@b.example", b"Subject: x", b"broken", b" folded", b"", b"--b", b"\r"]
    + [b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: message/rfc822"]
    + [b"Content-Type: text/plain; charset=x", b"Content-Transfer-Encoding: base 64"]
)


@given(
    st.lists(st.sampled_from(_LINES), max_size=30), st.sampled_from([b"\r\n", b"\n"])
)
def test_any_lines(lines, end):
    raw = end.join(lines)
    once = repair.repaired(raw)
    assert repair.repaired(once) == once
    repair.rebuilt(raw)


@pytest.mark.parametrize(
    "piece",
    [
        *(b"\r", b"\r\n ", b"\n", b"x\n", b"a:\n", b"=?", b"=?x?Q?a?= ", b"(", b"<"),
        *(b"--b\n", b"--b:\n", b"-", b"--", b"From: \r", b";", b" ", b'"', b"a@"),
        *(b"From: x\n", b"Message-ID: <\n", b"Content-Type: multipart/mixed\n"),
        *(b"--b\nContent-Type: multipart/mixed; boundary=c\n\n", b"boundary", b"\0"),
        *(b"--b\nContent-Type: text/plain; charset=x\n\n", b"\r\r\n", b"X: \xff\n"),
        *(b"Content-Type: message/rfc822\n\n", b"broken\nFrom: x\n", b"charset "),
    ],
)
@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"Subject: ",
        b"From: ",
        b"Content-Type: multipart/mixed; boundary=b\n\n",
        b"Content-Type: multipart/mixed; boundary",
        b"Content-Type: text/plain; charset",
    ],
)
def test_time_is_linear(piece, begin):
    start = time.process_time()
    repair.repaired(begin + piece * (1_000_000 // len(piece)))
    assert time.process_time() - start < 1.5


def test_time_with_a_long_run_of_carriage_returns():
    start = time.process_time()
    repair.repaired(HEALTHY + b"\r" * 1_000_000 + b"\n" + b"\r" * 1_000_000)
    assert time.process_time() - start < 1.5


def test_real_messages():
    if not CORPUS.is_dir():
        pytest.skip("shared material: the collection of real messages is not here")
    paths = sorted(CORPUS.rglob("*.eml"))
    assert paths
    for path in paths:
        once = repair.repaired(path.read_bytes())
        assert repair.repaired(once) == once, path


@pytest.mark.parametrize("end", [b"\n", b"x"])
def test_row_of_returns_takes_no_time(end):
    begin = time.process_time()
    found = repair.repaired(b"Subject: a" + b"\r" * 1_000_000 + end + HEALTHY)
    assert time.process_time() - begin < 1.5
    assert b"\r\r\n" not in found


def test_line_of_nobodys_at_the_top_hides_no_field():
    message = parsed(b"Fro :uAnn\r\n" + HEALTHY)
    assert message["To"].addresses[0].addr_spec == "sales@demo.example"
    assert message.get_content().rstrip() == "Two, pl\xe9ase."
