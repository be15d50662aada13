# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bounces in plain words, as programs write them that know no RFC 3464: to whom the
message did not get, and what was said of it.

>>> found = read(told.Told(
...     "Delivery failed:\\n\\n<ann@b.example>:\\n550 5.1.1 No such user\\n",
...     header.Section(b""),
... ), own=(), subject="failure notice")
>>> [(r.address, r.action, r.status) for r in found]
[('ann@b.example', 'failed', '5.1.1')]
"""

import dataclasses
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from . import bounce_words, delivery_status, header, told
from .delivery_status import RecipientStatus

_ADDRESS = (
    r"(?:\"[^\"<>@\s]{1,64}\"|[^\s<>()\[\]:;,\"'|=：；，、（）【】「」“”]{1,80})"
    r"@[\w.-]{1,200}\w"
)
_A = rf"({_ADDRESS})"
#: What may stand before one.
_BEFORE = r"[\s<:\"'(：；，、（【「“]"
#: What comes of a mail program's links: ann@b.example<mailto:ann@b.example>.
_LINK = re.compile(r"[<\[]mailto:[^<>\]]{0,300}[>\]]", re.IGNORECASE)

#: How a line names a recipient, the surest first. Of several forms in one text the
#: first that occurs counts.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # An address alone, or what is said of it behind it
        rf"^\s*(?:[*•·>-]\s+)?[<\"'(]*{_A}[>\"')]*\s*(?:[:,;.]?$|:\s)",
        rf"^\s*(?:[*•·-]\s+)?<{_A}>",
        rf"^\s*{_A}\s+(?:[(\[]|on [A-Z0-9]|\.\.\.|-|(?:invalid|unknown|user|is|was|not|"
        rf"does|failed|rejected|mailbox)\b)",
        # What the dialogue was
        rf"\bRCPT TO:\s*<?{_A}",
        # A name for it, or a sentence about it
        rf"\b(?:recipients?|address|to|user|for|mailbox|account|message|deliver\w*|"
        rf"delivery failed)\b[^@]{{0,40}}?{_BEFORE}{_A}",
        rf"(?:^|{_BEFORE}){_A}",
    )
)
#: Lines that tell whom to ask, or who has sent it.
_ASIDE = re.compile(
    r"contact|assistance|help|support|https?:|questions|^\s*(from|sender|reply-to|cc|"
    r"subject|sent|date)\s*:|MAIL FROM|generating server|reporting-mta|expanded from|"
    r"generated from|program at|mail (system|server) at|message[- ]id",
    re.IGNORECASE,
)
_HELP = re.compile(r"contact|assistance|questions|for help|please (call|ask)", re.I)
_REPORT = re.compile(r"^(?:Final|Original)-Recipient\s*:", re.IGNORECASE | re.MULTILINE)
#: The answer of a server: a number, and a status or words.
_ANSWER = re.compile(
    r"(?<![\w.@-])"
    r"([45]\d\d(?:[ :-]+#?[45]\.\d{1,3}\.\d{1,3}\b|[ :-]+(?=[A-Za-z<\"'(\[*])))"
)
#: The answer to a command in a transcript: <<< 550 No such user.
_TRANSCRIPT = re.compile(r"^\s*<{2,3}\s*([45]\d\d)", re.MULTILINE)
_NUMBER = re.compile(r"[45]\d\d")
#: A number that is told in other words.
_ERROR = re.compile(r"(?:error|code|reply|response|status)\w*\W{0,3}([45]\d\d)\b", re.I)
#: Where what is said of one recipient ends.
_END = re.compile(r"\n\s*\n(?=\s*\S)|\n\s*[-=*_|]{3,}|\n\s*(?:>>>|QUIT)")
_RULE = re.compile(r"\n\s*[-=*_|]{3,}")
_MARKS = " <>:;,.\"'=-*|"

#: As many lines as tell of one recipient.
_LINES = 25
_SAID = 1_000
#: A paragraph of so few characters gives no reason alone.
_SHORT = 40


def read(
    said: told.Told, own: Collection[str], subject: str, failed: Collection[str] = ()
) -> tuple[RecipientStatus, ...]:
    """The recipients that a text tells of, and what it says of each.

    :param own: addresses in lower case that the report itself was sent to or by
    :param failed: addresses that its header names as failed
    """
    stated = _as_report(said.text)
    if stated:
        return stated
    lines = _lines(said.text)
    found = {address: _line_with(lines, address) for address in failed}
    found = found or _named(lines, own) or dict.fromkeys(_of_returned(said.returned), 0)
    action = _action(subject, said.text)
    return tuple(
        _recipient(address, lines, found, action)
        for address in list(found)[: delivery_status.RECIPIENTS]
    )


def completed(status: RecipientStatus, said: told.Told) -> RecipientStatus:
    """A recipient's status with what the text beside the report tells of it: many
    programs write their reasons there only."""
    lines = _lines(said.text)
    found = _named(lines, ())
    address = status.address
    if not delivery_status.is_address(address) and len(found) == 1:
        address = next(iter(found))
    if status.diagnostic or address not in found:
        return dataclasses.replace(status, address=address)
    told_of = _recipient(address, lines, found, status.action)
    return dataclasses.replace(
        status,
        address=address,
        status=status.status or told_of.status,
        diagnostic=told_of.diagnostic,
    )


def _lines(text: str) -> list[str]:
    return [_LINK.sub("", line) for line in text.split("\n")]


def _as_report(text: str) -> tuple[RecipientStatus, ...]:
    """A report in the form of RFC 3464 that stands in the text itself."""
    if not _REPORT.search(text):
        return ()
    return delivery_status.recipients([text.encode()])


def _named(lines: Sequence[str], own: Collection[str]) -> dict[str, int]:
    """Address -> number of its line, by the first form that names one which is not
    our own; of our own only where none else is named."""
    aside = set(_asides(lines))
    owned: dict[str, int] = {}
    for form in _FORMS:
        found: dict[str, int] = {}
        for address, number in _by(form, lines, own):
            found.setdefault(address, number)
        others = {a: n for a, n in found.items() if a not in own and a not in aside}
        if others:
            return others
        owned = owned or {a: n for a, n in found.items() if a not in aside}
    return owned


def _by(
    form: re.Pattern[str], lines: Sequence[str], own: Collection[str]
) -> Iterator[tuple[str, int]]:
    """One address a line at most, one of our own where there is no other."""
    for number, line in enumerate(lines):
        found = list(_in_line(form, line[:500])) if "@" in line else []
        others = (address for address in found if address not in own)
        for address in itertools.islice((*others, *found), 1):
            yield address, number


def _in_line(form: re.Pattern[str], line: str) -> Iterator[str]:
    for match in form.finditer(line):
        if not _ASIDE.search(line[: match.start(1)]):
            yield match[1].lower().strip(".")


def _asides(lines: Sequence[str]) -> Iterator[str]:
    """Addresses of whom to ask."""
    for line in lines:
        if "@" in line and _HELP.search(line[:500]):
            yield from (found.lower() for found in re.findall(_A, line[:500]))


def _line_with(lines: Sequence[str], address: str) -> int:
    hits = (number for number, line in enumerate(lines) if address in line.lower())
    return next(hits, 0)


def _of_returned(returned: header.Section) -> list[str]:
    """Whom the message that came back was for, if that is one."""
    for name in ("x-envelope-to", "envelope-to", "to", "delivered-to"):
        named = re.findall(_A, returned.text(name))
        if named:
            return [named[0].lower()] if len(set(named)) == 1 else []
    return []


def _recipient(
    address: str, lines: Sequence[str], found: Mapping[str, int], action: str
) -> RecipientStatus:
    start = found[address]
    piece = _piece(lines, start, found)
    text = "\n".join(lines)
    diagnostic = (
        _answer(piece) or _answer(text) or _words(piece, lines[:start], address)
    )
    status = delivery_status.status_in(diagnostic) or delivery_status.status_in(piece)
    number = _NUMBER.match(diagnostic) or _ERROR.search(piece)
    if not status and number:
        # The class is stated, if nothing else is (RFC 3463, 3.1).
        status = f"{number[number.lastindex or 0][0]}.0.0"
    return RecipientStatus(address, "", action, status, diagnostic)


def _piece(lines: Sequence[str], start: int, found: Mapping[str, int]) -> str:
    """What is said of the recipient that is named in this line, up to the next."""
    end = min([*(n for n in found.values() if n > start), start + _LINES])
    return "\n".join(lines[start:end])


def _answer(text: str) -> str:
    """What a server answered, "" where nothing looks like that."""
    found = _TRANSCRIPT.search(text) or _ANSWER.search(text)
    if not found:
        return ""
    said = text[found.start(1) : found.start(1) + _SAID]
    return " ".join(_END.split(said)[0].split())


def _words(piece: str, above: Sequence[str], address: str) -> str:
    """What is said without an answer: all behind the address, or else around it."""
    at = piece.lower().find(address)
    behind = _paragraph(piece[at + len(address) :] if at >= 0 else piece)
    before = piece[: max(at, 0)].strip(_MARKS)
    last = next((line for line in reversed(above[-6:]) if line.strip()), "")
    return (behind or " ".join(before.split()) or last.strip())[:_SAID]


def _paragraph(text: str) -> str:
    """The first that says something, with the next where it is short."""
    said = ""
    for paragraph in _RULE.split(text)[0].split("\n\n")[:5]:
        words = " ".join(paragraph.split()).strip(_MARKS)
        if any(map(str.isalpha, words)):
            said = f"{said}: {words}" if said else words
        if len(said) > _SHORT:
            break
    return said


def _action(subject: str, text: str) -> str:
    """``delayed`` where it will be tried again, ``delivered`` where the subject says
    so, else ``failed``."""
    if bounce_words.SUCCESS.search(subject):
        return "delivered"
    whole = f"{subject}\n{text}"
    late = bounce_words.DELAYS.search(" ".join(whole.split()))
    final = bounce_words.FINAL.search(" ".join(text.split()))
    return "delayed" if late and not final else "failed"
