# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``python3 -m sandbox VERB``: outside it fetches and enters, inside it works."""

import importlib
import os
import shutil
import sys
from pathlib import Path

from . import fetch, plain, space
from .lock import is_free, try_lock
from .paths import RUNS, STATE
from .say import Missing

USAGE = """usage: python3 -m sandbox VERB [ARGUMENTS]
  run [--once]     Odoo with real mail servers and mail, until Ctrl-C
  test [ARGS]      every test; ARGS go to pytest
  lint             the checks of the sources
  bench            this addon beside stock Odoo
  soak             the long fault tests
  stock-tests      Odoo's own tests, without this addon and with it
  pictures         the pictures of the guide
  shell [COMMAND]  a command beside the servers; MGP_* tell ports and paths
  clean            remove all that the sandbox made"""
INSIDE = (
    *("run", "test", "lint", "bench", "soak"),
    *("stock-tests", "pictures", "shell"),
)


def free_run(verb: str) -> tuple[Path, int]:
    """A folder nobody uses now, and the lock on it.

    The demo has one of its own, since its database is kept between runs.
    """
    kind = "demo" if verb == "run" else "work"
    for number in range(1, 100):
        run = RUNS / f"{kind}{number}"
        handle = try_lock(run.with_name(f"{run.name}.lock"))
        if handle is not None:
            run.mkdir(exist_ok=True)
            return run, handle
    raise Missing("a hundred runs at once are too many")


def outside(verb: str, words: list[str]) -> int:
    mode = space.choose()
    if mode == "plain" and (folder := plain.other_state()):
        again = [sys.executable, "-m", "sandbox", verb, *words]
        os.execve(again[0], again, os.environ | {"MGP_SANDBOX": str(folder)})
    fetch.everything()
    run, _lock = free_run(verb)
    return space.enter(mode, run, [verb, *words])


def clean() -> int:
    """Remove the state folders, unless somebody works in them."""
    for state in (STATE, plain.ELSEWHERE):
        for lock in [*state.glob("*.lock"), *state.glob("run/*.lock")]:
            if not is_free(lock):
                raise Missing(f"a run is going on: {lock} is taken")
        shutil.rmtree(state, ignore_errors=True)
        if state.exists():
            raise Missing(f"some of {state} cannot be removed")
    return 0


def inside(verb: str, words: list[str]) -> int:
    # Only now: verbs need packages that the venv has.
    verbs = importlib.import_module("sandbox.verbs").VERBS
    space.raise_on_signals()
    # Gone after this: a verb that is started beside the servers enters anew.
    pipe = int(os.environ.pop(space.PIPE))
    if os.environ[space.MODE] == "plain":
        space.stop_when_closed(pipe, os.getpid())
    try:
        return int(verbs[verb](words))
    except KeyboardInterrupt:
        # Ctrl-C is how a run is meant to end; a broken off test has not passed.
        return 0 if verb == "run" else 130


def main(arguments: list[str]) -> int:
    verb, *words = arguments or ["help"]
    if verb == "clean":
        return clean()
    if verb not in INSIDE:
        print(USAGE)
        return 0 if verb in ("help", "-h", "--help") else 2
    return (inside if space.PIPE in os.environ else outside)(verb, words)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Missing as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
