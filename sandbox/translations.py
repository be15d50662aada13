# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addon's translation template, exported from a database that has the addon:
``python3 -m sandbox shell python -m sandbox.translations [--check]``.

Odoo's own export writes it; the dates are taken out, so that it changes only when a
text does. ``--check`` writes nothing and fails when the file is not what it would be.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from . import paths, say

if TYPE_CHECKING:
    from .stack import Stack

TEMPLATE = paths.ADDON / "i18n" / f"{paths.ADDON.name}.pot"
DATES = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date):.*\n', re.MULTILINE)


def main() -> int:
    from .stack import Stack

    text = export(Stack.attach())
    name = TEMPLATE.relative_to(paths.ROOT)
    if TEMPLATE.is_file() and TEMPLATE.read_text() == text:
        say.line(f"{name} is up to date")
        return 0
    if "--check" in sys.argv[1:]:
        say.line(f"{name} is stale: export it again")
        return 1
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(text)
    say.line(f"wrote {name}")
    return 0


def export(stack: Stack) -> str:
    """The template as it should be now, from a fresh copy of the addon's database."""
    database = stack.database(copy_of="addon")
    try:
        return exported_from(database, str(stack.odoo_config(database)))
    finally:
        stack.drop(database)


def exported_from(database: str, config: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / TEMPLATE.name
        odoo = [sys.executable, "-m", "odoo", "i18n", "export"]
        options = ["--config", config, "--database", database, "--languages", "pot"]
        words = [*odoo, *options, "--output", target, "--", TEMPLATE.stem]
        say.call(words, "translation template")
        return without_dates(target.read_text())


def without_dates(text: str) -> str:
    return DATES.sub("", text)


if __name__ == "__main__":
    sys.exit(main())
