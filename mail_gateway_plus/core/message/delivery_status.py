# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delivery status notifications: what a server reports of a message's recipients
(RFC 3464, and RFC 6533 for addresses beyond ASCII).

>>> raw = (
...     b"Content-Type: multipart/report; boundary=b\\r\\n\\r\\n"
...     b"--b\\r\\nContent-Type: message/delivery-status\\r\\n\\r\\n"
...     b"Reporting-MTA: dns; mx.a.example\\r\\n\\r\\n"
...     b"Final-Recipient: rfc822; Ann@b.example\\r\\nAction: failed\\r\\n"
...     b"Status: 5.1.1\\r\\nDiagnostic-Code: smtp; 550 5.1.1 No such user\\r\\n\\r\\n"
...     b"--b\\r\\nContent-Type: text/rfc822-headers\\r\\n\\r\\n"
...     b"Message-ID: <1@c.example>\\r\\n\\r\\n--b--\\r\\n"
... )
>>> found = read(raw)
>>> found.message_id, found.recipients[0].address, found.recipients[0].is_permanent
('<1@c.example>', 'ann@b.example', True)
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..smtp import reply
from . import entities, header, words

#: RFC 3464, 2.1.1 and RFC 6533, 4.1.
KINDS = frozenset(("message/delivery-status", "message/global-delivery-status"))
#: The message that is reported on, whole or its header section.
RETURNED = frozenset(
    (
        *("message/rfc822", "message/global", "message/partial"),
        *("text/rfc822-headers", "text/rfc822", "message/rfc822-headers"),
        *("message/global-headers", "text/global-headers"),
    )
)

#: RFC 3464, 2.3.3, and what programs write in place of it.
ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_ACTIONS = {
    **{action: action for action in ACTIONS},
    **dict.fromkeys(("failure", "fail", "error", "undeliverable"), "failed"),
    **dict.fromkeys(("delay", "deferred", "transient"), "delayed"),
}
#: A class of status, of an answer or an enhanced one -> what was done.
_CLASSES = {"2": "delivered", "4": "delayed", "5": "failed"}

#: RFC 3463, 2; no piece of an IP address.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_ADDRESS = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+|\"[^\"<>]+\"@[^\s<>(),;:\"]+")
#: RFC 6533, 3: a character beyond ASCII in an address of type utf-8.
_UTF8 = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
#: Where the answer of the refusing server begins, in what is told of the dialogue.
_ANSWER = re.compile(r"(?:^|[:;>\])\"'] ?|\bsaid )([45]\d\d[ -](?=[\w<#(\[\"*]))")
_TYPED = re.compile(r"([A-Za-z][\w-]*)\s*;\s*(.*)", re.DOTALL)
_LINE_END = re.compile(rb"\r\n|\r")
_BLANK_LINES = re.compile(rb"\n[ \t]*\n\s*")
_MESSAGE_ID = re.compile(rb"<[^<>\s]+>")

#: As many recipients as are read of one report, and characters of what was said.
RECIPIENTS = 200
DIAGNOSTIC = 2_000


@dataclass(frozen=True)
class RecipientStatus:
    """What became of one recipient. Addresses are in lower case: ``address`` the final
    one, ``original`` the one that the sender wrote ("" where it is not stated).
    ``action`` is one of ``ACTIONS`` or "", ``status`` an enhanced code (RFC 3463) or
    "", ``diagnostic`` what the refusing server said, in one line."""

    address: str
    original: str = ""
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    remote_mta: str = ""

    @property
    def is_permanent(self) -> bool:
        """Whether it failed, and for a reason that does not pass. A mailbox is not
        full for ever, whatever class of status a server has for it (RFC 3463, 3.3)."""
        meant = self.meaning
        passes = meant.code == "smtp_mailbox_full" or not meant.permanent
        return self.action == "failed" and not passes

    @property
    def meaning(self) -> reply.Meaning:
        """What the refusal means, as it would in the dialogue."""
        answer = _ANSWER.search(self.diagnostic)
        said = self.diagnostic[answer.start(1) :] if answer else self.diagnostic
        if self.status and not answer and not status_in(said):
            said = f"{self.status} {said}"
        meant = reply.meaning("after", said)
        # Where no number says so, what has failed has failed.
        return meant if meant.code_number else reply.meaning("after", said, 550)


@dataclass(frozen=True)
class DeliveryStatus:
    """What is reported of one message: ``message_id`` is its own, in angle brackets
    ("" where it is not stated), ``envelope_id`` what the sender named it in the
    envelope (RFC 3461, 4.4)."""

    kind: ClassVar[str] = "delivery_status"

    recipients: tuple[RecipientStatus, ...]
    message_id: str = ""
    reporting_mta: str = ""
    envelope_id: str = ""

    @property
    def failed(self) -> tuple[RecipientStatus, ...]:
        return tuple(r for r in self.recipients if r.action == "failed")


def read(raw: bytes) -> DeliveryStatus | None:
    """The report in a message; None where it has no part with one."""
    return of_parts(raw, tuple(entities.walk(raw)))


def of_parts(raw: bytes, parts: Sequence[entities.Entity]) -> DeliveryStatus | None:
    """The same of a message whose parts have been found."""
    contents = [part.content(raw) for part in parts if part.kind in KINDS]
    if not contents:
        return None
    whole = header.Section(b"\r\n".join(contents))
    return DeliveryStatus(
        recipients(contents),
        returned_id(raw, parts) or message_id(whole.first("x-original-message-id")),
        _typed(whole.first("reporting-mta"))[1],
        header.decode(whole.first("original-envelope-id")[:DIAGNOSTIC]),
    )


def recipients(contents: Iterable[bytes]) -> tuple[RecipientStatus, ...]:
    """What became of each recipient, from the contents of report parts."""
    groups = list(itertools.islice(_groups(contents), RECIPIENTS))
    return tuple(filter(None, map(_recipient, groups)))


def returned_id(raw: bytes, parts: Iterable[entities.Entity]) -> str:
    """The Message-ID of the message that a report brings back, "" without one."""
    for part in parts:
        if part.kind in RETURNED:
            section = header.Section(header.split(part.content(raw).lstrip())[0])
            found = message_id(section.first("message-id"))
            if found:
                return found
    return ""


def without_blank_lines(content: bytes) -> bytes:
    """The fields of a part in one section."""
    return _BLANK_LINES.sub(b"\n", _LINE_END.sub(b"\n", content)).lstrip()


def message_id(value: bytes) -> str:
    """The first identifier in a value, in angle brackets; "" without one."""
    found = _MESSAGE_ID.search(words.whole_id(value[:DIAGNOSTIC]))
    return header.fit(header.plain(found[0])) if found else ""


def status_in(text: str) -> str:
    """The first enhanced code in what was said, "" without one."""
    found = _STATUS.search(text[:DIAGNOSTIC])
    return found[0] if found else ""


def _groups(contents: Iterable[bytes]) -> Iterator[header.Section]:
    """The fields of each recipient. Blank lines part them (RFC 3464, 2.1), which some
    programs forget: the next recipient's name begins the next group as well."""
    for content in contents:
        for block in _BLANK_LINES.split(_LINE_END.sub(b"\n", content)):
            group: list[bytes] = []
            seen: set[str] = set()
            for name, value in header.fields(block):
                if name in seen and name == "final-recipient":
                    yield header.Section(b"".join(group))
                    group, seen = [], set()
                seen.add(name)
                group.append(name.encode() + b": " + value + b"\r\n")
            yield header.Section(b"".join(group))


def _recipient(group: header.Section) -> RecipientStatus | None:
    finals = [*group.all("final-recipient"), *group.all("x-actual-recipient")]
    final = [address(value) for value in finals]
    original = address(group.first("original-recipient"))
    diagnostic = _typed(group.first("diagnostic-code"))[1]
    named = next(filter(is_address, [*final, original]), next(iter(final), original))
    if not named:
        return None
    status = _status(group, diagnostic)
    action = _action(group, status)
    mta = _typed(group.first("remote-mta"))[1]
    return RecipientStatus(named, original, action, status, diagnostic, mta)


def _status(group: header.Section, diagnostic: str) -> str:
    stated = _STATUS.search(header.plain(group.first("status")[:200]))
    return stated[0] if stated else status_in(diagnostic)


def _action(group: header.Section, status: str) -> str:
    stated = re.match(r"[a-z]+", group.text("action").lower())
    known = _ACTIONS.get(stated[0], "") if stated else ""
    return known or _CLASSES.get(status[:1], "")


def _typed(value: bytes) -> tuple[str, str]:
    """(type in lower case, value in one line) of a field such as ``smtp; 550 No``."""
    text = " ".join(header.decode(value[:DIAGNOSTIC]).split())
    typed = _TYPED.fullmatch(text)
    return (typed[1].lower(), typed[2]) if typed else ("", text)


def is_address(text: str) -> bool:
    """Whether it is one, and not a name on the server, a file or a program."""
    return _ADDRESS.fullmatch(text) is not None


def address(value: bytes) -> str:
    """The address in a field such as ``rfc822; <ann@a.example>`` in lower case; what
    is stated where it is none, as a local user's name."""
    kind, text = _typed(value)
    if kind == "utf-8":
        text = _UTF8.sub(_character, text)
    found = _ADDRESS.search(text)
    named = found[0].rstrip(".") if found else text.strip(" <>")
    return named.lower()[:320]


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return header.fit(chr(number)) if number < 0x110000 else match[0]
