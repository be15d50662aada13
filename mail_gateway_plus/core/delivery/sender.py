# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Under which address a mail leaves a server, and where answers to it go.

Addresses are pairs (name, address) as in RFC 5322, 3.4, the name unquoted.

>>> rules = Rules("any", "account", "erp@h.example")
>>> ann = ("Ann", "ann@h.example")
>>> leaving(rules, Letter(ann, ann, "bounce@h.example"), lambda address: False)
Leaving(sender=('Ann', 'erp@h.example'), envelope='bounce@h.example', \
reply_to=('Ann', 'ann@h.example'))
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..smtp.address import with_ascii_domain

Address = tuple[str, str]

#: any: the server takes whatever it is given. account: its own address alone. listed:
#: that, and the addresses of a list.
POLICIES = ("any", "account", "listed")
#: keep: as it comes, as far as the policy goes. account: all mail leaves from the
#: account, under the author's name. via: the name also says through whom.
MODES = ("keep", "account", "via")


@dataclass(frozen=True)
class Rules:
    """Those of one server; ``account`` is the address that is its own, "" for a
    server of which none is known."""

    policy: str
    mode: str
    account: str

    @property
    def changes_nothing(self) -> bool:
        return self.policy == "any" and self.mode == "keep"


@dataclass(frozen=True)
class Letter:
    """A mail as it would leave.

    ``author`` is its From as it was written, ``sender`` the From it would have,
    ``envelope`` its return path (RFC 5321, 4.4); ``via`` is the author's name for the
    mode of that name.
    """

    author: Address
    sender: Address
    envelope: str
    has_reply_to: bool = False
    via: str = ""


@dataclass(frozen=True)
class Leaving:
    """How it leaves; ``reply_to`` is None where that field stays as it is."""

    sender: Address
    envelope: str
    reply_to: Address | None = None


def leaving(rules: Rules, letter: Letter, is_listed: Callable[[str], bool]) -> Leaving:
    """``is_listed`` tells whether an address is in the server's list."""
    if rules.changes_nothing or not rules.account:
        return Leaving(letter.sender, letter.envelope)
    sender = _sender(rules, letter, is_listed)
    author = letter.author[1]
    moved = not same(sender[1], letter.sender[1])
    follows = moved and _is_one_of(letter.envelope, author, letter.sender[1])
    keeps = may_use(rules, letter.envelope, is_listed) and not follows
    answered = letter.has_reply_to or not author or same(sender[1], author)
    return Leaving(
        sender,
        letter.envelope if keeps else rules.account,
        None if answered else letter.author,
    )


def may_use(rules: Rules, address: str, is_listed: Callable[[str], bool]) -> bool:
    """Whether the server takes an address as sender."""
    if rules.policy == "any" or same(address, rules.account):
        return True
    return rules.policy == "listed" and is_listed(address)


def _sender(rules: Rules, letter: Letter, is_listed: Callable[[str], bool]) -> Address:
    if same(letter.author[1], rules.account):
        return letter.author
    if rules.mode == "keep" and may_use(rules, letter.sender[1], is_listed):
        return letter.sender
    name = letter.via if rules.mode == "via" else ""
    return name or called(letter.author), rules.account


def called(author: Address) -> str:
    """The name to go by: without one, what stands before the @.

    >>> called(("", "ann.smith@h.example"))
    'ann.smith'
    """
    name, address = author
    return name or address.partition("@")[0]


def same(one: str, other: str) -> bool:
    """Whether two addresses are one: a domain is written in Unicode in the form, and in
    ASCII in the return path."""
    return _compared(one) == _compared(other)


def _compared(address: str) -> str:
    return with_ascii_domain(address).casefold()


def _is_one_of(address: str, *others: str) -> bool:
    return any(same(address, other) for other in others)
