# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Header fields reduced to what even Python's parser can make sense of.

It raises for some values that are merely odd, such as a group of addresses with a
comment behind it.
"""

import email.policy
import re

from . import words

_ADDRESS = re.compile(rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")
_KIND = re.compile(rb"[a-z]+/[a-z0-9.+-]+", re.IGNORECASE)
_PARAM = re.compile(rb"(charset|boundary)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE)
_WITH_ADDRESSES = frozenset(
    (
        *("from", "sender", "reply-to", "return-path", "delivered-to"),
        *("to", "cc", "bcc", "resent-to", "resent-cc", "resent-from"),
    )
)
_SIZE = 8_192


def _parses(name: str, field: bytes) -> bool:
    value = words.value_of(field).decode("ascii", "surrogateescape")
    try:
        parsed = email.policy.SMTP.header_factory(name, value)
        str(parsed).encode()
    except Exception:  # the parser's faults are of many kinds, and all say the same
        return False
    return True


def readable(field: bytes) -> bytes:
    """The field, or what can be kept of it; nothing when that is nothing."""
    name = words.name_of(field)
    if not name:
        return b""
    multipart = name == "content-type" and b"boundary" in field.lower()
    if len(field) <= _SIZE and not multipart and _parses(name, field):
        return field
    value = words.value_of(field)[:_SIZE]
    if name in _WITH_ADDRESSES:
        found = _ADDRESS.findall(value)
        return words.with_value(field, b", ".join(found)) if found else b""
    if name == "content-type":
        return words.with_value(field, _kind(value))
    return b""


def _kind(value: bytes) -> bytes:
    found = _KIND.match(value)
    params = [b"; " + p[1] + b"=" + p[2] for p in _PARAM.finditer(value)]
    return (found[0] if found else b"text/plain") + b"".join(params)
