# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which key a message is signed with (RFC 6376, 3.5).

>>> parsed("v=1; a=rsa-sha256; d=H.example; s=sel.a; h=from; bh=x; b=y")
Signature(domain='h.example', selector='sel.a', algorithm='rsa-sha256')
>>> parsed("nonsense") is None
True
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..message import head, header
from . import tags
from .name import is_name, plain


@dataclass(frozen=True)
class Signature:
    domain: str
    selector: str
    algorithm: str

    @property
    def name(self) -> str:
        return key_name(self.selector, self.domain)


def key_name(selector: str, domain: str) -> str:
    """Where the key stands (RFC 6376, 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def parsed(value: str) -> Signature | None:
    """:param value: of a field DKIM-Signature, folded or not; None for one that names
    no key"""
    found = tags.parsed(value)
    domain, selector = plain(found.get("d")), found.get("s").lower()
    if not domain or not selector or not is_name(key_name(selector, domain)):
        return None
    return Signature(domain, selector, found.get("a").lower())


def fields(raw: bytes) -> Iterator[str]:
    """The values of all fields DKIM-Signature of a message."""
    for name, value in header.fields(head.split(raw)[0]):
        if name == "dkim-signature":
            yield value.decode("latin-1")
