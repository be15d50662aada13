# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a report tells people in its own words, apart from the message that it brings
back.

>>> raw = (
...     b"Subject: failure notice\\r\\n\\r\\nSorry, no such user.\\r\\n\\r\\n"
...     b"Received: by a.example\\r\\nMessage-ID: <1@a.example>\\r\\nSubject: Hi\\r\\n"
... )
>>> found = read(raw, tuple(entities.walk(raw)))
>>> found.text, found.returned.first("message-id")
('Sorry, no such user.\\n', b'<1@a.example>')
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import delivery_status, entities, header

#: As much of the text (characters, lines) as is looked at.
READ = 32_768
_LINES = 800
#: So many fields one after another are a header section, if one of these is among
#: them.
_FIELDS = 3
_SURE = frozenset(
    ("received", "message-id", "return-path", "mime-version", "delivered-to")
)
_FIELD = re.compile(r"(?:>{0,2} )?([A-Za-z][A-Za-z0-9-]{1,60})\s?:(?=\s|\S)")
#: A line that announces the message that came back.
_MARK = re.compile(
    r"[\W_]*(?:"
    r"(?:this|below|enclosed|included|attached|following|here)\b.{0,30}\b(?:is|are) "
    r"(?:a |the )?(?:copy|header|returned|original).{0,60}|"
    r"(?:your |the )?(?:original|returned|undelivered|unsent|bounced) "
    r"(?:message|e?-?mail)\b.{0,20}|"
    r"message (?:text|headers?|body)\b.{0,20}|"
    r"the header of the original message.{0,20}"
    r")[\W_]*",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(
    r"^message-id: {0,5}(<[^<>\s]{1,996}>)", re.IGNORECASE | re.MULTILINE
)
#: The same among what is told of a message.
_NAMED_ID = re.compile(
    r"(?<![\w-])message[- ]?id\s{0,3}[:=]\s{0,5}(<[^<>\s@]{1,900}@[^<>\s@]{1,250}>)",
    re.IGNORECASE,
)
_NO_CONTENT = re.compile(
    r"<(script|style|head)\b.{0,20000}?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_BREAK = re.compile(
    r"<(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?table)\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(r"<[A-Za-z/!][^<>@]{0,2000}>")


@dataclass(frozen=True)
class Told:
    """``text`` with lines ended by LF; ``returned`` is the header section of the
    message that came back, empty where none did, and ``below`` what stands below the
    text."""

    text: str
    returned: header.Section
    below: str = ""

    @property
    def has_returned(self) -> bool:
        return bool(self.returned.fields)

    @property
    def returned_id(self) -> str:
        """Its Message-ID in angle brackets, "" where none is told. Some programs break
        the lines of its header, so that it ends too early."""
        found = delivery_status.message_id(self.returned.first("message-id"))
        if found:
            return found
        broken = _MESSAGE_ID.search(self.below) or _NAMED_ID.search(self.text)
        return broken[1] if broken else ""


def read(raw: bytes, parts: Sequence[entities.Entity]) -> Told:
    """What the parts of a message tell."""
    attached = next(_returned(raw, parts), None)
    text, below = _cut("\n".join(_texts(raw, parts))[:READ])
    quoted = header.Section("\n".join(_header(below.split("\n"))).encode())
    return Told(text, attached or quoted, below)


def _returned(raw: bytes, parts: Sequence[entities.Entity]) -> Iterator[header.Section]:
    """The header section of an attached message, or of a part that forgets to say
    that it is one."""
    for part in parts:
        if part.kind in delivery_status.RETURNED:
            content = part.content(raw).lstrip()
            found = header.Section(header.split(content)[0])
            if found.fields:
                yield found
        elif part.depth and _is_message(part):
            yield part.section


def _is_message(part: entities.Entity) -> bool:
    return "received" in part.section and "from" in part.section


def _texts(raw: bytes, parts: Sequence[entities.Entity]) -> Iterator[str]:
    """The plain texts; where there is none, those in HTML."""
    own = [part for part in parts if not (part.depth and _is_message(part))]
    plain = [part.text(raw) for part in own if part.kind == "text/plain"]
    if any(map(str.strip, plain)):
        yield from map(_lines, plain)
        return
    rich = [without_tags(part.text(raw)) for part in own if part.kind == "text/html"]
    if not rich and len(parts) == 1:
        # A multipart without parts is text to whoever reads it.
        whole = raw[parts[0].start :][: entities.READ]
        rich = [_lines(header.fit(header.plain(whole)))]
    yield from rich


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def without_tags(text: str) -> str:
    """The words of HTML, a line for each block."""
    text = _NO_CONTENT.sub(" ", text[: 4 * READ])
    text = _TAG.sub("", _BREAK.sub("\n", " ".join(text.split())))
    return html.unescape(text).replace("\xa0", " ")


def _cut(text: str) -> tuple[str, str]:
    """The text above the header section of a message that it quotes, and the rest. A
    line that announces it belongs to neither."""
    lines = text.split("\n")[:_LINES]
    begin, end, names = len(lines), len(lines), set[str]()
    marked = False
    for number, line in enumerate(lines):
        found = _FIELD.match(line)
        if found:
            begin = begin if names else number
            names.add(found[1].lower())
        elif not (names and line[:1] in (" ", "\t") and line.strip()):
            names = set()
            if line.strip():
                end, marked = number, _MARK.fullmatch(line[:200]) is not None
        if len(names) >= _FIELDS and (marked or names & _SURE):
            above = lines[: end if marked else begin]
            return "\n".join(above), "\n".join(lines[begin:])
    return "\n".join(lines), ""


def _header(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.strip():
            return
        yield line.rstrip("\r")
