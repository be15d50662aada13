# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message says in each field that a condition may ask for.

Fields are read when the first rule asks for them, and once. What the message itself
does not say, as whether its sender is known, is asked of the one who has it.

>>> letter = Letter(b"From: Ann <ann@a.example>\r\nTo: support+vip@b.example\r\n\r\n")
>>> letter("recipient_subaddress", "")
(Said(text='vip', source='To'),)
>>> letter("sender_domain", "")
(Said(text='a.example', source='From'),)
"""

import email.utils
from collections.abc import Callable, Iterable, Iterator, Mapping

from ..message import answerable, content, head, header, subaddress
from ..message.facts import RECIPIENT_FIELDS
from .condition import Said

#: What others know of a message: field to what they say. Called at most once each.
Asked = Mapping[str, Callable[[], Iterable[Said]]]


class Letter:
    """A message as conditions see it; see ``condition.Letter``.

    :param raw: the message, byte for byte
    :param recipients: addresses beyond those that the message names
    :param asked: what is not in the message
    """

    def __init__(
        self,
        raw: bytes,
        recipients: Iterable[str] = (),
        asked: Asked | None = None,
    ) -> None:
        self._raw = raw
        self._further = tuple(recipients)
        self._asked = asked or {}
        self._known: dict[tuple[str, str], tuple[Said, ...]] = {}
        #: The header section, byte for byte.
        self.head = head.split(raw)[0]
        self._section: header.Section | None = None

    def __call__(self, field: str, name: str) -> tuple[Said, ...]:
        key = (field, name)
        if key not in self._known:
            self._known[key] = tuple(self._read(field, name))
        return self._known[key]

    @property
    def section(self) -> header.Section:
        if self._section is None:
            self._section = header.Section(self.head)
        return self._section

    def _read(self, field: str, name: str) -> Iterable[Said]:
        if field in self._asked:
            return self._asked[field]()
        if field == "header":
            return self._header(name)
        reader = _READERS.get(field)
        return reader(self) if reader else ()

    def _header(self, name: str) -> Iterator[Said]:
        shown = _shown(name)
        for value in self.section.all(name):
            yield Said(header.decode(value[:_READ]), shown)

    def _recipients(self) -> Iterator[Said]:
        seen = set()
        for name in RECIPIENT_FIELDS:
            for value in self.section.all(name):
                for address in _addresses(value):
                    if address not in seen:
                        seen.add(address)
                        yield Said(address, _shown(name))
        for address in self._further:
            if address not in seen:
                yield Said(address, "")

    def _of_recipients(self, piece: Callable[[str], str]) -> Iterator[Said]:
        for said in self("recipient", ""):
            found = piece(said.text)
            if found:
                yield Said(found, said.source)

    def _sender(self) -> Iterator[Said]:
        for value in self.section.all("from")[:1]:
            for address in _addresses(value):
                yield Said(address, "From")

    def _sender_domain(self) -> Iterator[Said]:
        for said in self("sender", ""):
            yield Said(said.text.rpartition("@")[2], said.source)

    def _subject(self) -> Iterator[Said]:
        yield Said(self.section.text("subject"), "Subject")

    def _size(self) -> Iterator[Said]:
        yield Said(str(len(self._raw) / 1024))

    def _attachments(self) -> Iterator[Said]:
        yield Said(str(len(self("attachment_name", ""))))

    def _attachment_names(self) -> Iterator[Said]:
        for attachment in content.read(self._raw).attachments:
            yield Said(attachment.name, "Content-Disposition")

    def _automatic(self) -> Iterator[Said]:
        finding = answerable.refused(self.head, ())
        if finding and finding.code in _AUTOMATIC:
            yield Said("1", _AUTOMATIC[finding.code])


#: As much of a field (bytes) as is read.
_READ = 8_192
_AUTOMATIC = {
    "answer_automatic": "Auto-Submitted",
    "answer_bulk": "Precedence",
    "answer_report": "Content-Type",
    "answer_null_sender": "Return-Path",
}


def _addresses(value: bytes) -> list[str]:
    try:
        pairs = email.utils.getaddresses([header.decode(value[:_READ])])
    except Exception:  # whatever it is, the field cannot be read
        return []
    return [address.strip().lower() for _name, address in pairs if "@" in address]


def _shown(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))


def _local(address: str) -> str:
    return address.rpartition("@")[0]


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


_READERS: dict[str, Callable[[Letter], Iterable[Said]]] = {
    "recipient": Letter._recipients,
    "recipient_local": lambda letter: letter._of_recipients(_local),
    "recipient_subaddress": lambda letter: letter._of_recipients(subaddress.detail),
    "recipient_domain": lambda letter: letter._of_recipients(_domain),
    "sender": Letter._sender,
    "sender_domain": Letter._sender_domain,
    "subject": Letter._subject,
    "size_kb": Letter._size,
    "attachments": Letter._attachments,
    "attachment_name": Letter._attachment_names,
    "automatic": Letter._automatic,
}
