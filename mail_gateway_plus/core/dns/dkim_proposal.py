# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The record that a provider wants for a DKIM key: the key itself, or an alias.

>>> from .answer import FOUND, NO_DATA, Answer, Question
>>> from .book import Book
>>> name = "s._domainkey.h.example"
>>> book = Book({
...     Question(name, "TXT"): Answer(FOUND, ((b"k=rsa; p=AA",),)),
...     Question(name, "CNAME"): Answer(NO_DATA),
... })
>>> found = dkim.selector(book, "h.example", "s")
>>> [(one.kind, one.status) for one in proposals(found, "CNAME", "s.p.example")]
[('TXT', 'too_much'), ('CNAME', 'missing')]
>>> [(one.kind, one.status) for one in proposals(found, "TXT", "v=DKIM1;p=A A;k=rsa")]
[('TXT', 'ok')]
"""

import re

from . import dkim, dkim_key, tags
from .dkim import Selector
from .name import is_name, plain
from .proposed import Proposed

_BLANK = re.compile(r"\s+")
_STRING = re.compile(r'"([^"]*)"')


def proposals(selector: Selector, kind: str, value: str) -> list[Proposed]:
    """What to delete first, for nothing stands beside an alias, then what to publish;
    nothing where nobody could say what there is.

    :param kind: TXT or CNAME
    :param value: the record, or the name that the alias leads to
    """
    reason = selector.findings[0].code if selector.findings else ""
    if reason == dkim.UNCHECKED:
        return []
    aliases = selector.chain.names[:1]
    # Behind an alias the texts are those of the provider.
    texts = () if aliases else selector.texts
    if kind == "CNAME":
        target = plain(value)
        wanted = Proposed(selector.name, "CNAME", aliases, (target,), reason)
        other = Proposed(selector.name, "TXT", texts, (), reason)
    else:
        same = [text for text in texts if _is_same(text, value)]
        expected = tuple(same[:1]) or (value,)
        wanted = Proposed(selector.name, "TXT", texts, expected, reason)
        other = Proposed(selector.name, "CNAME", aliases, (), reason)
    return [other, wanted] if other.current else [wanted]


def typed(line: str) -> tuple[str, str, str] | None:
    """(selector, TXT or CNAME, value) of a record as a person writes it, the selector
    with or without what stands behind it; None for what is none.

    >>> typed("s1._domainkey.h.example CNAME s1.p.example."), typed("s1 MX x")
    (('s1', 'CNAME', 's1.p.example.'), None)
    >>> typed('S2 txt "v=DKIM1; " "p=AA"')
    ('s2', 'TXT', 'v=DKIM1; p=AA')
    """
    words = line.split(None, 2)
    if len(words) < 3 or words[1].upper() not in ("TXT", "CNAME"):
        return None
    selector, kind, value = words[0].lower(), words[1].upper(), words[2].strip()
    if value.startswith('"'):
        value = "".join(_STRING.findall(value))
    is_right = dkim_key.is_key(value) if kind == "TXT" else is_name(value)
    selector = selector.partition("._domainkey")[0]
    return (selector, kind, value) if is_right and is_name(selector) else None


def _is_same(text: str, value: str) -> bool:
    """Whether a record says what it should, and receivers read it so."""
    is_read_so = dkim_key.parsed(text) == dkim_key.parsed(value)
    return is_read_so and _content(text) == _content(value)


def _content(text: str) -> dict[str, str]:
    """The same for records that mean the same: blanks, order and defaults aside."""
    values = {
        name: _BLANK.sub("", one) for name, one in tags.parsed(text).values.items()
    }
    return {"k": "rsa", **values, "v": ""}
