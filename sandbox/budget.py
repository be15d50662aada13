# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keeps the addon small and its floors apart: ``python -m sandbox.budget``.

Sizes count every line from ``def`` to the end of the function, text and all. Tests are
left out: a table of cases may be as long as it must.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import paths

FUNCTION_LINES = 40
FILE_LINES = 300
MEDIAN_LINES = 10

# What a floor may import from inside the addon; nothing may be imported from Odoo.
FLOORS = {"core": {"core"}, "net": {"core", "net"}}


@dataclass(frozen=True)
class Function:
    name: str
    line: int
    lines: int


@dataclass(frozen=True)
class Import:
    """An imported module: absolute, or as the path of packages inside the addon."""

    line: int
    parts: tuple[str, ...]
    relative: bool


def main() -> int:
    files = sources(paths.ADDON)
    sizes = [function.lines for _, tree in files for function in functions(tree)]
    faults = [fault for path, tree in files for fault in faults_of(path, tree)]
    median = statistics.median(sizes) if sizes else 0
    if median > MEDIAN_LINES:
        faults.append(f"the median function has {median:g} lines, over {MEDIAN_LINES}")
    for fault in faults:
        print(fault)
    print(f"{len(files)} files, {len(sizes)} functions, median {median:g} lines")
    return 1 if faults else 0


def sources(addon: Path) -> list[tuple[Path, ast.Module]]:
    """The addon's Python files without its tests, each with its syntax tree."""
    found = sorted(addon.rglob("*.py"))
    kept = [path for path in found if "tests" not in path.relative_to(addon).parts]
    return [(path, ast.parse(path.read_bytes(), str(path))) for path in kept]


def faults_of(path: Path, tree: ast.Module) -> Iterator[str]:
    name = path.relative_to(paths.ROOT)
    lines = len(path.read_bytes().splitlines())
    if lines > FILE_LINES:
        yield f"{name}: {lines} lines, over {FILE_LINES}"
    for function in functions(tree):
        if function.lines > FUNCTION_LINES:
            size = f"{function.name} has {function.lines} lines, over {FUNCTION_LINES}"
            yield f"{name}:{function.line}: {size}"
    inside = path.relative_to(paths.ADDON).parts
    if inside[0] in FLOORS:
        for found in imports(tree, inside[:-1]):
            if not allowed(found, inside[0]):
                module = ".".join(found.parts)
                yield f"{name}:{found.line}: {inside[0]} must not import {module}"


def functions(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            end = node.end_lineno or node.lineno
            yield Function(node.name, node.lineno, end - node.lineno + 1)


def imports(tree: ast.Module, package: tuple[str, ...]) -> Iterator[Import]:
    """Every import of a file that lies in `package`, wherever in the file it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, tuple(alias.name.split(".")), False)
        elif isinstance(node, ast.ImportFrom):
            module = tuple((node.module or "").split(".")) if node.module else ()
            if not node.level:
                yield Import(node.lineno, module, False)
                continue
            base = package[: max(0, len(package) - node.level + 1)] + module
            for alias in node.names:
                yield Import(node.lineno, (*base, alias.name), True)


def allowed(found: Import, floor: str) -> bool:
    if found.relative:
        return found.parts[0] in FLOORS[floor]
    return found.parts[0] not in ("odoo", paths.ADDON.name)


if __name__ == "__main__":
    sys.exit(main())
