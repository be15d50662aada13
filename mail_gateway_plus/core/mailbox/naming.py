# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names for the messages of a POP3 server that gives them none (no UIDL, RFC 1939, 7).

>>> distinct(["a", "b", "a"])
['a', 'b', 'a#2']
"""

import hashlib
from collections import Counter
from collections.abc import Iterable

#: Fields that a server rewrites as the mailbox is used.
_VOLATILE = (b"status:", b"x-status:", b"x-keywords:", b"x-uid:", b"x-imapbase:")
_LENGTHS = (b"content-length:", b"lines:")


def name_of(raw: bytes) -> str:
    """A name from the header of a message, or from all of it: its trace fields make it
    as good as unique, and it stays the same from one look to the next."""
    lines = raw.replace(b"\r\n", b"\n").strip().split(b"\n")
    kept = [li for li in lines if not li.lower().startswith((*_VOLATILE, *_LENGTHS))]
    return hashlib.sha256(b"\n".join(kept)).hexdigest()[:40]


def distinct(names: Iterable[str]) -> list[str]:
    """The same names, each once: a copy gets a number behind it."""
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        seen[name] += 1
        made.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return made
