# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each verb does, inside, with the servers at hand."""

import os
import signal
import subprocess
from collections.abc import Callable

from .say import Missing
from .stack import Stack


def shell(words: list[str]) -> int:
    """Any command beside a running stack."""
    # The command has the terminal: Ctrl-C is for it to treat.
    signal.signal(signal.SIGINT, lambda *_: None)
    with Stack.running() as stack:
        command = words or [os.environ.get("SHELL", "sh")]
        try:
            return subprocess.run(command, env=stack.environment()).returncode
        except FileNotFoundError as error:
            raise Missing(f"there is no command {command[0]}") from error


VERBS: dict[str, Callable[[list[str]], int]] = {
    "shell": shell,
}
