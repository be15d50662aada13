# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is measured."""

from dataclasses import dataclass, replace

from .messages import MIXED, NEW, REPLIES, Mix

SIDES = ("stock", "addon")

#: One direction of a round trip of 30 ms, as to a mail provider in the same country.
ONE_WAY_S = 0.015


@dataclass(frozen=True)
class Case:
    """``size`` fixes the size of each message in bytes; else they vary."""

    name: str
    mix: Mix
    count: int
    protocol: str = "imaps"
    one_way_s: float = 0.0
    size: int | None = None
    #: The ratio of times that shall be reached.
    target: str = ""

    def short(self) -> "Case":
        return replace(self, count=3 if self.size else 30)


@dataclass(frozen=True)
class Post:
    """Mails to be sent; ``is_piped``: the server offers PIPELINING. Where stock takes
    minutes, they are sent once: a long line leaves little to chance."""

    name: str
    count: int
    one_way_s: float = 0.0
    is_piped: bool = True
    times: int = 3
    #: The ratio of times that shall be reached.
    target: str = ""

    def short(self) -> "Post":
        return replace(self, count=30, times=1)


#: Over TLS, as mailboxes are read today.
CASES = (
    Case("IMAP", MIXED, 300, target="1.20"),
    Case("IMAP, 30 ms round trip", MIXED, 300, one_way_s=ONE_WAY_S, target="4.00"),
    Case("POP3", MIXED, 100, protocol="pop3s"),
    Case("IMAP, to one alias", NEW, 60),
    Case("IMAP, replies", REPLIES, 60),
    Case("IMAP, 5 MB each", NEW, 12, size=5_000_000),
)

POSTS = (
    Post("SMTP, loopback", 1_000, target="0.95"),
    Post("SMTP, 30 ms, no PIPELINING", 1_000, ONE_WAY_S, False, 1, "2.50"),
    Post("SMTP, 30 ms round trip", 1_000, ONE_WAY_S, True, 1, "4.00"),
)
