# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Step one of every verb: what has to lie in the sandbox before anything runs.

Three lanes go at once: the distribution's packages, Odoo, and the wheels. Each
step leaves a stamp keyed by its inputs, so a broken run goes on where it ended
and a later run does nothing.
"""

import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import odoo, venv
from .apt import STATUS, Apt, own_sources, sid_sources, unpack
from .lock import alone, is_free
from .paths import RUNS, STATE, TREE, is_stamped, key_of, stamp, unstamp
from .say import step

SERVERS = [
    "postgresql",
    "dovecot-imapd",
    "dovecot-lmtpd",
    "dovecot-pop3d",
    "postfix",
    "chromium",
    "fonts-liberation",
    "fontconfig-config",
    "libatomic1",  # for the node that drives the browser and the checks
    "git",  # a wheel's version comes from the history
]
# The distribution's launcher stops where /etc/chromium.d is missing, and that is
# there only when Chromium is installed. So is what tells programs where fonts lie.
CHROMIUM = """#!/bin/sh
test -e /etc/fonts/fonts.conf || export FONTCONFIG_PATH={fonts}
exec /usr/lib/chromium/chromium "$@"
"""


def everything() -> None:
    """Fetch what is not there. Raises Missing with the first lane's fault."""
    # Servers of other users have to read what is unpacked.
    os.umask(0o022)
    STATE.mkdir(parents=True, exist_ok=True)
    with alone(STATE / "fetch.lock", "another run is filling the sandbox"):
        _run_lanes([_debian, venv.fetch, venv.fetch_bare])
        _let_chromium_start()


def _run_lanes(lanes: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(lanes)) as pool:
        for future in [pool.submit(lane) for lane in lanes]:
            future.result()


def _debian() -> None:
    own = Apt(STATE / "apt/own", own_sources())
    sid = Apt(STATE / "apt/sid", sid_sources())
    _run_lanes([lambda: odoo.fetch(sid, own), lambda: _servers(own)])


def _servers(own: Apt) -> None:
    """Unpack the servers and what they need beyond what the machine has.

    When something was installed or removed on the machine, the need is computed
    again; the tree is made anew only if it came out different.
    """
    asked = key_of(SERVERS, STATUS)
    if is_stamped(TREE.with_name("closure"), asked) and TREE.is_dir():
        return
    with step("server packages listed"):
        own.update()
        closure = own.closure(SERVERS)
    if not is_stamped(TREE, key_of(closure)):
        unstamp(TREE)
        with step(f"{len(closure)} server packages downloaded", usual_s=20):
            archives = own.download(closure)
        with step("server packages unpacked", usual_s=10):
            _put_aside(TREE)
            unpack(archives, TREE)
        stamp(TREE, key_of(closure))
    TREE.with_name("closure").mkdir(exist_ok=True)
    stamp(TREE.with_name("closure"), asked)


def _put_aside(tree: Path) -> None:
    """Runs that stand on the old tree keep it; it goes when there are none."""
    if tree.is_dir():
        tree.rename(tree.with_name(f"{tree.name}.old-{time.time_ns()}"))
    if all(is_free(lock) for lock in RUNS.glob("*.lock")):
        for old in tree.parent.glob(f"{tree.name}.old-*"):
            shutil.rmtree(old, ignore_errors=True)


def _let_chromium_start() -> None:
    launcher = TREE / "usr/bin/chromium"
    text = CHROMIUM.format(fonts=TREE / "etc/fonts")
    # Not there when the machine has one of its own.
    if launcher.is_file() and launcher.read_text() != text:
        launcher.write_text(text)
