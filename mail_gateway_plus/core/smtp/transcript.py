# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was said in a dialogue, to be read and copied by people: no secret in it.

>>> kept = Transcript(Credentials("ann", "s3cret"))
>>> kept.we_say("EHLO mail.example")
>>> kept.we_say("***")
>>> kept.they_say(535, ["you said s3cret", "which is wrong"])
>>> print(kept.text)
C: EHLO mail.example
C: ***
S: 535-you said ***
S: 535 which is wrong
"""

from collections.abc import Sequence

from ..account import Credentials
from ..secret import STARS, hidden, without

#: Bounds of what is kept: characters in all, and of a line.
LONGEST, LONGEST_LINE = 64_000, 1_000
CUT = "…"

#: The number of a challenge (RFC 4954, 4): with it a password could be guessed.
_CHALLENGE = 334


class Transcript:
    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._secrets: list[str] = []
        self._lines: list[str] = []
        self._size = 0

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    def hide(self, secret: str) -> None:
        """To be hidden from now on, wherever it comes."""
        self._secrets.append(secret)

    def note(self, text: str) -> None:
        """What happened, in no words of either side."""
        self._add("--", text)

    def we_say(self, line: str) -> None:
        self._add("C:", line)

    def they_say(self, number: int, lines: Sequence[str]) -> None:
        if number == _CHALLENGE:
            lines = [STARS]
        for left, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
            self._add("S:", f"{number}{'-' if left else ' '}{line}")

    def _add(self, mark: str, text: str) -> None:
        if self._size > LONGEST:
            return
        text = without(text[: 4 * LONGEST_LINE], self._secrets)
        text = hidden(text, self._credentials)
        text = "".join(char if char.isprintable() else "?" for char in text)
        line = (
            f"{mark} {text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + CUT}"
        )
        self._size += len(line) + 1
        self._lines.append(CUT if self._size > LONGEST else line.rstrip())
