# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a server offers in its answer to EHLO (RFC 5321, 4.1.1.1).

>>> offered = capabilities(["mx.example", "SIZE 1000", "AUTH PLAIN", "AUTH=LOGIN"])
>>> offered.size, offered.mechanisms, "STARTTLS" in offered
(1000, ('PLAIN', 'LOGIN'), False)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Those that are there or not (RFC 3207, 6152, 6531, 2920, 3461).
FLAGS = ("STARTTLS", "8BITMIME", "SMTPUTF8", "PIPELINING", "DSN")

#: As a database's integer holds them with room to spare; a larger one is no limit.
_LONGEST_SIZE = 15


@dataclass(frozen=True)
class Capabilities:
    """``words``: keyword in capitals -> its parameters. ``name`` is what the server
    calls itself."""

    name: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.words

    @property
    def size(self) -> int:
        """The largest message in bytes, 0 where the server names none (RFC 1870)."""
        said = self.words.get("SIZE", "")
        fits = said.isascii() and said.isdigit() and len(said) <= _LONGEST_SIZE
        return int(said) if fits else 0

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Ways to log in (RFC 4954, 3), in the server's order."""
        return tuple(dict.fromkeys(self.words.get("AUTH", "").upper().split()))

    @property
    def facts(self) -> dict[str, str]:
        """``name``, ``size`` (bytes; "" where none is named), ``auth`` (mechanisms
        with blanks between), and "1" or "" for each of ``FLAGS`` in small letters."""
        flags = {flag.lower(): "1" if flag in self else "" for flag in FLAGS}
        size = str(self.size) if self.size else ""
        return {
            "name": self.name,
            "size": size,
            "auth": " ".join(self.mechanisms),
            **flags,
        }


def capabilities(lines: Iterable[str]) -> Capabilities:
    """:param lines: the text of each line of the reply; the first holds the name"""
    name, *rest = [*lines] or [""]
    words: dict[str, str] = {}
    for line in rest:
        # Before the RFC, servers wrote AUTH=; both forms may come.
        keyword, _blank, params = line.strip().replace("=", " ", 1).partition(" ")
        key = keyword.upper()
        words[key] = f"{words.get(key, '')} {params}".strip()
    return Capabilities(name.partition(" ")[0], words)
