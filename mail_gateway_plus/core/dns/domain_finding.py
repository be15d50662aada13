# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Findings about a domain, and which of them is the worst.

>>> worst([made("a", "h.example", "info"), made("b", "h.example", count=3)]).params
{'domain': 'h.example', 'count': '3'}
"""

from collections.abc import Iterable

from ..finding import SEVERITIES, Finding

Findings = list[Finding]

#: What a record that others wrote may add to a text, in characters.
MOST_TEXT = 1_000


def made(
    code: str, domain: str, severity: str = "error", **values: str | int
) -> Finding:
    """A finding about a domain; what is put into its text is bounded."""
    params = {name: _shown(str(value)) for name, value in values.items()}
    return Finding(code, severity, domain, {"domain": domain, **params})


def _shown(text: str) -> str:
    text = "".join(one if one.isprintable() or one == "\n" else "?" for one in text)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"


def worst_first(findings: Iterable[Finding]) -> Findings:
    return sorted(findings, key=lambda one: -SEVERITIES.index(one.severity))


def worst(findings: Iterable[Finding]) -> Finding:
    return worst_first(findings)[0]


def once(findings: Iterable[Finding]) -> Findings:
    """Each only once: several checks may look at the same address."""
    found: Findings = []
    for one in findings:
        if one not in found:
            found.append(one)
    return found
