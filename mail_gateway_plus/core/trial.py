# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The stages of the test of a server, and what each amounts to.

>>> encrypted({"days": "3"}, verified=True).code
'test_certificate_expiring'
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .finding import Finding
from .proposal import Answer, Door, Proposal

#: Where a fault lies in how the port is spoken to, so that another setting may help.
BEFORE_LOGIN = ("connect", "greeting", "ehlo", "tls", "starttls")

#: Days before its end at which a certificate is worth a word; most are renewed 30
#: days before (Let's Encrypt).
EXPIRES_SOON_DAYS = 14

RESOLVED = "test_resolved"
CONNECTED = "test_connected"
GREETED = "test_greeted"
LOGGED_IN = "test_logged_in"
CLEAR_TEXT = "test_clear_text"
VERIFIED = "test_tls_verified"
EXPIRING = "test_certificate_expiring"
UNCHECKED = "test_tls_unchecked"
UNTRUSTED = "test_tls_untrusted"
TRUSTWORTHY = "test_tls_trustworthy"
#: Describes a certificate, beside whatever finding there is.
CERTIFICATE = "test_certificate"

CODES = frozenset(
    {
        RESOLVED,
        CONNECTED,
        GREETED,
        LOGGED_IN,
        CLEAR_TEXT,
        VERIFIED,
        EXPIRING,
        UNCHECKED,
        UNTRUSTED,
        TRUSTWORTHY,
        CERTIFICATE,
    }
)


@dataclass(frozen=True)
class Step:
    """``facts`` of the stage "tls" describe the certificate: version, subject, issuer,
    names, days and until; empty where there is none."""

    stage: str
    finding: Finding
    duration_ms: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)
    #: What the server said, in one line and without secrets.
    reply: str = ""

    @property
    def passed(self) -> bool:
        return self.finding.severity != "error"


@dataclass(frozen=True)
class Trial:
    steps: tuple[Step, ...]
    #: Settings that would work; or, where those chosen connect, that protect better.
    proposals: tuple[Proposal, ...] = ()

    @property
    def works(self) -> bool:
        return all(step.passed for step in self.steps)

    @property
    def connects(self) -> bool:
        """Whether it is not for security or port that something failed."""
        last = self.steps[-1]
        return last.passed or last.stage not in BEFORE_LOGIN

    @property
    def fault(self) -> Finding | None:
        """What the test failed with."""
        return next((s.finding for s in self.steps if not s.passed), None)


def passed(code: str, **params: str) -> Finding:
    return Finding(code, "ok", params=params)


def encrypted(facts: Mapping[str, str], *, verified: bool) -> Finding:
    """What a TLS connection amounts to that came about."""
    if not verified:
        return Finding(UNCHECKED, "warning", params=facts)
    if int(facts.get("days", EXPIRES_SOON_DAYS)) < EXPIRES_SOON_DAYS:
        return Finding(EXPIRING, "warning", params=facts)
    return Finding(VERIFIED, "ok", params=facts)


def checked(finding: Finding, door: Door, answers: Iterable[Answer]) -> Finding:
    """``finding`` once it is known what a check of the certificate would have said;
    only that of a connection which is not checked changes."""
    if finding.code != UNCHECKED:
        return finding
    for answer in answers:
        if answer.door == door and answer.encrypted:
            code = UNTRUSTED if answer.fault else TRUSTWORTHY
            said = answer.fault.params.get("reply", "") if answer.fault else ""
            return Finding(code, "warning", params={**finding.params, "reply": said})
    return finding
