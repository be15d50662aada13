# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own tests of mail, without this addon and with it: ``make stock-tests``.

Some of them fail on one machine or another whatever is installed, for want of a program
or another version of a library. What counts is the difference.
"""

import fnmatch
import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import odoo, outcomes, ports, process, venv
from .paths import ROOT
from .say import Missing, line, step
from .server import command
from .stack import Stack

#: Below Odoo's addons.
TESTS = (
    "mail/tests",
    "test_mail/tests",
    "google_gmail/tests",
    "microsoft_outlook/tests",
    "base/tests/test_ir_mail_server.py",
    "base/tests/test_ir_mail_server_smtpd.py",
)
#: What has to be installed for that; the rest comes with it.
MODULES = "test_mail"
KINDS = ("stock", "addon")

#: Tests that must fail with the addon -> why. Nothing else may.
EXCEPTIONS: dict[str, str] = {
    "mail/tests/test_fetchmail.py::*::test_fetchmail_deactivation": "a mailbox that"
    " fails is never set to draft: it backs off, tells somebody and recovers by itself",
}

Outcomes = dict[str, str]


def main(words: list[str]) -> int:
    """Run, compare and tell; ``words`` name tests below Odoo's addons, and options of
    pytest."""
    addons = odoo.home() / "odoo/addons"
    chosen = [word for word in words if (addons / word.partition("::")[0]).exists()]
    options = [word for word in words if word not in chosen]
    names = [str(addons / name) for name in chosen or TESTS]
    with Stack.running() as stack:
        stack.databases.addon()
        with ThreadPoolExecutor(len(KINDS)) as pool:
            runs = [
                pool.submit(_run, stack, kind, [*names, *options]) for kind in KINDS
            ]
            stock, addon = (run.result() for run in runs)
        again = _differing(stock, addon)
        if again:
            # Two runs at once disturb each other: what fails alone too does fail.
            line(f"{len(again)} differ and are run again, alone")
            stock |= _run(stack, "stock", again)
            addon |= _run(stack, "addon", again)
    return _tell(stock, addon, addons)


def _run(stack: Stack, kind: str, words: list[str]) -> Outcomes:
    """How each test ended on a copy of the template ``kind``."""
    database = stack.database(kind)
    config = stack.odoo_config(database, http_port=ports.any_free())
    place = stack.run / f"stock-tests-{kind}.json"
    log = stack.run / f"stock-tests-{kind}.log"
    place.unlink(missing_ok=True)
    install = ["server", "-i", MODULES, "--stop-after-init", "--no-http"]
    try:
        with step(f"{MODULES} installed on {database}"):
            process.must_run(command(config, *install), log, MODULES)
        with step(f"Odoo's own tests on {database}"):
            _pytest(stack, config, database, words, place, log)
    finally:
        stack.drop(database)
    if not place.exists():
        raise Missing(f"the tests did not come to an end: see {process.shown(log)}")
    found: Outcomes = json.loads(place.read_text())
    return found


def _pytest(
    stack: Stack, config: Path, database: str, words: list[str], place: Path, log: Path
) -> None:
    command = [
        *(venv.python(), "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("-p", "sandbox.outcomes", "-c", "/dev/null", f"--rootdir={stack.run}"),
        *(f"--odoo-config={config}", f"--odoo-database={database}", "--odoo-http"),
    ]
    env = stack.environment() | {outcomes.PLACE: str(place), "PYTHONPATH": str(ROOT)}
    with log.open("ab") as told:
        subprocess.run(
            [*command, *words], cwd=stack.run, env=env, stdout=told, stderr=told
        )


def _differing(stock: Outcomes, addon: Outcomes) -> list[str]:
    """Tests that do worse with the addon, or do not run at all."""
    return [
        name
        for name, outcome in stock.items()
        if addon.get(name, "missing") != outcome and outcome != "failed"
    ] + [n for n, o in addon.items() if n not in stock and o == "failed"]


def _tell(stock: Outcomes, addon: Outcomes, addons: Path) -> int:
    counts = [Counter(found.values()) for found in (stock, addon)]
    line(f"\n{'':10}{'stock':>8}{'with the addon':>16}")
    for word in ("passed", "failed", "skipped"):
        line(f"{word:10}{counts[0][word]:>8}{counts[1][word]:>16}")
    differing = [name.removeprefix(f"{addons}/") for name in _differing(stock, addon)]
    both = [
        name.removeprefix(f"{addons}/")
        for name, outcome in stock.items()
        if outcome == addon.get(name) == "failed"
    ]
    _list("fail on both, so this addon is not why:", both)
    excused = {name: why for name in differing if (why := _excuse(name))}
    _list("differ as they must:", [f"{n}: {why}" for n, why in excused.items()])
    faults = [name for name in differing if name not in excused]
    _list("differ and must not:", faults)
    line(f"\n{len(faults)} failures that stock does not have")
    return 1 if faults or not stock else 0


def _excuse(name: str) -> str | None:
    found = (w for pattern, w in EXCEPTIONS.items() if fnmatch.fnmatch(name, pattern))
    return next(found, None)


def _list(title: str, names: list[str]) -> None:
    if names:
        line(f"\n{title}")
        for name in sorted(names):
            line(f"  {name}")
