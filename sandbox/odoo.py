# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19: from the distribution's package, or the one that ODOO_HOME names.

No other archive that an ordinary client can reach holds Odoo 19; Debian's sid
does, as a package of pure Python that runs on Debian 12 as well.
"""

import os
import shutil
from pathlib import Path

from .apt import Apt, unpack
from .paths import ODOO, is_stamped, key_of, stamp, unstamp
from .say import Missing, step

PACKAGE = "odoo-19"
# Odoo's package links to these, which lie beside it in the same tree.
LINKED = [
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
# The distribution leaves this file out; a page that asks for it in vain logs an
# error, and so fails every browser test. Nothing of ours blurs a camera's picture.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def given_home() -> Path | None:
    """The Odoo that the user already has."""
    home = os.environ.get("ODOO_HOME")
    if not home:
        return None
    if not (Path(home) / "odoo" / "release.py").is_file():
        raise Missing(f"ODOO_HOME={home} holds no odoo/release.py")
    return Path(home).resolve()


def home() -> Path:
    """The folder to put on Python's path."""
    return given_home() or ODOO / "usr/lib/python3/dist-packages"


def addons_paths() -> list[Path]:
    """A source checkout keeps its addons beside the package, a package inside."""
    beside = home() / "addons"
    is_checkout = (beside / "mail").is_dir()
    return [beside] if is_checkout else []


def fetch(sid: Apt, own: Apt) -> None:
    """Unpack Odoo and what its links point to."""
    key = key_of(PACKAGE, LINKED)
    if given_home() or is_stamped(ODOO, key):
        return
    unstamp(ODOO)
    with step("Odoo 19 downloaded", usual_s=20):
        sid.update()
        archives = sid.download([PACKAGE]) + own.download(LINKED)
    with step("Odoo 19 unpacked", usual_s=20):
        shutil.rmtree(ODOO, ignore_errors=True)
        unpack(archives, ODOO)
        left_out = home() / "odoo/addons" / LEFT_OUT
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.touch()
    stamp(ODOO, key)
