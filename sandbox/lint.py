# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The checks of the code: ``python -m sandbox.lint [NAME…]``.

Each tool gets one line, with its output below when it finds something. Tools run side
by side. The exit code is 1 when one of them fails. ``--fix`` lets ruff and prettier
put right what they can.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from . import paths, prettify, say

ADDON = "mail_gateway_plus"
BESIDE = ("sandbox", "tests", "benchmarks")

Command = list[str]


@dataclass(frozen=True)
class Tool:
    """One line of the report: a name, its command, and how to let it repair."""

    name: str
    command: Callable[[], Command]
    repair: Callable[[], Command] | None = None


@dataclass(frozen=True)
class Result:
    name: str
    passed: bool
    seconds: float
    output: str


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    repair = "--fix" in words
    names = [word for word in words if not word.startswith("-")]
    unknown = set(names) - {tool.name for tool in TOOLS}
    if unknown:
        known = ", ".join(tool.name for tool in TOOLS)
        print(f"lint: no tool named {', '.join(sorted(unknown))}; there are {known}")
        return 1
    chosen = [tool for tool in TOOLS if not names or tool.name in names]
    return report(chosen, repair)


def move_house() -> None:
    """Continue in the sandbox's environment when this Python has no tools (hooks)."""
    if importlib.util.find_spec("ruff"):
        return
    interpreter = paths.VENV / "bin" / "python"
    # The marker keeps an environment without the tools from calling itself for ever.
    if not interpreter.exists() or os.environ.get("MGP_LINT_MOVED"):
        print("lint: the tools are not here yet; `make lint` sets them up")
        raise SystemExit(1)
    os.environ["MGP_LINT_MOVED"] = "1"
    words = [str(interpreter), "-m", "sandbox.lint", *sys.argv[1:]]
    os.execv(interpreter, words)


def report(tools: Sequence[Tool], repair: bool) -> int:
    failed = []
    # What repairs files must not run beside what reads them.
    with ThreadPoolExecutor(max_workers=1 if repair else 2) as pool:
        for result in pool.map(lambda tool: run(tool, repair), tools):
            word = "ok" if result.passed else "FAILED"
            print(f"{result.name:<14} {word:<7} {result.seconds:5.1f} s", flush=True)
            if not result.passed:
                failed.append(result.name)
                print(indented(result.output), flush=True)
    if failed:
        print(f"lint: {', '.join(failed)} failed")
    return 1 if failed else 0


def run(tool: Tool, repair: bool) -> Result:
    started = time.monotonic()
    try:
        command = tool.repair if repair and tool.repair else tool.command
        done = subprocess.run(
            command(),
            cwd=paths.ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        passed, output = done.returncode == 0, done.stdout
    except say.Missing as error:
        passed, output = False, str(error)
    return Result(tool.name, passed, time.monotonic() - started, output)


def environment() -> dict[str, str]:
    """The tools of this environment first, and no colours in what we print."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "NO_COLOR": "1", "PYTHONPATH": str(paths.ROOT)}


def indented(output: str) -> str:
    return "\n".join(f"    {line}" for line in output.strip().splitlines())


def existing(*names: str) -> list[str]:
    return [name for name in names if (paths.ROOT / name).exists()]


def python(module: str, *arguments: str) -> Command:
    return [sys.executable, "-m", module, *arguments]


def ruff_check(*options: str) -> Command:
    return python("ruff", "check", *options, *existing(ADDON, *BESIDE))


def ruff_format(*options: str) -> Command:
    return python("ruff", "format", *options, *existing(ADDON, *BESIDE))


def pylint_addon() -> Command:
    return python("pylint", "--rcfile=.pylintrc", "--jobs=1", ADDON)


def pylint_beside() -> Command:
    # Command line programs print, and their create() and write() are not the ORM's.
    without = "--disable=print-used,invalid-commit,method-required-super"
    return python("pylint", "--rcfile=.pylintrc-mandatory", without, *existing(*BESIDE))


def mypy() -> Command:
    options = ["--strict", "--follow-imports=silent", "--explicit-package-bases"]
    return python("mypy", *options, f"{ADDON}/core", f"{ADDON}/net")


def wheel() -> Command:
    folder = str(paths.STATE / "wheel")
    return python("build", "--wheel", "--no-isolation", "--outdir", folder, ADDON)


def prettier_folders() -> list[str]:
    return existing(
        ADDON, *BESIDE, "docs", ".pre-commit-config.yaml", ".prettierrc.yml"
    )


TOOLS = (
    Tool("ruff", ruff_check, lambda: ruff_check("--fix")),
    Tool("ruff-format", lambda: ruff_format("--check"), ruff_format),
    Tool("pylint", pylint_addon),
    Tool("pylint-beside", pylint_beside),
    Tool("mypy", mypy),
    Tool(
        "prettier",
        lambda: prettify.command("--check", *prettier_folders()),
        lambda: prettify.command("--write", *prettier_folders()),
    ),
    Tool("budget", lambda: python("sandbox.budget")),
    Tool(
        "readme",
        lambda: python("sandbox.readme", "--check"),
        lambda: python("sandbox.readme"),
    ),
    Tool("wheel", wheel),
)


if __name__ == "__main__":
    move_house()
    sys.exit(main())
