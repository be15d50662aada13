# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names for the messages of a POP3 server (UIDL, RFC 1939, 7), also of one that gives
them none.

>>> distinct(["a", "b", "a"])
['a', 'b', 'a#2']
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

#: Fields that a server rewrites as the mailbox is used.
_VOLATILE = (b"status:", b"x-status:", b"x-keywords:", b"x-uid:", b"x-imapbase:")
_LENGTHS = (b"content-length:", b"lines:")


#: Of 1 to 70 characters; those of some servers are longer.
_UIDL = re.compile(rb"[\x21-\x7e]{1,100}")


def uidl(word: bytes) -> str:
    """A server's own name of a message; of one that is none by the RFC, its hash.

    >>> uidl(b"GmailId19a8 "), len(uidl(b"two words"))
    ('GmailId19a8', 40)
    """
    word = word.strip()
    return word.decode() if _UIDL.fullmatch(word) else _hash(word)


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:40]


def name_of(raw: bytes) -> str:
    """A name from the header of a message, or from all of it: its trace fields make it
    as good as unique, and it stays the same from one look to the next."""
    lines = raw.replace(b"\r\n", b"\n").strip().split(b"\n")
    kept = [li for li in lines if not li.lower().startswith((*_VOLATILE, *_LENGTHS))]
    return _hash(b"\n".join(kept))


def distinct(names: Iterable[str]) -> list[str]:
    """The same names, each once: a copy gets a number behind it."""
    seen: Counter[str] = Counter()
    made: dict[str, None] = {}
    for name in names:
        unique = name
        while unique in made:
            seen[name] += 1
            unique = f"{name}#{seen[name] + 1}"
        made[unique] = None
    return list(made)
