# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each verb does, inside, with the servers at hand."""

import importlib
import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Callable

from . import ports, process, skips, venv
from .database import addon_key
from .paths import BARE, ROOT
from .say import Missing, line, step
from .stack import Stack

DEMO = "demo"


# --- run


def run(words: list[str]) -> int:
    """Odoo with mail in its mailboxes, until Ctrl-C."""
    once = "--once" in words
    begin = time.monotonic()
    with Stack.running() as stack:
        _bring_demo(stack)
        if importlib.util.find_spec("sandbox.demo"):
            importlib.import_module("sandbox.demo").main(stack, once=once)
        with step("Odoo"), ports.reserving():
            port = ports.choose()["http"]
            server = stack.odoo(DEMO, http_port=port, max_cron_threads=1)
        with server:
            _tell(stack, server.url, time.monotonic() - begin)
            if not once:
                _wait(server.process)
    return 0


def _bring_demo(stack: Stack) -> None:
    """The demo's database is kept until the addon changes: then its plan may not be
    that of the rows which are in it."""
    stamp = stack.run / "demo.stamp"
    key = addon_key()
    known = DEMO in stack.databases.names()
    if known and stamp.exists() and stamp.read_text() == key:
        return
    addon = stack.databases.addon()
    anew = "demo database made anew: the addon has changed"
    with step(anew if known else "demo database copied"):
        stack.databases.copy(addon, DEMO)
    stamp.write_text(key)


def _tell(stack: Stack, url: str, seconds: float) -> None:
    port = stack.ports
    line(f"""
ready after {seconds:.0f} s

  Odoo      {url}   login admin, password admin
  mail      any mailbox, password {stack.password}, on {stack.host}
            IMAP {port["imap"]} (STARTTLS), {port["imaps"]} (TLS)
            POP3 {port["pop3"]} (STARTTLS), {port["pop3s"]} (TLS)
            SMTP {port["smtp"]} (STARTTLS), {port["smtps"]} (TLS)
  logs      {process.shown(stack.run)}
""")


def _wait(odoo: "subprocess.Popen[bytes]") -> None:
    line("Ctrl-C stops everything.")
    try:
        odoo.wait()
    except KeyboardInterrupt:
        line("\nstopping")
        return
    raise Missing("Odoo has ended by itself: see its log")


# --- test


def test(words: list[str]) -> int:
    """Bare core tests, lint, then everything under Odoo: its closing line is last.

    Who names tests wants these alone.
    """
    checks = {} if words else CHECKS
    failed = [name for name, check in checks.items() if check() != 0]
    with Stack.running() as stack:
        status = _pytest(stack, words, before=failed)
    return status or int(bool(failed))


def soak(words: list[str]) -> int:
    with Stack.running() as stack:
        return _pytest(stack, ["--soak", *(words or ["tests"])])


def pictures(words: list[str]) -> int:
    """Browser tests take pictures on their way when they are told where to put them."""
    with Stack.running() as stack:
        os.environ["MGP_PICTURES"] = str(ROOT / "docs/pictures")
        return _pytest(stack, ["-m", "pictures", *words])


def _core() -> int:
    """tests/core where importing Odoo would fail."""
    if not (ROOT / "tests/core").is_dir():
        return 0
    line("tests/core in a Python without Odoo")
    command = [BARE / "bin/python", "-m", "pytest", "-q", "-p", "sandbox.skips"]
    return subprocess.run([*command, "tests/core"], cwd=ROOT).returncode


def lint(words: list[str] | None = None) -> int:
    if not importlib.util.find_spec("sandbox.lint"):
        return 0
    return int(importlib.import_module("sandbox.lint").main(words or []))


CHECKS: dict[str, Callable[[], int]] = {"tests/core": _core, "lint": lint}


def _is_path(word: str) -> bool:
    return (ROOT / word.partition("::")[0]).exists()


def _pytest(stack: Stack, words: list[str], before: list[str] | None = None) -> int:
    """pytest under Odoo, on a copy of the template with the addon."""
    database = stack.database("addon")
    # Odoo would limit pytest's memory, and with it the browser's that tests start.
    config = stack.odoo_config(database, limit_memory_hard=0)
    paths = [path for path in ("tests", "mail_gateway_plus/tests") if _is_path(path)]
    command = [
        *(venv.python(), "-m", "pytest", "-p", "sandbox.skips"),
        *(f"--odoo-config={config}", f"--odoo-database={database}", "--odoo-http"),
        *([] if any(map(_is_path, words)) else paths),
        *words,
    ]
    env = stack.environment() | {skips.BEFORE: ", ".join(before or [])}
    try:
        return subprocess.run(command, cwd=ROOT, env=env).returncode
    finally:
        stack.drop(database)


# --- others


def bench(words: list[str]) -> int:
    with Stack.running() as stack:
        command = [venv.python(), "-m", "benchmarks", *words]
        return subprocess.run(command, cwd=ROOT, env=stack.environment()).returncode


def stock_tests(words: list[str]) -> int:
    """Odoo's own tests of mail, without the addon and with it."""
    return int(importlib.import_module("sandbox.stock_tests").main(words))


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
    "run": run,
    "test": test,
    "lint": lint,
    "bench": bench,
    "soak": soak,
    "pictures": pictures,
    "stock-tests": stock_tests,
    "shell": shell,
}
