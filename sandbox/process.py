# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Servers as processes: sessions of their own, output in a file, one user."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from . import space
from .say import Missing

NOBODY = 65534


def _is_plain_root() -> bool:
    return os.geteuid() == 0 and os.environ.get(space.MODE) == "plain"


def give(*paths: Path) -> None:
    """Hand files to the user of `as_nobody`, where that is another than ours."""
    if not _is_plain_root():
        return
    for path in paths:
        os.chown(path, NOBODY, NOBODY)
        for folder, folders, names in os.walk(path):
            for name in [*folders, *names]:
                os.lchown(os.path.join(folder, name), NOBODY, NOBODY)


def as_nobody(command: list[str]) -> list[str]:
    """Run as a user that is not root while files stay the caller's.

    PostgreSQL and Dovecot's mail processes refuse root. A user namespace in which
    our own id has another number satisfies them without another user.
    """
    if os.geteuid():
        return command
    if _is_plain_root():
        nobody = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return ["setpriv", *nobody, *command]
    user = str(space.USERS["sandbox"])
    return ["unshare", "--user", f"--map-user={user}", f"--map-group={user}", *command]


def run(command: list[str], log: Path, env: Mapping[str, str] | None = None) -> int:
    """Run to its end with the output in `log`; what it leaves running lives on."""
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return done.returncode


def must_run(
    command: list[str], log: Path, what: str, env: Mapping[str, str] | None = None
) -> None:
    if run(command, log, env):
        raise Missing(f"{what} failed: see {shown(log)}")


def end(pid: int, what: str, patience_s: float = 10) -> None:
    """SIGTERM to a server that is not our child, and wait until it is gone."""
    deadline = time.monotonic() + patience_s
    try:
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.02)
    except ProcessLookupError:
        return
    raise Missing(f"{what} does not stop")


def children(pid: int) -> list[int]:
    """Processes that one has started and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name, in brackets, may hold anything; state and parent follow it.
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            found += [int(path.parent.name)] if parent == pid else []
    return found


def kill_all(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def shown(path: Path) -> str:
    """A path inside, as the user finds it outside."""
    inside, outside = os.environ.get(space.RUN, ""), os.environ.get(space.SHOWN, "")
    return str(path).replace(inside, outside, 1) if inside else str(path)
