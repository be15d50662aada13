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

from . import dkim, tags
from .dkim import Selector
from .name import plain
from .proposed import Proposed

_BLANK = re.compile(r"\s+")


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
        same = tuple(text for text in texts if _content(text) == _content(value))[:1]
        expected = same or (value,)
        wanted = Proposed(selector.name, "TXT", texts, expected, reason)
        other = Proposed(selector.name, "CNAME", aliases, (), reason)
    return [other, wanted] if other.current else [wanted]


def _content(text: str) -> dict[str, str]:
    """The same for records that mean the same: blanks, order and defaults aside."""
    values = {
        name: _BLANK.sub("", one) for name, one in tags.parsed(text).values.items()
    }
    return {"k": "rsa", **values, "v": ""}
