# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who sent a message, on whose behalf, through which list, and in answer to what.

>>> section = header.Section(
...     b"Return-Path: <>\\r\\nFrom: Ann <Ann@a.example>\\r\\nIn-Reply-To: <2@a>\\r\\n"
...     b"References: <1@a> <2@a>\\r\\nList-Id: News <news.a.example>\\r\\n"
... )
>>> sender(section).address, sender(section).return_path, references(section)
('ann@a.example', '', ('<1@a>', '<2@a>'))
>>> mailing_list(section).identifier
'news.a.example'
"""

import re
from dataclasses import dataclass

from . import answerable, header, recipients, words

#: As many references as are stated, the latest; Odoo looks for no more.
_REFERENCES = 32
_READ = 16_384
_IDENTIFIER = re.compile(rb"<[^<>\s]{1,996}>")
_LIST = re.compile(r"<([^<>\s]+)>\s*\Z")
_LINK = re.compile(r"<([^<>\s]+)>")
_LIST_FIELDS = (
    *("list-id", "list-post", "list-unsubscribe", "list-help", "list-subscribe"),
    *("list-owner", "list-archive", "mailing-list", "x-mailing-list"),
)


@dataclass(frozen=True)
class Sender:
    """Addresses in lower case, "" where there is none. ``return_path`` is "" for the
    null path (RFC 5321, 4.5.5) and None where no server has written one."""

    address: str
    by: str
    reply_to: tuple[str, ...]
    return_path: str | None

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class MailingList:
    """RFC 2919 and RFC 2369. ``unsubscribe`` are addresses (URI); ``one_click`` tells
    that the first https one takes it without a question (RFC 8058)."""

    identifier: str
    post: str = ""
    unsubscribe: tuple[str, ...] = ()
    one_click: bool = False


def sender(section: header.Section) -> Sender:
    """Who is behind a message, as far as it tells."""
    value = section.first("from")
    return Sender(
        answerable.address(b"From: " + value + b"\r\n") if value else "",
        next(iter(recipients.addresses(section.first("sender"))), ""),
        tuple(recipients.addresses(section.first("reply-to"))[:10]),
        _return_path(section),
    )


def _return_path(section: header.Section) -> str | None:
    if "return-path" not in section:
        return None
    found = recipients.addresses(section.first("return-path")[:_READ])
    return found[0] if found else ""


def references(section: header.Section) -> tuple[str, ...]:
    """The messages that this one answers (RFC 5322, 3.6.4), oldest first and each
    once, in angle brackets."""
    values = [*section.all("references"), *section.all("in-reply-to")]
    found: dict[str, None] = {}
    for value in values[:10]:
        for one in _IDENTIFIER.findall(value[-_READ:]):
            found.setdefault(header.fit(header.plain(one)))
    return tuple(found)[-_REFERENCES:]


def message_id(section: header.Section) -> str:
    """The message's own identifier in angle brackets, "" without one."""
    found = _IDENTIFIER.search(words.whole_id(section.first("message-id")[:_READ]))
    return header.fit(header.plain(found[0])) if found else ""


def mailing_list(section: header.Section) -> MailingList | None:
    """The list through which a message came; None without a list's fields."""
    if not any(name in section for name in _LIST_FIELDS):
        return None
    stated = section.text("list-id")
    named = _LIST.search(stated)
    links = tuple(_LINK.findall(section.text("list-unsubscribe"))[:5])
    click = section.first("list-unsubscribe-post").lower().replace(b" ", b"")
    return MailingList(
        (named[1] if named else stated).lower()[:255],
        next(iter(_LINK.findall(section.text("list-post"))), ""),
        links,
        click == b"list-unsubscribe=one-click",
    )
