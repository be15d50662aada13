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

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from ..message import header, subaddress
from ..message.statement import Statement
from .condition import Said
from .pattern import composed

#: What others know of a message: field to what they say of a letter. Called at most
#: once each. They are given the letter, for what keeps it stays in memory with it.
Asked = Mapping[str, Callable[["Letter"], Iterable[Said]]]


class Letter:
    """A message as conditions see it; see ``condition.Letter``.

    :param raw: the message, byte for byte
    :param recipients: addresses beyond those that the message names
    :param asked: what is not in the message
    :param trusted: hosts whose checks of the sender count (RFC 8601, 5)
    """

    def __init__(
        self,
        raw: bytes,
        recipients: Iterable[str] = (),
        asked: Asked | None = None,
        trusted: Collection[str] = (),
    ) -> None:
        #: All that the message states.
        self.said = Statement(raw, trusted)
        self._further = tuple(recipients)
        self._asked = asked or {}
        self._known: dict[tuple[str, str], tuple[Said, ...]] = {}

    @property
    def head(self) -> bytes:
        """The header section, byte for byte."""
        return self.said.head

    @property
    def section(self) -> header.Section:
        return self.said.section

    def __call__(self, field: str, name: str) -> tuple[Said, ...]:
        key = (field, name)
        if key not in self._known:
            read = self._read(field, name)
            self._known[key] = tuple(Said(composed(one), of) for one, of in read)
        return self._known[key]

    def _read(self, field: str, name: str) -> Iterable[Said]:
        if field in self._asked:
            return self._asked[field](self)
        if field == "header":
            return self._header(name)
        reader = _READERS.get(field)
        return reader(self) if reader else ()

    def _header(self, name: str) -> Iterator[Said]:
        shown = _shown(name)
        for value in self.section.all(name):
            yield Said(header.decode(value[:_READ]), shown)

    def _recipients(self) -> Iterator[Said]:
        named = self.said.recipients
        for one in named:
            yield Said(one.address, one.source)
        for address in self._further:
            if address not in {one.address for one in named}:
                yield Said(address, "")

    def _of_recipients(self, piece: Callable[[str], str]) -> Iterator[Said]:
        for said in self("recipient", ""):
            found = piece(said.text)
            if found:
                yield Said(found, said.source)

    def _sender(self) -> Iterator[Said]:
        if self.said.sender.address:
            yield Said(self.said.sender.address, "From")

    def _sender_domain(self) -> Iterator[Said]:
        for said in self("sender", ""):
            yield Said(said.text.rpartition("@")[2], said.source)

    def _subject(self) -> Iterator[Said]:
        yield Said(self.said.subject, "Subject")

    def _size(self) -> Iterator[Said]:
        yield Said(str(self.said.size / 1024))

    def _attachments(self) -> Iterator[Said]:
        yield Said(str(len(self.said.attachments)))

    def _attachment_names(self) -> Iterator[Said]:
        for name in self.said.attachments:
            yield Said(name, "Content-Disposition")

    def _spam(self) -> Iterator[Said]:
        mark = self.said.spam
        if mark and mark.is_spam:
            yield Said("1", mark.source)

    def _spam_score(self) -> Iterator[Said]:
        mark = self.said.spam
        if mark and mark.score is not None:
            yield Said(str(mark.score), mark.source)

    def _authentication(self) -> Iterator[Said]:
        for method, result in self.said.verdicts.items():
            yield Said(f"{method}={result}", "Authentication-Results")

    def _automatic(self) -> Iterator[Said]:
        sign = self.said.automatic
        if sign:
            yield Said("1", sign.source)


#: As much of a field (bytes) as is read.
_READ = 8_192


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
    "spam": Letter._spam,
    "spam_score": Letter._spam_score,
    "authentication": Letter._authentication,
    "automatic": Letter._automatic,
}
