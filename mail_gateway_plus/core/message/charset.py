# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of character sets, as programs write them and as Python knows them.

>>> proper("cp-1257"), proper("windows1252"), proper("DEFAULT_CHARSET", b"J\\xf6rg")
('cp1257', 'cp1252', 'windows-1252')
>>> proper("utf-8") is None
True
"""

import codecs
import functools
import re

#: What Python knows under these names is no charset of mail, raises for bytes that it
#: cannot read whatever it is told to do about them, or takes the square of the time.
_UNFIT = frozenset(
    ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs")
)
#: (spelling, Python's name): tried in this order on the lower-case name.
_SPELLINGS = (
    (re.compile(r"(?:x-)?(?:cp|ibm|ms|dos|oem|win|windows|codepage)[-_]*(\d+)"), "cp"),
    (re.compile(r"(?:x-)?(?:iso)?[-_]*8859[-_]*(\d+)(?:-[ei])?"), "iso8859-"),
    (re.compile(r"(?:x-)?utf[-_]*(\d+)(?:mb\d)?"), "utf-"),
    (re.compile(r"x-(.+)"), ""),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_.:()+-]{0,39}")


@functools.lru_cache(maxsize=256)
def known(name: str) -> bool:
    """Whether Python reads text in it and never raises for what it reads."""
    if not _NAME.fullmatch(name.lower()):
        return False
    try:
        # Codecs such as "hex" turn bytes into bytes, and say so.
        b"a".decode(name, "replace")
        return codecs.lookup(name).name not in _UNFIT
    except (LookupError, ValueError):
        return False


@functools.lru_cache(maxsize=256)
def _respelled(name: str) -> str | None:
    plain = name.strip("'\"` ").lower()
    if known(plain):
        return plain
    for spelling, python in _SPELLINGS:
        found = spelling.fullmatch(plain)
        if found and known(python + found[1]):
            return python + found[1]
    return None


def guessed(sample: bytes) -> str:
    """The charset of text about which nothing is known."""
    if b"\x1b$" in sample:
        return "iso-2022-jp"
    try:
        # What is cut in the middle of a character is no evidence against it.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def proper(name: str, sample: bytes = b"") -> str | None:
    """A charset that Python knows in place of ``name``, None when it knows that.

    :param sample: some of the text in question
    """
    if known(name):
        return None
    return _respelled(name) or guessed(sample)
