# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What servers on the way found when they checked who sent a message: the fields
``Authentication-Results`` (RFC 8601).

Anybody may write such a field. Only those of hosts that the caller trusts count.

>>> said = b"mx.a.example; spf=pass smtp.mailfrom=b.example; dkim=none (no signature)"
>>> found = trusted(b"Authentication-Results: " + said, {"mx.a.example"})
>>> verdicts(found)
{'spf': 'pass', 'dkim': 'none'}
>>> trusted(b"Authentication-Results: " + said, {"mx.c.example"})
()
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from . import header

#: As many bytes of a field as are read; servers that check ten signatures stay below.
_READ = 16_384
#: As many fields as are read of one message.
_FIELDS = 50

#: What a value is: a quoted string (perhaps the local part of an address), or all up
#: to a blank. RFC 8601, 2.2 allows less, but servers leave out quotes.
_VALUE = r"\"(?:[^\"\\]|\\.)*\"(?:@[^\s;\"]*)?|[^\s;\"]+"
_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"\s*({_VALUE})(?:\s+([0-9]+))?\s*", re.DOTALL)
_METHOD = re.compile(rf"\s*({_WORD})\s*(?:/\s*([0-9]+)\s*)?=\s*({_WORD})(?=\s|\Z)")
_PROPERTY = re.compile(
    rf"(?<![\w-])([A-Za-z0-9_-]+)\s*(?:\.\s*([A-Za-z0-9_-]+)\s*)?=\s*({_VALUE})",
    re.DOTALL,
)
#: A quoted string, what begins a comment or ends a segment, or anything else. A quote
#: that nothing closes is none of these.
_OUTSIDE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|[();\\]|[^\"();\\]+", re.DOTALL)
#: Within a comment a quote is a character as any other (RFC 5322, 3.2.2).
_IN_COMMENT = re.compile(r"[()]|\\.|[^()\\]+", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Result:
    """One method's result: ``spf``, ``pass``. ``properties`` has what was checked
    under names such as ``smtp.mailfrom``, the first of each name, and under ``action``
    and the like what servers add without a type; ``reason`` is their reason."""

    method: str
    result: str
    properties: Mapping[str, str]
    reason: str = ""
    version: int = 1


@dataclass(frozen=True)
class Results:
    """One field: ``host`` is the authserv-id in lower case, "" where the server left
    it out, as Microsoft 365 does."""

    host: str
    results: tuple[Result, ...]
    version: int = 1


def parse(value: bytes) -> Results | None:
    """A field's value; None for what has no form that could be trusted."""
    segments = _segments(header.fit(header.plain(value[:_READ])))
    host, version = "", 1
    if segments and not _METHOD.match(segments[0]):
        named = _HOST.fullmatch(segments.pop(0))
        if not named:
            return None
        host, version = _unquoted(named[1]).lower(), int((named[2] or "1")[:9])
    if not segments:
        return None
    found = tuple(filter(None, map(_result, segments)))
    nothing = not found and segments[0].strip().lower() == "none"
    return Results(host, found, version) if found or nothing else None


def trusted(head: bytes, hosts: Collection[str]) -> tuple[Results, ...]:
    """The fields that these hosts have written, from the top.

    What stands below a later server's ``Received`` came from outside: a host's fields
    count as far as no ``Received`` parts them from its first one.

    :param head: the header section of the message
    :param hosts: authserv-ids in lower case; "" for a server that names none
    """
    return of_fields(header.Section(head).fields, hosts)


def of_fields(
    fields: Iterable[tuple[str, bytes]], hosts: Collection[str]
) -> tuple[Results, ...]:
    """The same of (lower-case name, unfolded value) of each field, from the top."""
    if not hosts:
        return ()
    found: list[Results] = []
    open_to = {host.lower() for host in hosts}
    for name, value in fields:
        if name == "received":
            open_to -= {results.host for results in found}
        elif name == "authentication-results" and len(found) < _FIELDS:
            results = parse(value)
            if results and results.host in open_to and results.version == 1:
                found.append(results)
    return tuple(found)


def verdicts(found: Iterable[Results]) -> dict[str, str]:
    """Method -> result. Of several by one method a pass counts, for one signature
    that holds is enough (RFC 6376, 6.1), and else the first."""
    verdict: dict[str, str] = {}
    for result in (result for results in found for result in results.results):
        if result.result == "pass" or result.method not in verdict:
            verdict[result.method] = result.result
    return verdict


def _segments(text: str) -> list[str]:
    """What stands between semicolons, without comments; none where a comment or a
    quoted string has no end, for who knows then what is whose."""
    segments: list[list[str]] = [[]]
    at, depth = 0, 0
    while piece := (_IN_COMMENT if depth else _OUTSIDE).match(text, at):
        at, said = piece.end(), piece[0]
        if said in ("(", ")"):
            depth = max(0, depth + (1 if said == "(" else -1))
            segments[-1].append(" ")
        elif said == ";" and not depth:
            segments.append([])
        elif not depth:
            segments[-1].append(said)
    whole = at == len(text) and not depth
    return ["".join(pieces) for pieces in segments] if whole else []


def _result(segment: str) -> Result | None:
    """One method's result; None where the segment has another form."""
    begun = _METHOD.match(segment)
    if not begun:
        return None
    properties: dict[str, str] = {}
    for kind, name, value in _PROPERTY.findall(segment, begun.end()):
        full = f"{kind}.{name}" if name else kind
        properties.setdefault(full.lower(), _unquoted(value))
    reason = properties.pop("reason", "")
    method, version, result = begun.groups()
    return Result(
        method.lower(), result.lower(), properties, reason, int((version or "1")[:9])
    )


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    inner, _quote, domain = value[1:].rpartition('"')
    return _QUOTED_PAIR.sub(r"\1", inner) + domain
