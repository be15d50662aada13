# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sets of UIDs in IMAP's own notation (RFC 3501, sequence-set).

>>> dump({5, 1, 2, 3})
'1:3,5'
>>> sorted(load('1:3,5'))
[1, 2, 3, 5]
"""

from collections.abc import Iterable, Iterator

#: Servers end a command line somewhere, many at 8 kB (RFC 7162, section 4).
LONGEST = 7_000


def _ranges(uids: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for uid in sorted(set(uids)):
        if last is not None and uid == last + 1:
            last = uid
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = uid
    if first is not None and last is not None:
        yield first, last


def dump(uids: Iterable[int]) -> str:
    return ",".join(
        str(first) if first == last else f"{first}:{last}"
        for first, last in _ranges(uids)
    )


def pieces(uids: Iterable[int], longest: int = LONGEST) -> Iterator[str]:
    """The same set in several texts of at most about ``longest`` characters.

    >>> list(pieces({1, 3, 5}, longest=3))
    ['1,3', '5']
    """
    piece = ""
    for part in filter(None, dump(uids).split(",")):
        if piece and len(piece) + 1 + len(part) > longest:
            yield piece
            piece = ""
        piece = f"{piece},{part}" if piece else part
    if piece:
        yield piece


def load(text: str) -> set[int]:
    uids: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _colon, last = part.partition(":")
        uids.update(range(int(first), int(last or first) + 1))
    return uids
