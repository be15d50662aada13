# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Questions to the Domain Name System and what came of them.

A decision is a generator: it yields a round of questions that need nothing of each
other, gets their answers in the same order, and returns what follows from them. So the
same code runs on name servers and on answers that a test makes up.

>>> Answer(NO_NAME).known, Answer(UNCHECKED, why="timeout").known
(True, False)
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

FOUND = "found"
#: The name exists and has no record of this kind.
NO_DATA = "no_data"
#: There is no such name (RFC 8020: nor is there any below it).
NO_NAME = "no_name"
#: Nobody could say; ``Answer.why`` tells what was in the way.
UNCHECKED = "unchecked"

#: No answer in time; the name servers report a fault, or answer what makes no sense;
#: they do not answer for us; the machine has none; ``name`` cannot be a name.
REASONS = ("timeout", "failed", "refused", "no_server", "bad_name")


class Question(NamedTuple):
    name: str
    kind: str


@dataclass(frozen=True)
class Answer:
    """``records`` by kind: MX (preference, host); SRV (priority, weight, port, target);
    A and AAAA (address,); PTR and CNAME (host,); TXT and SPF (bytes,), the strings of
    each put together."""

    status: str
    records: tuple[tuple[Any, ...], ...] = ()
    why: str = ""

    @property
    def known(self) -> bool:
        """Whether what is not there is known not to be there."""
        return self.status != UNCHECKED


Result = TypeVar("Result")
Rounds = Generator[Sequence[Question], Sequence[Answer], Result]
