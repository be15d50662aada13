# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of IMAP folders: how they travel, and how a server lists them.

>>> encode("Büro & Lager"), decode("B&APw-ro &- Lager")
('B&APw-ro &- Lager', 'Büro & Lager')
"""

import base64
import binascii
import re
from dataclasses import dataclass

# RFC 3501, 5.1.3: printable ASCII stands for itself, all else is UTF-16 in base64
# between "&" and "-", with a comma in place of the slash.
_SHIFTED = re.compile(r"[^\x20-\x7e]+")
_ENCODED = re.compile(r"&([^-]*)-")


#: The folder that each account has, in any case (RFC 3501, 5.1).
INBOX = "INBOX"


@dataclass(frozen=True)
class Folder:
    """A folder of the server; ``special`` is its use (RFC 6154), such as "Sent"."""

    name: str
    delimiter: str = ""
    selectable: bool = True
    special: str = ""


def _shift(match: re.Match[str]) -> str:
    packed = base64.b64encode(match[0].encode("utf-16-be")).rstrip(b"=")
    return f"&{packed.replace(b'/', b',').decode()}-"


def _unshift(match: re.Match[str]) -> str:
    if not match[1]:
        return "&"
    packed = match[1].replace(",", "/")
    padded = packed + "=" * (-len(packed) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode("utf-16-be")
    except (binascii.Error, UnicodeError):
        # Not what the standard says, so the name means itself.
        return match[0]


def encode(name: str) -> str:
    """A name as IMAP carries it (modified UTF-7)."""
    return _SHIFTED.sub(_shift, name.replace("&", "&-"))


def canonical(name: str) -> str:
    """The one spelling of a name: that of INBOX may be in any case.

    >>> canonical("Inbox"), canonical("Inbox/Sales")
    ('INBOX', 'Inbox/Sales')
    """
    return INBOX if name.upper() == INBOX else name


def decode(name: str) -> str:
    """A name as people read it; what is not modified UTF-7 stays as it is."""
    return _ENCODED.sub(_unshift, name)


#: The uses of RFC 6154 that a listing names.
_SPECIAL = ("All", "Archive", "Drafts", "Flagged", "Junk", "Sent", "Trash")
_LISTED = re.compile(
    rb'\((?P<flags>[^)]*)\) (?P<delimiter>"(?:\\.|[^"])*"|NIL) (?P<name>.*)', re.DOTALL
)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def _text(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return _QUOTED_PAIR.sub(r"\1", text[1:-1])
    return text


def listed(line: bytes, literal: bytes | None = None) -> Folder | None:
    """The folder of one line of LIST's answer (RFC 3501, 7.2.2); ``literal`` is the
    name where it came as one. None for what is no such line."""
    match = _LISTED.fullmatch(line.strip())
    if not match:
        return None
    flags = {flag.lower() for flag in match["flags"].decode("ascii", "replace").split()}
    delimiter = "" if match["delimiter"] == b"NIL" else _text(match["delimiter"])
    name = (
        _text(match["name"]) if literal is None else literal.decode("utf-8", "replace")
    )
    special = next((use for use in _SPECIAL if f"\\{use.lower()}" in flags), "")
    selectable = not flags & {"\\noselect", "\\nonexistent"}
    return Folder(decode(name), delimiter, selectable, special)
