# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a domain asks that mail to it comes over TLS alone: MTA-STS (RFC 8461).

>>> lines = "version: STSv1", "mode: enforce", "mx: *.h.example", "max_age: 604800"
>>> policy = parsed("\\n".join(lines))
>>> policy.mode, policy.max_age_s, covers(policy, "mail.h.example"), policy.faults
('enforce', 604800, True, ())
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..finding import Finding
from . import mx, tags
from .book import Book, is_missing
from .domain_finding import Findings, made, worst_first
from .name import plain

OK = "mta_sts_ok"
NONE = "mta_sts_none"
UNCHECKED = "mta_sts_unchecked"
SEVERAL = "mta_sts_several"
BAD_RECORD = "mta_sts_bad_record"
HOST_MISSING = "mta_sts_host_missing"
BAD_POLICY = "mta_sts_bad_policy"
NOT_ENFORCED = "mta_sts_not_enforced"
SHORT_AGE = "mta_sts_short_age"
UNLISTED = "mta_sts_unlisted"
CERTIFICATE = "mta_sts_certificate"
NO_POLICY = "mta_sts_no_policy"
UNREACHABLE = "mta_sts_unreachable"
#: What is known only of who has fetched the policy.
POLICY_CODES = frozenset(
    {BAD_POLICY, NOT_ENFORCED, SHORT_AGE, UNLISTED, CERTIFICATE, NO_POLICY}
)
CODES = POLICY_CODES | {
    OK, NONE, UNCHECKED, SEVERAL, BAD_RECORD, HOST_MISSING, UNREACHABLE
}  # fmt: skip

#: The kind of question that asks for a policy; its answer is one record: (status of
#: HTTP, text). Why there is none: the certificate is not good for the name.
POLICY = "POLICY"
BAD_CERTIFICATE = "certificate"
_HTTP_OK = 200

VERSION = "STSv1"
MODES = ("enforce", "testing", "none")
#: 3.2: seconds; under a day hardly anybody is protected, weeks or more are meant.
MOST_AGE_S, LEAST_AGE_S = 31_557_600, 86_400
#: Characters of a policy that are read.
MOST_TEXT = 65_536

_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_MX = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+", re.I)


@dataclass(frozen=True)
class Policy:
    """``faults`` are lines that make it one that senders do not take."""

    mode: str = ""
    max_age_s: int = -1
    mx: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def policy_address(domain: str) -> str:
    """Where the policy is fetched (3.3)."""
    return f"https://mta-sts.{plain(domain)}/.well-known/mta-sts.txt"


def findings(book: Book, domain: str) -> Findings:
    """About what stands in the DNS; ``mta_sts_none`` where there is nothing."""
    name = f"_mta-sts.{domain}"
    answer = book.ask(name, "TXT")
    if not answer.known:
        return [made(UNCHECKED, domain, "warning")]
    records = tags.of_version(book.texts(name), VERSION)
    if not records:
        return [made(NONE, domain, "info")]
    found = list(_record(domain, records))
    host = f"mta-sts.{plain(domain)}"
    answers = [book.ask(host, kind) for kind in ("A", "AAAA")]
    if all(is_missing(one) for one in answers):
        found.append(made(HOST_MISSING, domain, "error", host=host))
    elif any(one.records for one in answers):
        found += _policy(book, domain, host)
    return worst_first(found) or [made(OK, domain, "ok")]


def _policy(book: Book, domain: str, host: str) -> Findings:
    answer = book.ask(host, POLICY)
    address = policy_address(domain)
    if not answer.records:
        is_bad = answer.why == BAD_CERTIFICATE
        code, severity = (CERTIFICATE, "error") if is_bad else (UNREACHABLE, "warning")
        return [made(code, domain, severity, host=host, address=address)]
    status, text = answer.records[0]
    if status != _HTTP_OK:
        return [made(NO_POLICY, domain, "error", status=status, address=address)]
    found = policy_findings(domain, parsed(text), mx.hosts(book, domain))
    return [one for one in found if one.code != OK]


def _record(domain: str, records: list[str]) -> Iterator[Finding]:
    if len(records) > 1:
        # 3.1: then there is none.
        yield made(SEVERAL, domain, "error", count=len(records))
        return
    found = tags.parsed(records[0])
    is_first = (found.first, found.get("v")) == ("v", VERSION)
    if not is_first or found.faults or not _ID.fullmatch(found.get("id")):
        yield made(BAD_RECORD, domain, "error", record=records[0])


def parsed(text: str) -> Policy:
    """:param text: the policy, as the web server gives it"""
    values: dict[str, str] = {}
    mx, faults = [], []
    for line in filter(None, map(str.strip, text[:MOST_TEXT].splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if name == "mx" and _MX.fullmatch(value):
            mx.append(plain(value))
        elif not colon or name == "mx":
            faults.append(line)
        else:
            # 3.2: of two the first counts.
            values.setdefault(name, value)
    for name, is_right in _RIGHT.items():
        if not is_right(values.get(name, "")):
            faults.append(f"{name}: {values.get(name, '')}".strip())
    mode = values.get("mode", "")
    if mode != "none" and not mx:
        faults.append("mx:")
    age = values.get("max_age", "")
    seconds = int(age) if _is_age(age) else -1
    return Policy(mode, seconds, tuple(mx), tuple(faults))


def _is_age(text: str) -> bool:
    is_number = bool(re.fullmatch("[0-9]{1,10}", text))
    return is_number and int(text) <= MOST_AGE_S


_RIGHT = {
    "version": lambda value: value == VERSION,
    "mode": MODES.__contains__,
    "max_age": _is_age,
}


def covers(policy: Policy, host: str) -> bool:
    """4.1: a star stands for exactly one label."""
    host = plain(host)
    above = "*." + host.partition(".")[2]
    return host in policy.mx or above in policy.mx


def policy_findings(domain: str, policy: Policy, hosts: Iterable[str]) -> Findings:
    """:param hosts: the servers of the domain's MX records"""
    if policy.faults:
        lines = "\n".join(policy.faults[:10])
        return [made(BAD_POLICY, domain, "error", lines=lines)]
    found = []
    if policy.mode != "enforce":
        found.append(made(NOT_ENFORCED, domain, "info", mode=policy.mode))
    if policy.max_age_s < LEAST_AGE_S:
        found.append(made(SHORT_AGE, domain, "warning", seconds=policy.max_age_s))
    unlisted = [host for host in hosts if not covers(policy, host)]
    if unlisted and policy.mode != "none":
        severity = "error" if policy.mode == "enforce" else "warning"
        found.append(made(UNLISTED, domain, severity, hosts=", ".join(unlisted)))
    return worst_first(found) or [made(OK, domain, "ok")]
