# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A record to publish, as the editor of a zone wants it.

>>> record = Proposed("_dmarc.h.example", "TXT", (), ("v=DMARC1; p=none",))
>>> record.status, relative(record.name, "h.example"), relative("a.b", "a.b")
('missing', '_dmarc', '@')
>>> zone_lines(record)
['_dmarc.h.example. 3600 IN TXT "v=DMARC1; p=none"']
"""

from dataclasses import dataclass

from .name import is_within, plain
from .text import quoted

#: Seconds that others may keep a record.
USUAL_TTL_S = 3_600

OK, MISSING, DIFFERENT, TOO_MUCH = "ok", "missing", "different", "too_much"


@dataclass(frozen=True)
class Proposed:
    """``current`` are the records that there are, of those that it is about,
    ``expected`` what there should be, ``reason`` the code of the worst finding."""

    name: str
    kind: str
    current: tuple[str, ...]
    expected: tuple[str, ...]
    reason: str = ""

    @property
    def status(self) -> str:
        if sorted(self.current) == sorted(self.expected):
            return OK
        if not self.current:
            return MISSING
        return DIFFERENT if self.expected else TOO_MUCH


def relative(name: str, zone: str) -> str:
    """As many editors want it: without the zone, which itself is ``@``."""
    name, zone = plain(name), plain(zone)
    if name == zone:
        return "@"
    return name.removesuffix(f".{zone}") if is_within(name, zone) else f"{name}."


def zone_lines(record: Proposed, ttl_s: int = USUAL_TTL_S) -> list[str]:
    """As they stand in a zone file (RFC 1035, 5.1)."""
    is_text = record.kind == "TXT"
    values = [quoted(one) if is_text else f"{plain(one)}." for one in record.expected]
    return [f"{plain(record.name)}. {ttl_s} IN {record.kind} {one}" for one in values]
