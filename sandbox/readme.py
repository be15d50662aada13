# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addon's README.rst and its page in the Apps menu: ``python -m sandbox.readme``.

Both are made from the Markdown fragments in ``mail_gateway_plus/readme``, in the order
of ``SECTIONS``, and from the news. ``--check`` writes nothing and fails when a file is
not what it would be, or when requirements.txt and the manifest differ.
"""

from __future__ import annotations

import ast
import html
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import mistune
from docutils.core import publish_parts
from mistune.core import BlockState
from mistune.renderers.rst import RSTRenderer

from . import paths

FRAGMENTS = paths.ADDON / "readme"
NEWS = paths.ROOT / "newsfragments"
CHANGELOG = paths.ROOT / "CHANGELOG.rst"
CHANGELOG_MARK = ".. towncrier release notes start\n"

SECTIONS = (
    ("INSTALL", "Installation"),
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("ROADMAP", "Known issues / Roadmap"),
    ("HISTORY", "Changelog"),
    ("CREDITS", "Credits"),
)
# As [tool.towncrier] names them, in the same order.
KINDS = {
    "feature": "Features",
    "bugfix": "Bugfixes",
    "doc": "Documentation",
    "removal": "Removals",
}

GENERATED = """\
..
   Made by sandbox/readme.py from the fragments in readme/: edit those and run it.

"""
CONTENTS = """\
**Table of contents**

.. contents::
   :local:
   :depth: 1

"""
STYLE = """\
body { max-width: 50em; margin: 1em auto; padding: 0 1em;
  font-family: sans-serif; line-height: 1.5; color: #222; }
code, pre { background: #f3f1f2; border-radius: 3px; }
code { padding: 0 .2em; }
pre { padding: .6em 1em; overflow-x: auto; }
h1, h2, h3 { line-height: 1.2; color: #5b4256; }
"""
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}</body>
</html>
"""


class Restructured(RSTRenderer):
    """Keeps the lines of the fragments, so that a change shows as a small one."""

    def softbreak(self, token: dict[str, Any], state: BlockState) -> str:
        return "\n"


def main() -> int:
    checking = "--check" in sys.argv[1:]
    stale = [path for path, text in pages().items() if is_stale(path, text)]
    for path in stale:
        name = path.relative_to(paths.ROOT)
        if checking:
            print(f"{name} is stale: python3 -m sandbox.lint --fix readme")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path])
            print(f"wrote {name}")
    return 1 if (stale and checking) or not requirements_agree() else 0


def is_stale(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_text() != text


def read_manifest() -> Mapping[str, Any]:
    manifest: Mapping[str, Any] = ast.literal_eval(
        (paths.ADDON / "__manifest__.py").read_text()
    )
    return manifest


def requirements_agree() -> bool:
    """Whether requirements.txt asks for what the manifest declares."""
    declared = set(read_manifest().get("external_dependencies", {}).get("python", []))
    lines = (paths.ROOT / "requirements.txt").read_text().splitlines()
    asked = {line for line in lines if line and not line.startswith("#")}
    for name in sorted(declared ^ asked):
        lacks = "external_dependencies" if name in asked else "requirements.txt"
        print(f"{name} is missing in {lacks}")
    return declared == asked


def pages() -> Mapping[Path, str]:
    manifest = read_manifest()
    return {
        paths.ADDON / "README.rst": readme(manifest, CONTENTS),
        paths.ADDON / "static/description/index.html": page(manifest),
    }


def readme(manifest: Mapping[str, Any], contents: str) -> str:
    title = manifest["name"]
    frame = "=" * len(title)
    parts = [f"{frame}\n{title}\n{frame}\n\n", GENERATED]
    parts += [restructured("DESCRIPTION"), contents]
    for name, heading in SECTIONS:
        body = sections()[name](manifest) if name in sections() else restructured(name)
        if body:
            parts.append(f"{underlined(heading, '=')}\n{body}")
    return "".join(parts).rstrip("\n") + "\n"


def sections() -> Mapping[str, Any]:
    """The sections that are not just a fragment."""
    return {"HISTORY": history, "CREDITS": credits_of}


def page(manifest: Mapping[str, Any]) -> str:
    """The same text as HTML, without a script, a font or a picture from elsewhere."""
    settings = {
        "initial_header_level": 2,
        "syntax_highlight": "none",
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "report_level": 2,
        "halt_level": 2,
    }
    parts = publish_parts(
        readme(manifest, ""), writer_name="html5", settings_overrides=settings
    )
    title = html.escape(manifest["name"])
    return PAGE.format(title=title, style=STYLE, body=parts["html_body"])


def restructured(fragment: str) -> str:
    """A Markdown fragment as reStructuredText; nothing when there is none."""
    path = FRAGMENTS / f"{fragment}.md"
    if not path.is_file():
        return ""
    convert = mistune.create_markdown(renderer=Restructured())
    return f"{str(convert(path.read_text())).strip()}\n\n"


def history(manifest: Mapping[str, Any]) -> str:
    """What is new and not yet released, then what was released."""
    pending = "".join(news())
    heading = underlined(f"{manifest['version']} (unreleased)", "-")
    released = CHANGELOG.read_text().partition(CHANGELOG_MARK)[2].strip()
    parts = [f"{heading}\n{pending}" if pending else "", released]
    return "\n\n".join(part.strip() for part in parts if part) + "\n\n"


def news() -> Iterator[str]:
    for kind, heading in KINDS.items():
        files = sorted(NEWS.glob(f"*.{kind}"))
        if files:
            yield f"{underlined(heading, '~')}\n"
        for path in files:
            yield "- " + re.sub(r"\n(?=.)", "\n  ", path.read_text().strip()) + "\n"
        if files:
            yield "\n"


def credits_of(manifest: Mapping[str, Any]) -> str:
    authors = "".join(f"- {name}\n" for name in manifest["author"].split(", "))
    return (
        f"{underlined('Authors', '-')}\n{authors}\n"
        f"{underlined('Contributors', '-')}\n{restructured('CONTRIBUTORS')}"
        f"{underlined('Licence', '-')}\nLGPL-3.0 or later, see "
        "https://www.gnu.org/licenses/lgpl.\n"
    )


def underlined(text: str, mark: str) -> str:
    return f"{text}\n{mark * len(text)}\n"


if __name__ == "__main__":
    sys.exit(main())
