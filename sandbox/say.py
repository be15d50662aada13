# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the user sees: one line a step, one line for what is missing."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


class Missing(Exception):
    """Something the machine lacks or refuses. Shown as one line, exit status 1."""


def line(text: str) -> None:
    print(text, flush=True)


def warn(text: str) -> None:
    print(f"note: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text: str, usual_s: float = 0) -> Iterator[None]:
    """Print the step with its seconds; one that lasts is announced as well."""
    if usual_s:
        line(f"        …  {text} (about {usual_s:.0f} s)")
    begin = time.monotonic()
    yield
    line(f"{time.monotonic() - begin:7.1f} s  {text}")


def _last_words(output: str) -> str:
    lines = [words.strip() for words in output.splitlines() if words.strip()]
    # apt and pip put the cause on a line of its own, then advice below it.
    marks = ("E:", "ERROR:", "fatal", "npm error")
    causes = [words for words in lines if words.startswith(marks)]
    return (causes[:1] or lines[-1:] or ["no output"])[0]


def call(
    command: Sequence[str | Path],
    what: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: str | None = None,
) -> str:
    """Run a tool, give its output; a failure becomes one line with its last words."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=env,
            input=given,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise Missing(f"{what}: there is no {words[0]} on this machine") from error
    if done.returncode:
        raise Missing(f"{what}: {words[0]} failed: {_last_words(done.stdout)}")
    return done.stdout
