# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the records of a domain say about the server for its outgoing mail.

>>> asking = discovered("h.example", {"google": ["l.google.com"]})
>>> [question.kind for question in next(asking)]
['MX', 'SRV', 'SRV', 'A', 'AAAA', 'A', 'AAAA']
>>> host_of("Mail.H.Example."), host_of("."), host_of("ssl://h")
('mail.h.example', '', '')
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..dns.answer import NO_NAME, REASONS, Answer, Question, Rounds
from ..finding import Finding
from ..mailbox.provider import matching

Settings = dict[str, str | int]
Answers = Mapping[Question, Answer]

#: Label -> the security that it stands for: RFC 8314, 5.1 and RFC 6186, 3.1; with
#: both, TLS from the first byte is preferred.
SERVICES = {
    "_submissions._tcp": "ssl_strict",
    "_submission._tcp": "starttls_strict",
}
#: What providers call it where they publish nothing, and how it is spoken to then.
USUAL = ("smtp", "mail")
USUAL_PORT, USUAL_SECURITY = 587, "starttls_strict"

#: Found without a question: the provider gives out addresses of the domain itself.
GIVEN = "lookup_address"
PROVIDER = "lookup_provider"
PUBLISHED = "lookup_published"
USUAL_NAME = "lookup_usual_name"
NOTHING = "lookup_nothing"
NO_DOMAIN = "lookup_no_domain"
NOT_THERE = "lookup_no_name"
#: Why nobody could say -> finding code.
UNASKED = {why: f"lookup_{why}" for why in REASONS}

CODES = frozenset(
    {
        GIVEN,
        PROVIDER,
        PUBLISHED,
        USUAL_NAME,
        NOTHING,
        NO_DOMAIN,
        NOT_THERE,
        *UNASKED.values(),
    }
)

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


@dataclass(frozen=True)
class Discovery:
    """``provider`` is the key of one, ``settings`` what ``ir.mail_server`` gets: one of
    the two, or neither. ``finding`` says how they were found, or why not."""

    finding: Finding
    provider: str = ""
    settings: Settings = field(default_factory=dict)


def discovered(domain: str, mx: Mapping[str, Iterable[str]]) -> Rounds[Discovery]:
    """One round: nothing waits for what was found before.

    :param mx: provider -> what the names in its customers' MX records end with
    """
    questions = [Question(domain, "MX")]
    questions += [Question(f"{label}.{domain}", "SRV") for label in SERVICES]
    names = [f"{label}.{domain}" for label in USUAL]
    questions += [Question(name, kind) for name in names for kind in ("A", "AAAA")]
    answers = dict(zip(questions, (yield questions), strict=True))
    return (
        _by_mx(domain, answers, mx)
        or _published(domain, answers)
        or _by_name(domain, answers)
        or _nothing(domain, answers)
    )


def _by_mx(
    domain: str, answers: Answers, mx: Mapping[str, Iterable[str]]
) -> Discovery | None:
    for _preference, name in sorted(answers[Question(domain, "MX")].records):
        if (host := host_of(name)) and (found := matching(host, mx)):
            return Discovery(_finding(PROVIDER, domain, "ok", host=host), found)
    return None


def _published(domain: str, answers: Answers) -> Discovery | None:
    """By priority, then by weight (RFC 2782); a target that is the root says that there
    is no such service (RFC 6186, 3.4)."""
    for label, security in SERVICES.items():
        records = answers[Question(f"{label}.{domain}", "SRV")].records
        for _, _, port, name in sorted(records, key=lambda one: (one[0], -one[1])):
            if port and (host := host_of(name)):
                return _as_found(PUBLISHED, domain, host, port, security)
    return None


def _by_name(domain: str, answers: Answers) -> Discovery | None:
    """Unless the domain says that it has no such service."""
    if any(answers[Question(f"{one}.{domain}", "SRV")].records for one in SERVICES):
        return None
    for question, answer in answers.items():
        if question.kind in ("A", "AAAA") and answer.records:
            host = host_of(question.name)
            return _as_found(USUAL_NAME, domain, host, USUAL_PORT, USUAL_SECURITY)
    return None


def _nothing(domain: str, answers: Answers) -> Discovery:
    """What could not be checked is not said to be missing."""
    if answers[Question(domain, "MX")].status == NO_NAME:
        return Discovery(_finding(NOT_THERE, domain, "warning"))
    reasons = (answer.why for answer in answers.values() if not answer.known)
    code = UNASKED.get(next(reasons, ""), NOTHING)
    return Discovery(_finding(code, domain, "warning"))


def host_of(name: str) -> str:
    """The name of a server in its usual form; "" for what cannot be one, such as the
    root of a null MX (RFC 7505)."""
    host = name.removesuffix(".").lower()
    return host if _NAME.fullmatch(host) else ""


def _as_found(code: str, domain: str, host: str, port: int, security: str) -> Discovery:
    severity = "ok" if code == PUBLISHED else "info"
    finding = _finding(code, domain, severity, host=host, port=str(port))
    settings: Settings = {
        "smtp_host": host,
        "smtp_port": port,
        "smtp_encryption": security,
    }
    return Discovery(finding, settings=settings)


def _finding(code: str, domain: str, severity: str, **params: str) -> Finding:
    return Finding(code, severity, domain, {"domain": domain, **params})
