# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""To whom a message was sent, and which of its fields says so.

>>> section = header.Section(
...     b"Delivered-To: support+vip@a.example\\r\\nTo: Help <support@a.example>\\r\\n"
... )
>>> [(one.address, one.source, one.subaddress) for one in read(section)]
[('support+vip@a.example', 'Delivered-To', 'vip'), ('support@a.example', 'To', '')]
"""

import email.utils
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import header, subaddress

#: The surest first: what the delivering server wrote at the end of the way, what
#: others wrote on it, and what the sender wrote at its beginning.
ENVELOPE = (
    *("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"),
    *("X-Forwarded-To", "Received"),
)
WRITTEN = ("Resent-To", "Resent-Cc", "Resent-Bcc", "To", "Cc", "Bcc")

#: As much of a field (bytes), and as many fields of one name, as are read. The parser
#: takes more than linear time, and no real field comes near.
_READ = 32_768
_RECEIVED_READ = 2_048
_FIELDS = 20
#: As many bytes are read of all fields together.
_ALTOGETHER = 4 * _READ
#: As many recipients as are stated.
_RECIPIENTS = 500
#: RFC 5321, 4.4: "for" names a recipient where there is only one.
_FOR = re.compile(
    r"(?:^|\s)for\s+<?([^\s<>;,()]{1,200}@[^\s<>;,()]{1,200}?)>?(?=[\s;(]|\Z)"
)


@dataclass(frozen=True)
class Recipient:
    """``address`` is in lower case, ``source`` the name of the field."""

    address: str
    source: str
    separators: str = subaddress.SEPARATOR

    @property
    def local(self) -> str:
        """The local part, with its subaddress."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def subaddress(self) -> str:
        """What stands behind the separator, "" without one."""
        return subaddress.split(self.address, self.separators)[1]

    @property
    def plain(self) -> str:
        """The address without its subaddress."""
        return subaddress.split(self.address, self.separators)[0] or self.address


def read(
    section: header.Section, separators: str = subaddress.SEPARATOR
) -> tuple[Recipient, ...]:
    """Each recipient once, by the surest field that names it, and in that order."""
    found: dict[str, Recipient] = {}
    for name, address in _named(section):
        if len(found) >= _RECIPIENTS:
            break
        found.setdefault(address, Recipient(address, name, separators))
    return tuple(found.values())


def envelope(found: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Those that servers name: to whom it was delivered, whatever is written in it."""
    return tuple(one for one in found if one.source in ENVELOPE)


def addresses(value: bytes) -> list[str]:
    """The addresses of one field in lower case, none where the parser gives up:
    brackets within brackets end in a RecursionError."""
    if len(value) > _READ:
        # What is cut in the middle would be somebody else's address.
        value = value[:_READ].rpartition(b",")[0]
    try:
        # For a comma too many at the end the parser drops all before it.
        pairs = email.utils.getaddresses([header.decode(value.rstrip(b", \t"))])
    except Exception:  # whatever it is, the field cannot be read
        return []
    return [a.strip().lower() for _name, a in pairs if "@" in a]


def _named(section: header.Section) -> Iterator[tuple[str, str]]:
    return named(
        (name, value)
        for name in (*ENVELOPE, *WRITTEN)
        for value in section.all(name.lower())[:_FIELDS]
    )


def named(fields: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, str]]:
    """(name, address in lower case) for each that is in a field, of Received the one
    that it is for, as far as fields are read altogether.

    :param fields: (name, value) of each, the surest first
    """
    left = _ALTOGETHER
    for name, value in fields:
        left -= min(len(value), _READ)
        if left < 0:
            return
        found = _for(value) if name == "Received" else addresses(value)
        yield from ((name, address) for address in found)


def _for(value: bytes) -> list[str]:
    found = _FOR.search(header.fit(header.plain(value[:_RECEIVED_READ])))
    return [found[1].lower()] if found else []
