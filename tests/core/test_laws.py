# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The laws of the house that a parser can check."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[2] / "mail_gateway_plus"
PACKAGE = "odoo.addons.mail_gateway_plus"

#: Package -> what its modules may import of the addon, and what of elsewhere is not
#: for them: ``core`` takes time, randomness and answers from outside as arguments.
MAY_USE = {"core": {"core"}, "net": {"core", "net"}}
NOT_FOR = {
    "core": {"odoo", "psycopg2", "socket", "ssl", "time", "random", "threading"},
    "net": {"odoo", "psycopg2"},
}


def modules(package):
    return sorted((ADDON / package).rglob("*.py"))


def imported(path):
    """Absolute names of what a module imports, the addon's own as ``core.x``."""
    here = path.relative_to(ADDON).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else ()
            base = ".".join(filter(None, [*above, node.module]))
            yield from (
                [base] if node.module else [f"{base}.{a.name}" for a in node.names]
            )


@pytest.mark.parametrize("package", MAY_USE)
def test_package_keeps_to_its_floor(package):
    assert modules(package), "nothing is checked where nothing is found"
    faults = []
    for path in modules(package):
        for name in imported(path):
            top = name.split(".")[0]
            own = top in {"core", "net", "models", "controllers"}
            if (own and top not in MAY_USE[package]) or top in NOT_FOR[package]:
                faults.append(f"{path.relative_to(ADDON)} imports {name}")
    assert not faults


def test_law_test_sees_relative_imports():
    assert "core.mailbox" in set(imported(ADDON / "net" / "imap.py"))
    assert "net.sockets" in set(imported(ADDON / "net" / "line.py"))


@pytest.mark.parametrize("package", MAY_USE)
def test_package_imports(package):
    root = importlib.import_module(f"{PACKAGE}.{package}")
    for found in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
        importlib.import_module(found.name)
