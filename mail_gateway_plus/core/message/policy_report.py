# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reports that receivers send to the owner of a domain: DMARC aggregates (RFC 7489,
7.2) and TLS reports (RFC 8460, 5). Only what names them is read here.

>>> section = header.Section(b"Subject: Report Domain: a.example Submitter: b.example "
...     b"Report-ID: <42>\\r\\nContent-Type: application/gzip\\r\\n")
>>> found = of_parts((entities.Entity("application/gzip", section, 0, 0, 0),))
>>> found.kind, found.domain, found.submitter, found.identifier
('dmarc_report', 'a.example', 'b.example', '42')
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import bounce_words, entities, header

_TLS_KINDS = ("application/tlsrpt+gzip", "application/tlsrpt+json")
_ARCHIVES = frozenset(
    (
        *("application/zip", "application/gzip", "application/x-gzip", "text/xml"),
        *("application/xml", "application/x-zip-compressed", "application/x-zip"),
        *("application/octet-stream", "application/x-gunzip", "application/json"),
    )
)
#: RFC 7489, 7.2.1.1 and RFC 8460, 5.1: receiver ! domain ! begin ! end [! unique].
_NAME = re.compile(
    r"([a-z0-9.-]+)!([a-z0-9._-]+)!\d{6,14}!\d{6,14}(?:!([\w.@+-]+?))?"
    r"\.(xml|xml\.gz|xml\.zip|zip|gz|json|json\.gz)",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"report[- ]domain:\s*([^\s;,]+)", re.IGNORECASE)
_SUBMITTER = re.compile(r"submitter:\s*([^\s;,]+)", re.IGNORECASE)
#: What gateways put before a subject.
_TAGS = re.compile(r"^(?:\s*\[[^\]]*\])+")
_IDENTIFIER = re.compile(r"report-id:\s*<?([^<>\s]+)>?", re.IGNORECASE)


@dataclass(frozen=True)
class PolicyReport:
    """``kind`` is ``dmarc_report`` or ``tls_report``; ``domain`` is whose mail is
    reported on, ``submitter`` who reports, both in lower case."""

    kind: str
    domain: str = ""
    submitter: str = ""
    identifier: str = ""


def is_likely(section: header.Section) -> bool:
    """Whether a header section may be that of such a report; costs next to nothing."""
    if "tls-report-domain" in section or "tls-report-submitter" in section:
        return True
    subject = section.text("subject")
    kind = section.first("content-type").lower()
    return b"tlsrpt" in kind or b"!" in kind or _DOMAIN.search(subject) is not None


def of_parts(parts: Sequence[entities.Entity]) -> PolicyReport | None:
    """The report in a message; None without one, and for what a person passes on."""
    section = parts[0].section
    if _is_passed_on(section):
        return None
    found = next(filter(None, map(_file, parts)), None)
    tls = "tls-report-domain" in section or any(p.kind in _TLS_KINDS for p in parts)
    subject = section.text("subject")
    attached = any(part.kind in _ARCHIVES for part in parts)
    if not (tls or found or (attached and _DOMAIN.search(subject))):
        return None
    tls = tls or (found is not None and "json" in found[4].lower())
    domain = section.text("tls-report-domain") or _stated(_DOMAIN, subject)
    by = section.text("tls-report-submitter") or _stated(_SUBMITTER, subject)
    return PolicyReport(
        "tls_report" if tls else "dmarc_report",
        (domain or (found[2] if found else "")).lower(),
        (by or (found[1] if found else "")).lower(),
        _stated(_IDENTIFIER, subject) or ((found[3] or "") if found else ""),
    )


def _is_passed_on(section: header.Section) -> bool:
    """Whether somebody answers or forwards a report, and so has something to say."""
    subject = _TAGS.sub("", section.text("subject"))
    return bounce_words.ANSWERS.search(subject) is not None


def _stated(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _file(part: entities.Entity) -> re.Match[str] | None:
    """The name of an attachment in the form of such a report's."""
    for field in ("content-disposition", "content-type"):
        value = part.section.first(field)
        name = entities.parameter(value, "filename") or part.parameter("name")
        found = _NAME.fullmatch(header.decode(name.encode())) if name else None
        if found and part.kind in (*_ARCHIVES, *_TLS_KINDS):
            return found
    return None
