# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The results for people, in 119 columns."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

#: The states in which a message may end, in the order of the sum.
FINAL = ("routed", "bounce", "ignored", "rejected", "duplicate", "quarantined")
WIDTHS = (2, 7, 31, 11, 31, 24, 1)
HEAD = ("#", "mailbox", "subject", "state", "reason", "record", "")
MARKS = {True: "✓", False: "✗", None: " "}


class Line(Protocol):
    """What a line of the table is made of."""

    number: int
    box: str
    subject: str
    state: str
    reason: str
    record: str
    is_expected: bool | None


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def fit(words: str, width: int) -> str:
    """Cut or padded to ``width`` columns of a terminal, nothing unprintable in it."""
    words = "".join(c if c.isprintable() else "�" for c in words)
    if sum(map(_width, words)) > width:
        kept, room = "", width - 1
        for letter in words:
            room -= _width(letter)
            if room < 0:
                break
            kept += letter
        words = f"{kept}…"
    return words + " " * (width - sum(map(_width, words)))


def _line(cells: Iterable[object]) -> str:
    pairs = zip(cells, WIDTHS, strict=True)
    return "  ".join(fit(str(cell), width) for cell, width in pairs).rstrip()


def _cells(found: Line) -> tuple[object, ...]:
    mark = MARKS[found.is_expected]
    told = (found.subject, found.state, found.reason, found.record)
    return (f"{found.number:2}", found.box, *told, mark)


def total(found: Sequence[Line]) -> str:
    """``fetched = routed + …`` with the numbers."""
    count = Counter(line.state for line in found)
    fetched = len(found) - count["missing"]
    parts = " + ".join(f"{state} {count[state]}" for state in FINAL)
    rest = fetched - sum(count[state] for state in FINAL)
    waiting = f" + waiting {rest}" if rest else ""
    return f"fetched {fetched} = {parts}{waiting}"


def verdict(found: Sequence[Line]) -> str:
    planned = [line for line in found if line.is_expected is not None]
    right = sum(bool(line.is_expected) for line in planned)
    return f"{right} of {len(planned)} messages ended as expected"


def text(found: Sequence[Line]) -> str:
    rule = "  ".join("─" * width for width in WIDTHS)
    lines = [_line(HEAD), rule, *(_line(_cells(line)) for line in found), rule]
    return "\n".join(["", *lines, total(found), verdict(found)])
