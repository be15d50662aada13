# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail as it comes to a sales address, the same in every run.

Written out line by line rather than with the ``email`` package, which invents its
boundaries and changes its folding from one Python to the next.

>>> make(Kind.NEW, 7).raw == make(Kind.NEW, 7).raw
True
"""

import base64
import enum
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

DOMAIN = "demo.example"
#: The alias that makes leads.
ALIAS = "leads"
#: Conversations that replies belong to, by the Message-ID of our last mail in each.
THREADS = tuple(f"<thread-{n}@odoo.{DOMAIN}>" for n in range(20))
#: Customers that Odoo knows already; other senders are strangers.
KNOWN = tuple(f"customer{n}@known.example" for n in range(40))

#: Bytes; what the shapes add keeps the largest below 20 kB.
SIZES = (1_900, 17_000)
FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=timezone(timedelta(hours=1)))

NAMES = "Ann Bo Carla Dirk Elif Femi Greta Hugo Ines Jörg Kim Lena Marek Nora".split()
WORDS = (
    "offer delivery price order pump valve steel drawing tomorrow please question"
    " invoice sample colour tender contract meeting remark warranty spare parts the"
    " of and we you with for until before have need would about Grüße größe naïve"
).split()


class Kind(enum.Enum):
    """What a message is to become."""

    NEW = "new"  # a lead
    REPLY = "reply"  # a message in a conversation
    NOBODY = "nobody"  # nothing takes it


@dataclass(frozen=True)
class Message:
    kind: Kind
    message_id: str
    raw: bytes


@dataclass(frozen=True)
class Mix:
    """How many in ten are of each kind."""

    name: str
    pattern: tuple[Kind, ...]


_N, _R, _X = Kind.NEW, Kind.REPLY, Kind.NOBODY
NEW = Mix("new", (_N,))
REPLIES = Mix("replies", (_R,))
MIXED = Mix("mix", (_N, _R, _N, _N, _R, _N, _X, _N, _R, _N))


def several(mix: Mix, count: int, size: int | None = None) -> Iterator[Message]:
    """``count`` messages, of varied sizes or all of about ``size`` bytes."""
    for number in range(count):
        yield make(mix.pattern[number % len(mix.pattern)], number, size)


def make(kind: Kind, number: int, size: int | None = None) -> Message:
    dice = random.Random(f"{kind.value} {number}")
    message_id = f"<{kind.value}.{number}.{dice.randrange(10**12)}@mx.out.example>"
    local = f"nobody{number}" if kind is Kind.NOBODY else ALIAS
    to = f"{local}@{DOMAIN}"
    head = [*_trace(dice, to, number), *_head(dice, kind, to, number, message_id)]
    wanted = size or round(dice.triangular(*SIZES, 5_000))
    shapes = (_plain, _alternative, _attached)
    shape = _attached if size else dice.choice(shapes)
    lines = [*head, *shape(dice, max(wanted - sum(map(len, head)), 300))]
    raw = "".join(f"{line}\r\n" for line in lines).encode()
    return Message(kind, message_id, raw)


# --- the head


def _trace(dice: random.Random, to: str, number: int) -> list[str]:
    """What the servers on the way wrote."""
    date = format_datetime(FIRST + timedelta(minutes=number))
    signature = _base64(dice, 256)
    return [
        f"Return-Path: <bounce+{number}@out.example>",
        f"Delivered-To: {to}",
        f"Received: from mx{number % 4}.out.example (mx [192.0.2.{number % 250}])",
        f"\tby mail.{DOMAIN} (Postfix) with ESMTPS id {dice.randrange(16**10):X}",
        f"\tfor <{to}>; {date}",
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=out.example; s=s1;",
        "\th=from:to:subject:date:message-id:mime-version:content-type;",
        f"\tb={signature[0]}",
        *(f"\t {line}" for line in signature[1:]),
    ]


def _sender(dice: random.Random, number: int) -> str:
    name = f"{dice.choice(NAMES)} {dice.choice(NAMES)}son"
    address = f"p{dice.randrange(10**6)}@firm{dice.randrange(50)}.example"
    if number % 3 == 0:
        address = dice.choice(KNOWN)
    return f"{_coded(name)} <{address}>"


def _coded(text: str) -> str:
    """As RFC 2047 wants what is not ASCII."""
    coded = base64.b64encode(text.encode()).decode()
    return text if text.isascii() else f"=?utf-8?B?{coded}?="


def _head(
    dice: random.Random, kind: Kind, to: str, number: int, message_id: str
) -> Iterator[str]:
    yield f"Message-ID: {message_id}"
    yield f"Date: {format_datetime(FIRST + timedelta(minutes=number))}"
    yield f"From: {_sender(dice, number)}"
    yield f"To: Sales <{to}>"
    prefix, subject = "", f"{dice.choice(WORDS)} {dice.choice(WORDS)} no. {number}"
    if kind is Kind.REPLY:
        thread = THREADS[number % len(THREADS)]
        yield f"In-Reply-To: {thread}"
        yield f"References: <earlier.{number}@mx.out.example> {thread}"
        prefix = "Re: "
    yield f"Subject: {prefix}{_coded(subject)}"
    yield "MIME-Version: 1.0"


# --- the body: each shape gives lines of about ``size`` bytes


def _text(dice: random.Random, size: int) -> Iterator[str]:
    while size > 0:
        line = " ".join(dice.choice(WORDS) for _ in range(11))
        size -= len(line)
        yield line if dice.random() > 0.1 else ""


def _base64(dice: random.Random, size: int) -> list[str]:
    words = base64.b64encode(dice.randbytes(size)).decode()
    return [words[at : at + 76] for at in range(0, len(words), 76)]


def _utf8(subtype: str) -> list[str]:
    return [
        f"Content-Type: text/{subtype}; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
    ]


def _plain(dice: random.Random, size: int) -> list[str]:
    return [*_utf8("plain"), *_text(dice, size)]


def html(dice: random.Random, size: int) -> Iterator[str]:
    yield '<html><body style="font-family: sans-serif">'
    for line in _text(dice, size * 2 // 3):
        yield f'<p class="MsoNormal"><span style="color:#333">{line}</span></p>'
    yield '<p><a href="https://www.out.example/">out.example</a></p></body></html>'


def _parts(kind: str, *parts: list[str]) -> list[str]:
    mark = f"=_{kind}_boundary"
    lines = [f'Content-Type: multipart/{kind}; boundary="{mark}"', ""]
    for part in parts:
        lines += [f"--{mark}", *part, ""]
    return [*lines, f"--{mark}--"]


def _alternative(dice: random.Random, size: int) -> list[str]:
    rich = [*_utf8("html"), *html(dice, size * 2 // 3)]
    return _parts("alternative", _plain(dice, size // 3), rich)


def _attached(dice: random.Random, size: int) -> list[str]:
    body = _alternative(dice, min(size // 3, 6_000))
    file = [
        'Content-Type: application/octet-stream; name="drawing.bin"',
        'Content-Disposition: attachment; filename="drawing.bin"',
        "Content-Transfer-Encoding: base64",
        "",
        *_base64(dice, max(size - sum(map(len, body)), 300) * 3 // 4),
    ]
    return _parts("mixed", body, file)
