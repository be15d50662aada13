# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the records of a domain say about its servers: that of its outgoing mail, those
of its mailboxes.

>>> asking = discovered(SERVICES["smtp"], "h.example", {"google": ["l.google.com"]})
>>> [question.kind for question in next(asking)]
['MX', 'SRV', 'SRV', 'A', 'AAAA', 'A', 'AAAA']
>>> host_of("Mail.H.Example."), host_of("."), host_of("ssl://h")
('mail.h.example', '', '')
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .dns.answer import NO_NAME, REASONS, Answer, Question, Rounds
from .finding import Finding
from .mailbox.provider import matching

Answers = Mapping[Question, Answer]


@dataclass(frozen=True)
class Place:
    """``security`` is a key of ``account.SECURITIES``."""

    host: str
    port: int
    security: str


@dataclass(frozen=True)
class Service:
    """``labels`` of its SRV records -> the security that they stand for; with both,
    TLS from the first byte is preferred (RFC 8314, 3). ``usual`` is what providers call
    the server where they publish nothing, and how it is spoken to then. What is found
    for it has ``prefix`` before its code."""

    labels: Mapping[str, str]
    usual: tuple[str, ...]
    port: int
    security: str
    prefix: str


#: RFC 6186, 3, and RFC 8314, 5.1. Server types of fetchmail.server, and smtp.
SERVICES = {
    "smtp": Service(
        {"_submissions._tcp": "ssl_strict", "_submission._tcp": "starttls_strict"},
        ("smtp", "mail"),
        587,
        "starttls_strict",
        "lookup",
    ),
    "imap": Service(
        {"_imaps._tcp": "ssl_strict", "_imap._tcp": "starttls_strict"},
        ("imap", "mail"),
        993,
        "ssl_strict",
        "lookup_mailbox",
    ),
    "pop": Service(
        {"_pop3s._tcp": "ssl_strict", "_pop3._tcp": "starttls_strict"},
        ("pop", "pop3", "mail"),
        995,
        "ssl_strict",
        "lookup_mailbox",
    ),
}

#: Found without a question: the provider gives out addresses of the domain itself.
GIVEN = "address"
PROVIDER = "provider"
PUBLISHED = "published"
USUAL_NAME = "usual_name"
NOTHING = "nothing"
#: These are said of each service in other words, the rest is not.
OF_SERVICE = (GIVEN, PROVIDER, PUBLISHED, USUAL_NAME, NOTHING)

NO_DOMAIN = "lookup_no_domain"
NOT_THERE = "lookup_no_name"
#: Why nobody could say -> finding code.
UNASKED = {why: f"lookup_{why}" for why in REASONS}

CODES = frozenset(
    {f"{one.prefix}_{code}" for one in SERVICES.values() for code in OF_SERVICE}
    | {NO_DOMAIN, NOT_THERE, *UNASKED.values()}
)

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


@dataclass(frozen=True)
class Discovery:
    """``provider`` is the key of one, ``place`` where the server is: one of the two, or
    neither. ``finding`` says how they were found, or why not."""

    finding: Finding
    provider: str = ""
    place: Place | None = None


def discovered(
    service: Service, domain: str, mx: Mapping[str, Iterable[str]]
) -> Rounds[Discovery]:
    """One round: nothing waits for what was found before.

    :param mx: provider -> what the names in its customers' MX records end with
    """
    asked = _Asked(service, domain)
    asked.answers = dict(zip(asked.questions, (yield asked.questions), strict=True))
    return asked.by_mx(mx) or asked.published() or asked.by_name() or asked.in_vain()


class _Asked:
    """What was asked about one service of a domain."""

    def __init__(self, service: Service, domain: str) -> None:
        self.service, self.domain = service, domain
        self.answers: Answers = {}
        self.published_at = {
            Question(f"{label}.{domain}", "SRV"): security
            for label, security in service.labels.items()
        }
        self.names = [
            Question(f"{label}.{domain}", kind)
            for label in service.usual
            for kind in ("A", "AAAA")
        ]
        self.mx = Question(domain, "MX")
        self.questions = [self.mx, *self.published_at, *self.names]

    def by_mx(self, mx: Mapping[str, Iterable[str]]) -> Discovery | None:
        for _preference, name in sorted(self.answers[self.mx].records):
            if (host := host_of(name)) and (found := matching(host, mx)):
                return Discovery(self._finding(PROVIDER, "ok", host=host), found)
        return None

    def published(self) -> Discovery | None:
        """By priority, then by weight (RFC 2782); a target that is the root says that
        there is no such service (RFC 6186, 3.4)."""
        for question, security in self.published_at.items():
            records = self.answers[question].records
            for _, _, port, name in sorted(records, key=lambda one: (one[0], -one[1])):
                if port and (host := host_of(name)):
                    return self._at(PUBLISHED, "ok", Place(host, port, security))
        return None

    def by_name(self) -> Discovery | None:
        """Unless the domain says that it has no such service."""
        if any(self.answers[question].records for question in self.published_at):
            return None
        for question in self.names:
            if self.answers[question].records:
                host = host_of(question.name)
                place = Place(host, self.service.port, self.service.security)
                return self._at(USUAL_NAME, "info", place)
        return None

    def in_vain(self) -> Discovery:
        """What could not be checked is not said to be missing."""
        if self.answers[self.mx].status == NO_NAME:
            return Discovery(self._finding(NOT_THERE, "warning"))
        reasons = (answer.why for answer in self.answers.values() if not answer.known)
        code = UNASKED.get(next(reasons, ""), NOTHING)
        return Discovery(self._finding(code, "warning"))

    def _at(self, code: str, severity: str, place: Place) -> Discovery:
        finding = self._finding(code, severity, host=place.host, port=str(place.port))
        return Discovery(finding, place=place)

    def _finding(self, code: str, severity: str, **params: str) -> Finding:
        params = {"domain": self.domain, **params}
        return Finding(code_of(self.service, code), severity, self.domain, params)


def code_of(service: Service, code: str) -> str:
    """The finding code that ``code`` is for a service."""
    return f"{service.prefix}_{code}" if code in OF_SERVICE else code


def host_of(name: str) -> str:
    """The name of a server in its usual form; "" for what cannot be one, such as the
    root of a null MX (RFC 7505)."""
    host = name.removesuffix(".").lower()
    return host if _NAME.fullmatch(host) else ""
