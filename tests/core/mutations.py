# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real messages, damaged the way that networks, gateways and bad programs do it.

A mutation is ``(dice, raw, other) -> bytes``; ``other`` is a second message to take
from. The same number always gives the same mutant.
"""

import random
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Real mail lies beside a checkout, not in it; a handful of our own always does.
REAL = ROOT.parent / "shared/corpus"
OWN = ROOT / "sandbox/demo/messages"

#: No mutant is longer, for ten thousand of them have to pass in a minute or so.
LONGEST = 4 * 1024 * 1024

NAMES = [
    *(b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"References"),
    *(b"In-Reply-To", b"Return-Path", b"Delivered-To", b"Received", b"Sender"),
    *(b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition"),
    *(b"MIME-Version", b"Reply-To", b"Auto-Submitted", b"X-Original-To"),
]
CHARSETS = [
    *(b"DEFAULT_CHARSET", b"unknown-8bit", b"utf-8-sig", b"utf8mb4", b"x-user-defined"),
    *(b"iso-8859-8-i", b"cp-850", b"'utf-8'", b'"', b"", b"=?utf-8?q?x?=", b"\xff"),
    *(b"idna", b"punycode", b"zlib", b"hex", b"rot13", b"utf-7", b"utf-16", b"\0"),
    *(b"undefined", b"unicode_escape", b"raw_unicode_escape", b"a" * 3_000),
]
ENCODINGS = [b"base64", b"quoted-printable", b"7bit", b"8bit", b"binary", b"x-uuencode"]
WORDS = [
    *(b"=?utf-8?b?", b"?=", b"=?", b"=?utf-8?q?=", b"=?x?b?%%%?=", b"=?utf-8*de?q?a?="),
    *(
        b"=?utf-8?b?4pyT\r\n ?=",
        b"=?utf-16?b?2AA=?=",
        b"=?punycode?q?a-a?=",
        b"=??q??=",
    ),
    *(b"=?utf-8?q?\0?=", b"=?utf-8?q?=00=0D=0ABcc:?=", b"=?idna?q?a?=", b"=?hex?q?0?="),
]
PIECES = [
    *(
        b"(",
        b")",
        b"<",
        b">",
        b"[",
        b"]",
        b'"',
        b"\\",
        b"@",
        b",",
        b";",
        b":",
        b"=",
        b"%",
    ),
    *(b"\r", b"\n", b"\r\n", b"\t", b"\x0b", b"\x0c", b"\x1c", b"\x85", b"\0", b"\xff"),
    *(b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"--", b"From ", b"a@b.example, "),
]
_CHARSET = re.compile(rb"(charset\*?=\"?)([^\"\s;]*)", re.IGNORECASE)
_WORD = re.compile(rb"=\?[^?\s]*\?[bqBQ]\?[^?]*\?=")
_BOUNDARY = re.compile(rb"boundary=\"?([^\"\s;]+)", re.IGNORECASE)
_ENCODING = re.compile(rb"(content-transfer-encoding:\s*)(\S+)", re.IGNORECASE)
_LINE = re.compile(rb"\r\n|\r|\n")
_EMPTY_LINE = re.compile(rb"(?:\r\n|\n){2}|\r\r")


def messages(folder):
    """The messages below a folder, in the same order everywhere."""
    return [path.read_bytes() for path in sorted(folder.glob("**/*.eml"))]


def halves(raw):
    """Header section and body, by the first empty line."""
    found = _EMPTY_LINE.search(raw)
    return (raw[: found.end()], raw[found.end() :]) if found else (raw, b"")


def at_one(dice, pattern, raw, replace):
    """``raw`` with one match of ``pattern`` replaced by what ``replace`` makes of
    it."""
    found = list(pattern.finditer(raw))
    if not found:
        return raw
    match = dice.choice(found)
    return raw[: match.start()] + replace(match) + raw[match.end() :]


# --- mutations


def flip_bits(dice, raw, other):
    data = bytearray(raw)
    for _ in range(dice.choice([1, 3, 30]) if data else 0):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(data)


def truncate(dice, raw, other):
    head, _body = halves(raw)
    return raw[: dice.randrange(1 + len(dice.choice([head, raw])))]


def behead(dice, raw, other):
    return raw[dice.randrange(1 + min(len(raw), 2_000)) :]


def splice(dice, raw, other):
    return raw[: dice.randrange(1 + len(raw))] + other[dice.randrange(1 + len(other)) :]


def swap_bodies(dice, raw, other):
    return halves(raw)[0] + halves(other)[1]


def body_first(dice, raw, other):
    head, body = halves(raw)
    return body + b"\r\n" + head


def attach(dice, raw, other):
    head, _body = halves(raw)
    kind = dice.choice([b"message/rfc822", b"multipart/digest", b"message/global"])
    return b"Content-Type: " + kind + b"\r\n" + head[:200] + b"\r\n\r\n" + other


def nest(dice, raw, other):
    for level in range(dice.choice([2, 8, 40, 600])):
        mark = b"n%d" % level
        raw = (
            dice.choice([b"", b"Subject: x\r\n"])
            + b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n"
            % (mark, mark)
            + raw
        )
    return raw


def repeat_field(dice, raw, other):
    lines = _LINE.split(halves(raw)[0])
    return (dice.choice(lines) + b"\r\n") * dice.choice([2, 20, 2_000]) + raw


def huge_field(dice, raw, other):
    name, piece = dice.choice(NAMES), dice.choice(PIECES + WORDS)
    size = dice.choice([300, 10_000, 100_000, 400_000])
    return name + b": " + piece * (size // len(piece)) + b"\r\n" + raw


def fold_field(dice, raw, other):
    name = dice.choice(NAMES)
    return name + b": a" + b"\r\n b" * dice.choice([3, 1_000, 30_000]) + b"\r\n" + raw


def empty_field(dice, raw, other):
    return (
        dice.choice(NAMES) + dice.choice([b":", b" :", b"", b": \xff"]) + b"\r\n" + raw
    )


def drop_field(dice, raw, other):
    head, body = halves(raw)
    name = re.escape(dice.choice(NAMES))
    fields = re.compile(rb"^" + name + rb":.*\r?\n", re.IGNORECASE | re.MULTILINE)
    return fields.sub(b"", head) + body


def break_boundary(dice, raw, other):
    marks = _BOUNDARY.findall(raw)
    if not marks:
        return raw
    mark = b"--" + dice.choice(marks)
    new = dice.choice([b"", mark[:-1], mark + b"--", mark * 2, b"--", mark + b" \t"])
    return raw.replace(mark, new, dice.choice([1, -1]))


def rename_boundary(dice, raw, other):
    new = dice.choice(
        [b"", b'"', b"a" * 200, b"=?utf-8?q?b?=", b"\0", b"b\r\n c", b";;"]
    )
    return at_one(dice, _BOUNDARY, raw, lambda match: b'boundary="' + new + b'"')


def repeat_boundary(dice, raw, other):
    marks = _BOUNDARY.findall(raw) or [b"b"]
    return raw + (b"\r\n--" + dice.choice(marks)) * dice.choice([5, 700, 20_000])


def other_charset(dice, raw, other):
    new = dice.choice(CHARSETS)
    if not _CHARSET.search(raw):
        return b"Content-Type: text/plain; charset=" + new + b"\r\n" + raw
    return at_one(dice, _CHARSET, raw, lambda match: match[1] + new)


def other_encoding(dice, raw, other):
    new = dice.choice(ENCODINGS)
    if not _ENCODING.search(raw):
        return b"Content-Transfer-Encoding: " + new + b"\r\n" + raw
    return at_one(dice, _ENCODING, raw, lambda match: match[1] + new)


def break_word(dice, raw, other):
    new = dice.choice(WORDS + CHARSETS)
    if not _WORD.search(raw):
        return dice.choice(NAMES) + b": " + new * dice.choice([1, 40]) + b"\r\n" + raw
    return at_one(dice, _WORD, raw, lambda match: match[0].replace(b"utf-8", new)[:-1])


def insert(dice, raw, other):
    """Mostly into the header, where it hurts."""
    head, body = halves(raw)
    data, rest = dice.choice([(head, body), (head, body), (raw, b"")])
    for _ in range(dice.choice([1, 5, 50])):
        at = dice.randrange(1 + len(data))
        piece = dice.choice(PIECES + WORDS) * dice.choice([1, 1, 100])
        data = data[:at] + piece + data[at:]
    return data + rest


def sprinkle_nuls(dice, raw, other):
    data = bytearray(raw)
    for _ in range(dice.choice([1, 20, 500]) if data else 0):
        data[dice.randrange(len(data))] = 0
    return bytes(data)


def other_line_ends(dice, raw, other):
    end = dice.choice([b"\r", b"\n", b"\r\r\n", b"\n\r", b"\0\r\n", b"\x85"])
    if dice.random() < 0.5:
        return _LINE.sub(lambda _match: end, raw)
    return _LINE.sub(lambda m: end if dice.random() < 0.1 else m[0], raw)


def wide(dice, raw, other):
    return raw.decode("latin-1").encode(dice.choice(["utf-16", "utf-8", "utf-32-be"]))


MUTATIONS = [
    *(flip_bits, truncate, behead, splice, swap_bodies, body_first, attach, nest),
    *(repeat_field, huge_field, fold_field, empty_field, drop_field, break_boundary),
    *(rename_boundary, repeat_boundary, other_charset, other_encoding, break_word),
    *(insert, sprinkle_nuls, other_line_ends, wide),
]


def mutant(number, seeds):
    """(names of the mutations, raw bytes) of the mutant with this number."""
    dice = random.Random(number)
    raw, other = dice.choice(seeds), dice.choice(seeds)
    chosen = dice.choices(MUTATIONS, k=dice.choice([1, 1, 2, 3, 5]))
    for mutate in chosen:
        raw = mutate(dice, raw, other)[:LONGEST]
    return [mutate.__name__ for mutate in chosen], raw
