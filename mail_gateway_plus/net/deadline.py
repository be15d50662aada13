# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long things may take, in seconds."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """``total_s`` bounds all commands of a session together."""

    connect_s: float = 10.0
    command_s: float = 30.0
    total_s: float = math.inf


#: For the scheduled fetch and Fetch Now.
FETCH = Limits()
#: For Test & Confirm, where a person waits.
TEST = Limits(command_s=10.0, total_s=15.0)

#: For the test of an outgoing server.
PROBE = Limits(total_s=45.0)

#: For the queue. A server may look long at a content (RFC 5321, 4.5.3.2.6).
SENDING = Limits(command_s=60.0)

#: A download may take ``command_s`` and on top of it what its size takes at this
#: pace; a server that is slower than that is a server that hangs.
SLOWEST_BYTES_PER_S = 100_000
#: The size is the server's word; more than this does not buy it more time.
LARGEST_STATED = 64 * 1024 * 1024


class Deadline:
    """The moment at which the current command is overdue.

    A timeout on a socket bounds one read; a server that sends a byte a second never
    trips it. So each read asks here how much is left of the whole command.
    """

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._end = clock() + limits.total_s
        self._until = self._end

    def start(self, seconds: float) -> None:
        """Begin something that may take ``seconds``."""
        self._until = min(self._clock() + seconds, self._end)

    def command(self, size: int = 0) -> None:
        """Begin a command that brings about ``size`` bytes."""
        believed = min(size, LARGEST_STATED)
        self.start(self.limits.command_s + believed / SLOWEST_BYTES_PER_S)

    @property
    def left_s(self) -> float:
        """Seconds left of all commands together; negative once they are over."""
        return self._end - self._clock()

    def remaining(self) -> float:
        """Seconds left; raises TimeoutError when there are none."""
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left
