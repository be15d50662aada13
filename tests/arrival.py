# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail on its way: Postfix hands on what it took in its own time."""

import time

#: As long as a busy machine may take, in seconds. Nobody waits for it otherwise.
PATIENCE_S = 60


def arrived(stack, login, count=1, subject=""):
    """What lies in a mailbox, once there is so much; only what has a subject, which is
    short and ASCII."""
    line = f"Subject: {subject}".encode()

    def found():
        return [raw for raw in stack.messages(login) if not subject or line in raw]

    wait(lambda: len(found()) >= count, f"{count} in {login}")
    return found()


def settled(stack):
    """Wait until nothing is on its way, so that what is not there does not come."""
    wait(stack.relay.is_idle, "an idle relay")


def wait(holds, what):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, f"no {what} in {PATIENCE_S} s"
        time.sleep(0.02)
