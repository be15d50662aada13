# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The header section of a message whose header is broken.

Python's parser takes the first line that is neither a field nor a continuation for the
beginning of the body, and all that follows with it: the sender, the recipients and
what the body's parts are. Here the header goes on where it resumes after such a line.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import header

#: RFC 5322, 2.2. What Python takes for a field; a blank before the colon it does not.
_FIELD = re.compile(rb"([!-9;-~]+):")
_BLANK_BEFORE_COLON = re.compile(rb"([!-9;-~]+)[ \t]+:")
_END = re.compile(rb"\r\n|\r|\n|\Z")
_BARE = re.compile(rb"\r+")
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(?:>*From [^\r\n]*[\r\n]+)*")

#: A line that begins with one of these is a field; other lines with a colon may be
#: somebody's sentence.
KNOWN = frozenset(
    (
        *(b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"message-id", b"sender"),
        *(b"reply-to", b"return-path", b"received", b"mime-version", b"references"),
        *(b"in-reply-to", b"delivered-to", b"x-original-to", b"envelope-to"),
        *(b"content-type", b"content-transfer-encoding", b"content-disposition"),
        *(b"content-id", b"content-description", b"content-language", b"x-mailer"),
        *(b"dkim-signature", b"authentication-results", b"received-spf", b"precedence"),
        *(b"auto-submitted", b"importance", b"x-priority", b"list-id", b"user-agent"),
        *(b"list-unsubscribe", b"resent-to", b"resent-from", b"errors-to", b"status"),
        *(b"thread-topic", b"thread-index", b"disposition-notification-to"),
    )
)
#: How far to look for the header to resume after a broken line.
_LOOK_AHEAD_LINES = 6
#: Odoo gets to see none above that (bytes), so there is nothing to mend in it.
_SIZE = 262_144


def known(name: bytes) -> bool:
    lower = name.lower()
    return lower in KNOWN or lower.startswith(b"x-")


@dataclass(frozen=True)
class Head:
    """``fields`` are those of the header, each with its continuation lines (joined by
    CRLF) and without a line end; the body begins at ``body``. ``broken`` tells that
    Python would read another header than this."""

    fields: list[bytes]
    body: int
    broken: bool
    #: Not looked at.
    too_large: bool = False

    def joined(self) -> bytes:
        return b"".join(field + b"\r\n" for field in self.fields) + b"\r\n"


def _begin(raw: bytes) -> int:
    """Where the header begins: behind a byte order mark, empty lines and an mbox's
    line ("From ann@a.example Fri Nov 20 …"), if a field follows them."""
    match = _BEGIN.match(raw)
    found = match.end() if match else 0
    return found if _FIELD.match(raw, found) else 0


def _lines(raw: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    """(line, where the next begins) up to the end of the message. A bare CR ends a
    line in messages whose first line it ends, as programs of old wrote them."""
    first = _END.search(raw, start)
    old = first is not None and first[0] == b"\r"
    while start < len(raw):
        if old:
            match = _END.search(raw, start)
            end, following = match.span() if match else (len(raw), len(raw))
        else:
            end = raw.find(b"\n", start)
            end = len(raw) if end < 0 else end
            following = end + 1
        yield raw[start:end].rstrip(b"\r"), min(following, len(raw))
        start = following


def _resumes(raw: bytes, start: int) -> bool:
    """Whether a field that everybody knows comes soon, and no empty line before."""
    for line, _following in itertools.islice(_lines(raw, start), _LOOK_AHEAD_LINES):
        if not line:
            return False
        field = _FIELD.match(line)
        if field and known(field[1]):
            return True
    return False


def _pieces(line: bytes) -> list[bytes]:
    """The line, or the lines that bare CRs have made one: where a field begins behind
    a CR, it ended a line, elsewhere it was a blank."""
    pieces: list[bytes] = []
    for piece in _BARE.split(line):
        field = _FIELD.match(piece)
        if pieces and not (field and known(field[1])):
            piece = b" " + piece
        pieces.append(piece)
    return pieces


def _mended(line: bytes) -> bytes:
    """A line that is no field, as one or as the continuation of the line before."""
    field = _BLANK_BEFORE_COLON.match(line)
    if field and known(field[1]):
        return field[1] + b":" + line[field.end() :]
    return b" " + line


def _is_part(line: bytes) -> bool:
    return line[:1] in (b" ", b"\t") or bool(_FIELD.match(line))


def _joined(lines: list[bytes]) -> list[bytes]:
    fields: list[list[bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1].append(line)
        else:
            fields.append([line])
    return [b"\r\n".join(field) for field in fields]


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header section as Odoo gets to see it, and the body."""
    found = read(raw)
    if not found.broken or found.too_large:
        return header.split(raw)
    return found.joined(), raw[found.body :]


def unmended(raw: bytes) -> bytes:
    """The same section byte for byte as it came."""
    found = read(raw)
    if not found.broken or found.too_large:
        return header.split(raw)[0]
    return raw[: found.body]


def read(raw: bytes, start: int = 0) -> Head:
    """The header section of a message, or of its part that begins at ``start``,
    mended."""
    end = start or _begin(raw)
    broken = end != start
    lines: list[bytes] = []
    for line, following in _lines(raw, end):
        if following - start > _SIZE:
            return Head([], following, False, too_large=True)
        if not line:
            return Head(_joined(lines), following, broken)
        if not lines and not line.strip():
            # Python would take it for the continuation of no field at all.
            broken, end = True, following
            continue
        if not _is_part(line):
            mended = _mended(line)
            goes_on = line[:2] != b"--" and (lines or not start)
            if mended[:1] == b" " and not (goes_on and _resumes(raw, following)):
                break
            broken = True
            if mended[:1] == b" " and not lines:
                # It continues nothing, and begins nothing that has a name.
                end = following
                continue
            line = mended
        pieces = _pieces(line) if b"\r" in line else [line]
        broken = broken or len(pieces) > 1
        lines += pieces
        end = following
    return Head(_joined(lines), end, broken)
