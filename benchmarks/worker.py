# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The measured fetches of one side: ``python -m benchmarks.worker``.

Reads jobs as lines of JSON and answers each with what was measured. The process
loads Odoo and warms its caches once, as a server does, and forks for each job, as
Odoo's workers are forked: no run finds what another has left in memory.
"""

import gc
import json
import math
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from . import deciding, setting, waiting
from .job import Cost, Crowd, Decision, Job, Outbox

#: Stock takes so many messages a run; its scheduled action starts the next at once.
STOCK_RUN = 50
STATUS = Path("/proc/self/status")
#: What both sides shall have made of the same mail.
MODELS = ("crm.lead", "mail.message", "mail.notification", "ir.attachment")


def main(config_file: str, database: str) -> None:
    config.parse_config(["-c", config_file, "-d", database], setup_logging=True)
    registry = Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        setting.prepare(env)
        setting.warm_up(env)
    # The database is about to be copied, and a fork must not share a connection.
    odoo.sql_db.close_all()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        kind, values = json.loads(line)
        _in_fork(registry, JOBS[kind][0](**values))


def _in_fork(registry: Registry, job: Job | Crowd | Decision | Outbox) -> None:
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        if status:
            print("failed", flush=True)
        return
    try:
        _kind, work = JOBS[type(job).__name__]
        print(json.dumps(work(registry, job)), flush=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def run(registry: Registry, job: Job) -> dict[str, object]:
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        server = setting.mailbox(env, job)
        before = count(env)
        costs = {name: measure(work) for name, work in stages(server, job).items()}
        made = {name: now - before.get(name, 0) for name, now in count(env).items()}
    return {"costs": {name: asdict(cost) for name, cost in costs.items()}, "made": made}


def wait(registry: Registry, crowd: Crowd) -> dict[str, object]:
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        return asdict(waiting.run(env, crowd))


def decide(registry: Registry, decision: Decision) -> dict[str, object]:
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        return asdict(deciding.run(env, decision))


def send(registry: Registry, outbox: Outbox) -> dict[str, object]:
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        setting.outgoing(env, outbox.port)
        # The first fills Odoo's caches.
        setting.letters(env, "warm", setting.WARM)
        env["mail.mail"].process_email_queue()
        to = setting.letters(env, "person", outbox.count)
        env.invalidate_all()
        queue = env["mail.mail"]
        cost = measure(lambda: queue.process_email_queue(batch_size=outbox.count))
        told = env["mail.notification"]._read_group(
            [("notification_type", "=", "email")],
            ["notification_status"],
            ["__count"],
        )
        made = {f"notifications: {status}": number for status, number in told}
        made["mails left"] = queue.search_count([])
    return {"costs": {"all": asdict(cost)}, "made": made, "to": to}


#: By the name of a job: its form, and what does it.
JOBS = {
    "Job": (Job, run),
    "Crowd": (Crowd, wait),
    "Decision": (Decision, decide),
    "Outbox": (Outbox, send),
}


def _memory(row: str) -> float:
    """VmRSS (now) or VmHWM (highest since the last reset), in MB."""
    lines = STATUS.read_text().splitlines()
    return int(next(line for line in lines if line.startswith(row)).split()[1]) / 1024


def measure(work: Callable[[], None]) -> Cost:
    # Sets the high-water mark of resident memory to what there is now.
    Path("/proc/self/clear_refs").write_text("5")
    memory, queries = _memory("VmRSS"), odoo.sql_db.sql_counter
    cpu_s, begin = time.process_time(), time.perf_counter()
    work()
    return Cost(
        seconds=time.perf_counter() - begin,
        cpu_s=time.process_time() - cpu_s,
        queries=odoo.sql_db.sql_counter - queries,
        peak_mb=_memory("VmHWM") - memory,
    )


def stages(server, job: Job) -> dict[str, Callable[[], None]]:
    """What a side does until every message has its outcome."""

    def fetch() -> None:
        fault = server._fetch_mail()
        if fault:
            raise fault

    def fetch_in_runs() -> None:
        for _run in range(math.ceil(job.count / STOCK_RUN)):
            fetch()

    def process() -> None:
        server.env["mail.gateway.incoming"]._process_received()

    if job.side == "stock":
        return {"all": fetch_in_runs}
    return {"fetch": fetch, "process": process}


def count(env) -> dict[str, int]:
    found = {name: env[name].search_count([]) for name in MODELS}
    if "mail.gateway.incoming" in env:
        groups = env["mail.gateway.incoming"]._read_group([], ["state"], ["__count"])
        found |= {f"ledger: {state}": number for state, number in groups}
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
