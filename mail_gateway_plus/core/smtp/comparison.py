# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What has changed from one test of an outgoing server to a later one.

>>> before = [Result("tls", "ok", "test_tls_verified", {"days": "9"})]
>>> changed(before, [Result("tls", "ok", "test_tls_verified", {"days": "8"})])
[]
>>> changed(before, [Result("tls", "error", "smtp_tls_failed")])
['tls']
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: What a test may do without, so that its absence before is no change: a test message
#: is sent only on demand.
ON_DEMAND = ("data",)
#: Facts that change by themselves: a certificate grows older, and is renewed.
PASSING = ("days", "until")


@dataclass(frozen=True)
class Result:
    """What came of a stage: status and finding code, with the facts of ``Step``."""

    stage: str
    status: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def lasting(self) -> tuple[object, ...]:
        facts = {k: v for k, v in self.facts.items() if k not in PASSING}
        return self.status, self.code, facts


def changed(before: Iterable[Result], after: Iterable[Result]) -> list[str]:
    """The stages of ``after``, in its order, that came out otherwise than ``before``.
    What it did not come to is no change."""
    known = {result.stage: result for result in before}
    return [result.stage for result in after if _differs(known, result)]


def _differs(known: Mapping[str, Result], result: Result) -> bool:
    then = known.get(result.stage)
    if then:
        return then.lasting != result.lasting
    return result.stage not in ON_DEMAND or result.status == "error"
