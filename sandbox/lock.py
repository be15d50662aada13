# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Locks between runs that share a sandbox. The kernel drops them with the process."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from .say import line


def try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock until it is closed, or None if taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock now."""
    handle = try_lock(path)
    if handle is None:
        return False
    os.close(handle)
    return True


@contextlib.contextmanager
def alone(path: Path, waiting_for: str) -> Iterator[None]:
    """One at a time; who waits is told for what."""
    handle = try_lock(path)
    if handle is None:
        line(f"        …  waiting: {waiting_for}")
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)
