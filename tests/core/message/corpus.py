# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real messages beside the checkout, by what they are."""

import re

from ..mutations import REAL

BOUNCES = REAL / "set-of-emails"


def labelled():
    """(name, label, raw) of each message of the collection of bounces."""
    for path in sorted(BOUNCES.glob("*.eml")):
        yield path.stem, label(path.stem), path.read_bytes()


def label(name):
    """What a message is by its name: bounce, abuse, answer or none."""
    found = re.match(r"(?:bsd_)?(arf|rfc3834)-|(not)_", name)
    kinds = {"arf": "abuse", "rfc3834": "answer", "not": "none"}
    return kinds[found[1] or found[2]] if found else "bounce"


def ordinary():
    """(name, raw) of each message of the other collections."""
    for path in sorted(REAL.glob("*/*.eml")):
        if path.parent != BOUNCES:
            yield f"{path.parent.name}/{path.stem}", path.read_bytes()
