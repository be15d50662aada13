# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A process that tells how much memory it takes to fetch and process.

Run as a program of its own, for what a process has held at most never shrinks::

    python -m tests.weighing CONFIG DATABASE MAILBOX

For each line of its input it fetches and processes what there is, and prints the most
memory that it has ever held, in MB.
"""

import contextlib
import logging
import resource
import subprocess
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main(config_path, database, mailbox):
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    config.parse_config(["-c", config_path, "-d", database])
    registry = Registry(database)
    for _line in sys.stdin:
        for run in (fetch, process):
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                run(env["fetchmail.server"].browse(int(mailbox)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(peak / 1024, flush=True)


def fetch(mailbox):
    mailbox._fetch_mail()


def process(mailbox):
    mailbox.env["mail.gateway.incoming"]._process_received(mailbox)


@contextlib.contextmanager
def scales(stack, database, mailbox):
    """A function that has such a process work once, and gives its peak."""
    words = map(str, (stack.odoo_config(database), database, mailbox))
    command = [sys.executable, "-m", "tests.weighing", *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 1}
    with (
        (stack.run / "weighing.log").open("a") as log,
        subprocess.Popen(command, **pipes, stderr=log, text=True) as child,
    ):

        def weigh():
            child.stdin.write("work\n")
            return float(child.stdout.readline())

        yield weigh
        child.stdin.close()
        assert child.wait(60) == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
