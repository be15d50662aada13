# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The check of mail domains, beside checkdmarc, with a name server 30 ms away."""

import contextlib
import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sandbox import ports
from sandbox.paths import REQUIREMENTS, ROOT, STATE
from sandbox.say import Missing, line, step

from .domain_zones import COUNT, DEPTH, TREE

NAME = "the check of domains, 30 ms round trip"
ROUND_TRIP_S = 0.03
TIMES = 15
#: What the SPF tree may take: a quarter more than its levels, one after the other.
SPF_MS = 1.25 * DEPTH * ROUND_TRIP_S * 1000
RATIO = 5.0
HUNDRED_MS = 15_000
ENVIRONMENT = STATE / "checkdmarc"


def run(short: bool) -> None:
    """Measures and prints."""
    with _zones() as port:
        with step(f"{NAME}: addon"):
            own = [sys.executable, "-m", "benchmarks.domain_addon"]
            addon = _told(own, port, TIMES)
        python = _checkdmarc()
        other: dict[str, list[float]] = {"spf": [], "check": []}
        for what in other if python else ():
            for turn in range(1 if short else 3):
                with step(f"{NAME}: checkdmarc, {what} {turn + 1}"):
                    script = [str(python), "benchmarks/domain_checkdmarc.py"]
                    other[what] += _told(script, port, TREE, what)[what]
    line(f"\n{NAME}\n\n{_table(addon, other)}")


@contextlib.contextmanager
def _zones() -> Iterator[int]:
    port = ports.any_free()
    command = [sys.executable, "-m", "benchmarks.domain_zones", str(port)]
    with subprocess.Popen(
        [*command, str(ROUND_TRIP_S)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin and server.stdout
        if server.stdout.readline() != "ready\n":
            raise Missing("the name server of the benchmark does not start")
        try:
            yield port
        finally:
            server.stdin.close()


def _told(command: list[str], port: int, *words: object) -> dict[str, list[float]]:
    said = subprocess.run(
        [*command, str(port), *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, list[float]] = json.loads(said.stdout)
    return found


def _checkdmarc() -> Path | None:
    """Its Python; None where it cannot be had, for the addon's figures stand alone."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        with step("checkdmarc"):
            venv.create(ENVIRONMENT, with_pip=True)
    wanted = REQUIREMENTS / "checkdmarc.txt"
    install = [str(python), "-m", "pip", "install", "-q", "-r", str(wanted)]
    if subprocess.run(install, check=False, stderr=subprocess.DEVNULL).returncode:
        line("checkdmarc cannot be installed here: only the addon is measured")
        return None
    return python


def _table(addon: dict[str, list[float]], other: dict[str, list[float]]) -> str:
    rows = [
        ("SPF, 10 terms on 4 levels", "spf", f"{SPF_MS:.0f} ms"),
        ("the whole check of a domain", "check", f"{RATIO:.0f} times as fast"),
        (f"{COUNT} domains", "hundred", f"{HUNDRED_MS:,} ms"),
    ]
    head = "| what | addon | slowest | checkdmarc | ratio | target |"
    lines = [head, "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name, what, target in rows:
        own, others = addon[what], other.get(what) or []
        theirs = f"{median(others):,.0f} ms" if others else ""
        ratio = f"{median(others) / median(own):.1f}" if others else ""
        cells = (f"{median(own):,.0f} ms", f"{max(own):,.0f} ms", theirs, ratio, target)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
