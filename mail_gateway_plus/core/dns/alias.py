# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Aliases on the way to a record (RFC 1034, 3.6.2).

>>> from .answer import FOUND, NO_DATA, Answer, Question
>>> book = Book({
...     Question("a.example", "CNAME"): Answer(FOUND, (("b.example.",),)),
...     Question("b.example", "CNAME"): Answer(NO_DATA),
... })
>>> chain(book, "a.example")
Chain(names=('b.example',), is_loop=False)
"""

from dataclasses import dataclass

from .book import Book
from .name import plain

#: Resolvers give up at about as many.
MOST = 8


@dataclass(frozen=True)
class Chain:
    """``names`` are what the name leads to, one after the other; ``is_loop`` tells that
    it leads nowhere."""

    names: tuple[str, ...] = ()
    is_loop: bool = False


def chain(book: Book, name: str) -> Chain:
    seen = [plain(name)]
    while records := book.ask(seen[-1], "CNAME").records:
        target = plain(str(records[0][0]))
        if target in seen or len(seen) > MOST:
            return Chain((*seen[1:], target), is_loop=True)
        seen.append(target)
    return Chain(tuple(seen[1:]))
