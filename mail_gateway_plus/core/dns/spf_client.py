# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mail that SPF is asked about, and what its macros stand for (RFC 7208, 7.2).

>>> Client("192.0.2.7", "@h.example").sender, Client("::1", "", "m.h.example").sender
('postmaster@h.example', 'postmaster@m.h.example')
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from .answer import Answer
from .book import Book
from .name import IP, is_within, reverse_name

#: 4.6.4: names of an address that are looked at.
MOST_NAMES = 10

UNKNOWN = "unknown"


class Client:
    """``ip`` is the sending server's address, ``sender`` the envelope sender ("" for
    none), ``helo`` what the server called itself, ``receiver`` the name of the one who
    checks, ``now_s`` seconds since 1970 (these two are for explanations alone)."""

    def __init__(
        self,
        ip: str,
        sender: str,
        helo: str = UNKNOWN,
        receiver: str = UNKNOWN,
        now_s: int = 0,
    ) -> None:
        self.ip, self.helo, self.receiver, self.now_s = ip, helo, receiver, now_s
        # 2.4, 4.3: without a sender the name of the server counts; without what stands
        # before the @, the postmaster is meant.
        local, _at, self.domain = (sender or f"@{helo}").rpartition("@")
        self.local = local or "postmaster"
        self.sender = f"{self.local}@{self.domain}"


@dataclass(frozen=True)
class Scope:
    """What macros stand for in the record of ``domain``."""

    book: Book
    client: Client
    ip: IP
    domain: str

    def value(self, letter: str) -> str:
        return _VALUES[letter](self)

    def dotted(self) -> str:
        """IPv6 as its 32 digits, each a label."""
        if self.ip.version == 4:
            return str(self.ip)
        return ".".join(f"{int(self.ip):032X}")

    def validated(self) -> str:
        """7.3: preferably the domain itself or below it."""
        names = host_names(self.book, self.ip)
        near = [name for name in names if is_within(name, self.domain)]
        same = [name for name in near if name.lower() == self.domain.lower()]
        return next(iter((*same, *near, *names)), UNKNOWN)


_VALUES: dict[str, Callable[[Scope], str]] = {
    "s": lambda scope: scope.client.sender,
    "l": lambda scope: scope.client.local,
    "o": lambda scope: scope.client.domain,
    "d": lambda scope: scope.domain,
    "i": Scope.dotted,
    "p": Scope.validated,
    "v": lambda scope: "in-addr" if scope.ip.version == 4 else "ip6",
    "h": lambda scope: scope.client.helo,
    "c": lambda scope: str(scope.ip),
    "r": lambda scope: scope.client.receiver,
    "t": lambda scope: str(scope.client.now_s),
}


def host_names(
    book: Book, ip: IP, note: Callable[[Answer], None] = lambda _: None
) -> list[str]:
    """The names of an address that lead back to it (5.5).

    :param note: is given each answer that is known
    """
    answer = book.ask(reverse_name(ip), "PTR")
    if not answer.known:
        return []
    note(answer)
    names = [str(record[0]).removesuffix(".") for record in answer.records[:MOST_NAMES]]
    kind = "A" if ip.version == 4 else "AAAA"
    answers = [book.ask(name, kind) for name in names]
    found = []
    for name, said in zip(names, answers, strict=True):
        if said.known:
            note(said)
        if any(ip == ip_address(record[0]) for record in said.records):
            found.append(name)
    return found
