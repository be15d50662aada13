# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test of a mailbox: what it adds to that of any server."""

from dataclasses import dataclass

from .. import trial
from .listing import FolderState

FOLDER_FOUND = "test_folder_found"
WAITING = "test_waiting"

#: All that the test of a mailbox may find, beside what goes wrong.
CODES = trial.CODES | {FOLDER_FOUND, WAITING}


@dataclass(frozen=True)
class Trial(trial.Trial):
    """``found`` holds each folder that was looked into, with the UIDs that may be
    new there."""

    found: tuple[tuple[FolderState, tuple[str, ...]], ...] = ()
