# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a dialogue with an outgoing server consists of: ``Want``s of ours, ``Event``s
of the other side.

A dialogue is a generator: it yields what it wants next and is sent what came of it.
``net.smtp`` answers from a socket, tests answer from a recording.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar


@dataclass(frozen=True)
class Resolve:
    """Look the host up -> ``Done`` with ``addresses``, separated by commas."""


@dataclass(frozen=True)
class Connect:
    """Connect -> ``Done`` with ``address`` and ``name`` (what to say in EHLO)."""


@dataclass(frozen=True)
class Listen:
    """Wait for the greeting -> ``Reply``."""


@dataclass(frozen=True)
class Say:
    """Send a line -> ``Reply``. Where a part of it is ``secret``, ``shown`` stands for
    the line in the transcript, and the part is to be hidden there wherever it comes."""

    line: str = field(repr=False)
    shown: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class SayAll:
    """Send lines in one go (RFC 2920) -> ``Replies``."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Secure:
    """Begin TLS -> ``Done`` with the facts of ``net.certificate``."""


@dataclass(frozen=True)
class Send:
    """Send a message, stuffed with dots and ended (RFC 5321, 4.5.2) -> ``Reply``."""

    message: bytes = field(repr=False)


@dataclass(frozen=True)
class Pause:
    """Do nothing for so long -> ``Done``."""

    seconds: float


@dataclass(frozen=True)
class Leave:
    """Hang up, after a QUIT where that is ``polite`` -> ``Done``."""

    polite: bool


@dataclass(frozen=True)
class Reply:
    """A server's reply (RFC 5321, 4.2): its number and the text of each line."""

    number: int
    lines: tuple[str, ...]
    ms: float = 0
    #: Seconds since the epoch at which it came; 0 where nobody looked.
    at: float = 0

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Replies:
    """To each of several lines, in their order: fewer where something broke off, then
    with the ``fault``."""

    replies: tuple[Reply, ...]
    fault: "Fault | None" = None
    ms: float = 0


@dataclass(frozen=True)
class Done:
    facts: Mapping[str, str] = field(default_factory=dict)
    ms: float = 0


@dataclass(frozen=True)
class Fault:
    """What was wanted did not come about. ``kind`` is a row of ``fault.CODES`` or
    "answer", ``said`` what the system or the server said."""

    kind: str
    said: str = ""
    ms: float = 0


Want = Resolve | Connect | Listen | Say | SayAll | Secure | Send | Pause | Leave
Event = Reply | Replies | Done | Fault

Result = TypeVar("Result")
Talk = Generator[Want, Event, Result]
