# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose the From is that a mail was written with: the question before the ladder.

Odoo fills From for everybody: with the author's address, with the company's, with what
a template computes. Only what is none of these was chosen by somebody.

>>> known = Known(own=frozenset({"ann@h.example"}), defaults=frozenset({"h@h.example"}))
>>> [whose(one, known) for one in ("Ann@h.example", "h@h.example", "press@h.example")]
['author', 'default', 'explicit']
>>> whose("ann@h.example", known, is_marked=True)
'explicit'
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from .consistency import domain_of, near

#: author: their own. default: what Odoo writes where it has no better. outside: of
#: somebody whose message only passes through. explicit: chosen for this mail.
AUTHOR, DEFAULT, OUTSIDE, EXPLICIT = "author", "default", "outside", "explicit"


@dataclass(frozen=True)
class Known:
    """Addresses in small letters. ``own`` are those of the author and of colleagues:
    templates write in the name of whoever is responsible. ``has_author``: a partner is
    known to have written it."""

    own: Container[str] = ()
    defaults: Container[str] = ()
    has_author: bool = True


def whose(address: str, known: Known, *, is_marked: bool = False) -> str:
    """:param is_marked: it was said where it was set that it is a choice"""
    address = address.lower()
    if is_marked and address:
        return EXPLICIT
    if not address or address in known.defaults:
        return DEFAULT
    if address in known.own:
        return AUTHOR
    return EXPLICIT if known.has_author else OUTSIDE


def path_for(sender: str, path: str, paths: Mapping[str, str]) -> str:
    """The return path for a mail: that of the sender's own domain, if there is one, so
    that SPF speaks for the sender (RFC 7489, 3.1.2). What stands behind a + stays: it
    tells which mail a bounce is about.

    :param paths: domain -> where its bounces go

    >>> path_for("ann@b.example", "bounce+7@a.example", {"b.example": "bb@b.example"})
    'bb+7@b.example'
    """
    domain = domain_of(sender)
    own = paths.get(domain, "")
    if not path or not own or near(domain, domain_of(path)):
        return path
    _base, plus, tail = path.rpartition("@")[0].partition("+")
    local, _at, host = own.rpartition("@")
    return f"{local}{plus}{tail}@{host}"
