# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What has to be done by hand where the system allows no namespaces.

There the kernel does not end what a run has started, and root's servers, which run
as the user nobody, see the folders as they lie.
"""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

from .paths import ROOT, STATE, key_of
from .say import Missing, warn

PR_SET_CHILD_SUBREAPER = 36
PASSABLE = 0o001


def is_passable(folder: Path) -> bool:
    """Whether anybody can reach what lies in `folder`."""
    return all(path.stat().st_mode & PASSABLE for path in folder.parents)


# Root's run cannot use a sandbox that nobody can enter: another place for it.
ELSEWHERE = Path("/var/tmp", f"mail-gateway-plus-{key_of(str(ROOT))}")


def other_state() -> Path | None:
    """Where the state folder has to be, if not where it is."""
    if os.geteuid() or "MGP_SANDBOX" in os.environ or is_passable(STATE):
        return None
    warn(f"{STATE} is not open to other users: {ELSEWHERE} is used")
    return ELSEWHERE


def adopt_orphans() -> None:
    """Servers that detach themselves become our children, not those of init."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise Missing(f"prctl: {os.strerror(ctypes.get_errno())}")


def _children() -> list[int]:
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(word) for word in path.read_text().split()]


def end_orphans(patience_s: float = 5) -> None:
    """End what a verb that broke off has left; its children come up one by one."""
    deadline = time.monotonic() + patience_s
    while children := _children():
        late = time.monotonic() > deadline
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL if late else signal.SIGTERM)
        time.sleep(0.1)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
