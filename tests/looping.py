# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A process that fetches and processes in a loop until its standard input closes.

Run as a program of its own, so that it can be made to suffer::

    python -m tests.looping CONFIG DATABASE MAILBOX...

As with Odoo's scheduled actions, a run that fails is logged and the next one comes.
"""

import contextlib
import logging
import select
import subprocess
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

PAUSE_S = 0.05


def main(config_path, database, *servers):
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    config.parse_config(["-c", config_path, "-d", database])
    registry, ids = Registry(database), list(map(int, servers))
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
        for run in (fetch, process):
            try:
                with registry.cursor() as cr:
                    run(api.Environment(cr, SUPERUSER_ID, {}), ids)
            except Exception:
                logging.exception("%s failed", run.__name__)


def fetch(env, ids):
    env["fetchmail.server"].browse(ids)._fetch_mail()


def process(env, ids):
    servers = env["fetchmail.server"].browse(ids)
    env["mail.gateway.incoming"]._process_received(servers)


@contextlib.contextmanager
def looping(stack, database, *servers):
    """Such a process, once it has loaded all it needs."""
    words = map(str, (stack.odoo_config(database), database, *servers))
    command = [sys.executable, "-m", "tests.looping", *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    log = stack.run / "looping.log"
    with (
        log.open("ab") as told,
        subprocess.Popen(command, **pipes, stderr=told) as child,
    ):
        try:
            assert child.stdout.readline() == b"ready\n"
            yield child
        finally:
            child.stdin.close()
            child.wait(60)
    assert child.returncode == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
