# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The way of a message, from its fields ``Received`` (RFC 5321, 4.4 and RFC 3848).

Each server writes one on top of the others; those of strangers may be invented.

>>> value = (b"from a.example (a.example [192.0.2.1]) (using TLSv1.3 with"
...          b" cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) by mx.b.example (Postfix)"
...          b" with ESMTPS id 1; Fri, 20 Nov 2026 09:00:00 +0000")
>>> found = hop(value)
>>> found.source, found.by, found.protocol, found.tls
('a.example', 'mx.b.example', 'ESMTPS', 'TLS 1.3, TLS_AES_256_GCM_SHA384')
>>> found.address, hop(b"from x ([IPv6:2001:db8::1]) by y").address
('192.0.2.1', '2001:db8::1')
"""

import datetime
import email.utils
import ipaddress
import re
from dataclasses import dataclass

from . import header

#: As many bytes of a field as are read.
_READ = 4_096
_INNER = re.compile(r"\([^()]*\)")
_CLAUSE = re.compile(r"(?:^|\s)(from|by|with)\s+(\S+)", re.IGNORECASE)
_VERSION = re.compile(r"\b(?:TLS|SSL)[ v]{0,2}(1)(?:[._]([0-3]))?(?![0-9])", re.I)
#: Names in the manner of OpenSSL and of RFC 8446, B.4.
_CIPHER = re.compile(r"\b((?:TLS_|ECDHE|DHE|AES|CHACHA)[A-Z0-9_-]{6,})\b")
_ADDRESS = re.compile(r"[\[(](?:IPv6:)?([0-9A-Fa-f.:]{3,45})[\])]", re.IGNORECASE)
#: RFC 3848: S for TLS, A for a login.
_PROTOCOL = re.compile(r"(UTF8)?(SMTP|ESMTP|LMTP)(S?)(A?)", re.IGNORECASE)


@dataclass(frozen=True)
class Hop:
    """One server's word. ``source`` is what the other side called itself, ``by`` the
    server, both in lower case; ``tls`` says how it was encrypted: "" where nothing is
    said. ``moment`` has a zone. ``address`` is what the other side came from, as the
    server saw it."""

    source: str
    by: str
    protocol: str
    tls: str
    moment: datetime.datetime | None
    address: str = ""

    @property
    def is_smtp(self) -> bool:
        """Not handed on within a machine, or to the mailbox (LMTP)."""
        known = _PROTOCOL.fullmatch(self.protocol)
        return bool(known and known[2].upper() != "LMTP") or bool(self.tls)

    @property
    def is_submission(self) -> bool:
        """Somebody logged in there."""
        known = _PROTOCOL.fullmatch(self.protocol)
        return bool(known and known[4])

    @property
    def is_encrypted(self) -> bool:
        known = _PROTOCOL.fullmatch(self.protocol)
        return bool(self.tls or (known and known[3]))


def hop(value: bytes) -> Hop:
    """One server's word, from the value of its field; what is not said is empty."""
    text = header.fit(header.plain(value[:_READ]))
    said, _semicolon, date = text.rpartition(";")
    said = said or text
    plain = said
    while plain != (plain := _INNER.sub(" ", plain)):
        pass
    clauses: dict[str, str] = {}
    for name, word in _CLAUSE.findall(plain):
        clauses.setdefault(name.lower(), word)
    source, by = (clauses.get(name, "").lower() for name in ("from", "by"))
    protocol = clauses.get("with", "")
    return Hop(source, by, protocol, _tls(said), _moment(date), _address(said))


def _address(said: str) -> str:
    """The last one before the server's own name: what comes first may be what the other
    side called itself."""
    found = _ADDRESS.findall(re.split(r"\sby\s", said, maxsplit=1, flags=re.I)[0])
    for text in reversed(found):
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            continue
    return ""


def _tls(said: str) -> str:
    version = _VERSION.search(said)
    if not version:
        return ""
    cipher = _CIPHER.search(said)
    name = f"TLS {version[1]}.{version[2] or 0}"
    return f"{name}, {cipher[1]}" if cipher else name


def _moment(date: str) -> datetime.datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(date.strip())
    except Exception:  # none of the parser's many faults says more than "no date"
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
