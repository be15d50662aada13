# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When to try again what may pass: a lock, a serialisation fault, a lost database.

>>> PROCESSING.delay_s(1), PROCESSING.delay_s(4), PROCESSING.delay_s(7)
(0, 60, None)
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Seconds to wait after the first, second, … failed attempt."""

    delays_s: tuple[int, ...]

    def delay_s(self, attempts: int) -> int | None:
        """Seconds to wait after ``attempts`` failures, None when it is time to stop."""
        if attempts < 1:
            raise ValueError("there is nothing to retry before the first failure")
        return self.delays_s[attempts - 1] if attempts <= len(self.delays_s) else None

    def delay_or_last_s(self, attempts: int) -> int:
        """The same for what is never given up."""
        return self.delays_s[min(attempts, len(self.delays_s)) - 1]


#: A message of the ledger whose transaction failed for a passing reason. At once at
#: first, and soon again: most such faults are two workers that touched the same row.
PROCESSING = Schedule((0, 1, 10, 60, 300, 900))

#: A mailbox whose look failed. Most faults pass by themselves; who is refused for good
#: must not knock all day.
MAILBOX = Schedule((60, 120, 300, 900, 3600))
