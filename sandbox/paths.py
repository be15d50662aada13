# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where things lie, and the stamps that tell which steps are done."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("MGP_SANDBOX") or ROOT / ".sandbox").resolve()
REQUIREMENTS = ROOT / "sandbox" / "requirements"
ADDON = ROOT / "mail_gateway_plus"

TREE = STATE / "tree"  # unpacked Debian packages, laid over /usr
ODOO = STATE / "odoo"  # unpacked odoo-19
VENV = STATE / "venv"
BARE = STATE / "bare"  # a venv that knows nothing of Odoo
SEED = STATE / "seed"  # a database cluster with stock Odoo, to be copied
RUNS = STATE / "run"  # one folder for each stack that ran


def key_of(*parts: object) -> str:
    """A short digest; files count with their content."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else repr(part).encode()
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()[:16]


def is_stamped(folder: Path, key: str) -> bool:
    """Whether the step that fills `folder` ended well with these inputs."""
    stamp = folder.with_name(folder.name + ".stamp")
    return folder.is_dir() and stamp.is_file() and stamp.read_text() == key


def stamp(folder: Path, key: str) -> None:
    folder.with_name(folder.name + ".stamp").write_text(key)


def unstamp(folder: Path) -> None:
    """Before a step starts: half a result must not look like a whole one."""
    folder.with_name(folder.name + ".stamp").unlink(missing_ok=True)
