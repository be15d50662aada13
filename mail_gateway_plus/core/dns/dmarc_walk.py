# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose DMARC record is that of a domain: the walk up the tree (RFC 9989, 4.10).

>>> targets("a.h.example")
['a.h.example', 'h.example', 'example']
>>> [name.count(".") + 1 for name in targets("1.2.3.4.5.6.7.8.9.h.example")]
[11, 7, 6, 5, 4, 3, 2, 1]
"""

from dataclasses import dataclass

from . import dmarc_record
from .book import Book, is_missing
from .dmarc_record import Record
from .name import parents, plain

#: 4.10: labels from which on the walk leaves some out, so that it asks at most eight.
MOST_LABELS = 8

LABEL = "_dmarc"


@dataclass(frozen=True)
class Walk:
    """``organisation`` is the Organizational Domain of the domain; ``records`` are
    those on the way up, by the domain that they stand at, the nearest first."""

    domain: str
    organisation: str
    records: dict[str, Record]
    is_known: bool = True

    @property
    def record(self) -> Record | None:
        """The record that holds for mail from the domain."""
        return self.records.get(self.holder)

    @property
    def holder(self) -> str:
        """The domain at which that record stands (4.10.1); "" for none."""
        if self.domain in self.records:
            return self.domain
        if self.organisation in self.records:
            return self.organisation
        registry = (name for name, one in self.records.items() if one.psd == "y")
        return next(registry, "")

    def policy(self, exists: bool = True) -> str:
        """What is asked of receivers for mail from the domain, "" for nothing."""
        record = self.record
        if record is None or not record.is_usable:
            return ""
        if self.holder == self.domain:
            return record.effective
        below = record.policy_below if exists else record.policy_missing
        return below or dmarc_record.NONE


def walk(book: Book, domain: str) -> Walk:
    """All names are asked for at once: the way is known from the start."""
    domain = plain(domain)
    records: dict[str, Record] = {}
    is_known = True
    names = targets(domain)
    answers = [book.ask(record_name(name), "TXT") for name in names]
    for name, answer in zip(names, answers, strict=True):
        is_known = is_known and answer.known
        record = at(book, name)
        if record is not None:
            records[name] = record
            if record.psd in ("y", "n"):
                break
    return Walk(domain, _organisation(domain, records), records, is_known)


def targets(domain: str) -> list[str]:
    """The domains whose records are looked at, in their order."""
    above = parents(domain)
    if len(above) >= MOST_LABELS:
        above = above[-(MOST_LABELS - 1) :]
    return [plain(domain), *above]


def record_name(domain: str) -> str:
    return f"{LABEL}.{domain}"


def texts(book: Book, domain: str) -> list[str]:
    """All TXT records that stand where that of DMARC belongs."""
    return book.texts(record_name(domain))


def at(book: Book, domain: str) -> Record | None:
    """The record at a domain; several are none (4.10)."""
    found = [text for text in texts(book, domain) if dmarc_record.is_dmarc(text)]
    return book.once(dmarc_record.parsed, found[0]) if len(found) == 1 else None


def exists(book: Book, domain: str) -> bool:
    """Whether there is what mail needs; taken to be so where nobody can say."""
    answers = [book.ask(domain, kind) for kind in ("A", "AAAA", "MX")]
    return not all(is_missing(answer) for answer in answers)


def _organisation(domain: str, records: dict[str, Record]) -> str:
    """4.10.2"""
    for name, record in records.items():
        if record.psd == "n":
            return name
        if record.psd == "y" and name != domain:
            labels = domain.split(".")
            return ".".join(labels[-(name.count(".") + 2) :])
    return min(records, key=lambda name: name.count("."), default=domain)
