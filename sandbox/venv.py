# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Python environments: one with Odoo, one that knows nothing of it."""

import shutil
import subprocess
import sys
from pathlib import Path

from . import odoo
from .paths import BARE, REQUIREMENTS, ROOT, VENV, is_stamped, key_of, stamp, unstamp
from .say import call, step

OLDEST = (3, 11)


def base_python() -> str:
    """The distribution's Python where it is new enough: it stays what it is,
    whatever version manager the caller's shell has switched on."""
    ask = f"import sys, ensurepip, venv; sys.exit(sys.version_info < {OLDEST})"
    for candidate in ("/usr/bin/python3", sys.executable):
        done = subprocess.run([candidate, "-c", ask], stderr=subprocess.DEVNULL)
        if done.returncode == 0:
            return candidate
    return sys.executable


def _lists(*names: str) -> list[Path]:
    """Requirement files that are there, the addon's own among them."""
    paths = [REQUIREMENTS / f"{name}.txt" for name in names]
    paths.append(ROOT / "requirements.txt")
    return [path for path in paths if path.is_file()]


def _make(folder: Path, files: list[Path], what: str, usual_s: float) -> None:
    """Create it once; when only the lists changed, pip adds what is new."""
    interpreter = base_python()
    version = call([interpreter, "--version"], what)
    key = key_of(interpreter, version, str(folder), *files)
    if is_stamped(folder, key):
        return
    unstamp(folder)
    with step(what, usual_s=usual_s):
        if not is_stamped(folder / "lib", key_of(interpreter, version)):
            shutil.rmtree(folder, ignore_errors=True)
            call([interpreter, "-m", "venv", folder], what)
            stamp(folder / "lib", key_of(interpreter, version))
        wanted = [word for path in files for word in ("-r", path)]
        pip = [folder / "bin/python", "-m", "pip", "install", "-q", *wanted]
        call([*pip, "--disable-pip-version-check"], what)
    stamp(folder, key)


def fetch() -> None:
    """The environment for Odoo, the tests and the private servers."""
    files = _lists("odoo", "test", "lint")
    _make(VENV, files, "Python packages installed", usual_s=40)
    _link_odoo()


def fetch_bare() -> None:
    """An environment in which importing Odoo would fail."""
    _make(BARE, _lists("bare"), "bare Python for tests/core", usual_s=5)


def _link_odoo() -> None:
    """One line in a .pth file puts Odoo on the path; pip then sees it too."""
    (packages,) = VENV.glob("lib/python3*/site-packages")
    (packages / "odoo.pth").write_text(f"{odoo.home()}\n")


def python() -> str:
    return str(VENV / "bin/python")
