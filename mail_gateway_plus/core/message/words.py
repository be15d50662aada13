# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The values of header fields, mended where Odoo's parser fails or loses text."""

import email.utils
import quopri
import re
from binascii import Error as Base64Error
from binascii import a2b_base64

from . import charset, header, identity

_FIELD = re.compile(rb"([!-9;-~]+):(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r\n(?=[ \t])")
#: RFC 2047, 2 (and 2231, 5 for the language).
_ENCODED_WORD = re.compile(rb"=\?([^?*\s]*)((?:\*[^?\s]*)?)\?([bBqQ])\?([^?\s]*)\?=")
#: Enough to see an address in what a field holds.
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]@[^\s<>@,;:\"()]")
_MESSAGE_ID = re.compile(rb"<([^<>]+)>")
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")
_STRAY = re.compile("[\udc80-\udcff]+")
_LOCAL = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
_SENDERS = ("sender", "reply-to", "return-path", "resent-from", "errors-to")
_READ = 8_192
#: The parser calls itself for each bracket.
_NAME_READ = 200

NOBODY = "unknown-sender"


def name_of(field: bytes) -> str:
    match = _FIELD.match(field)
    return match[1].decode("ascii").lower() if match else ""


def value_of(field: bytes) -> bytes:
    """The value on one line."""
    match = _FIELD.match(field)
    return _FOLD.sub(b"", match[2]).strip() if match else b""


def with_value(field: bytes, value: bytes) -> bytes:
    match = _FIELD.match(field)
    return (match[1] if match else b"X-Unreadable") + b": " + value


def unpacked(data: bytes, encoding: bytes) -> bytes:
    """Decoded from a content transfer encoding, as far as that goes."""
    if encoding.lower() in (b"q", b"quoted-printable"):
        return quopri.decodestring(data)
    if encoding.lower() in (b"b", b"base64"):
        packed = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        try:
            return a2b_base64(packed[: len(packed) // 4 * 4])
        except Base64Error:
            return data
    return data


def _word(match: re.Match[bytes]) -> bytes:
    name, text = match[1].decode("ascii", "replace"), match[4]
    if match[3] in b"qQ" and not text.isascii():
        text = _EIGHT_BIT.sub(lambda byte: b"=%02X" % byte[0][0], text)
    better = charset.proper(name, unpacked(text[:_READ], match[3]))
    if better is None and text == match[4]:
        return match[0]
    named = better.encode() if better else match[1]
    return b"=?%s%s?%s?%s?=" % (named, match[2], match[3], text)


def readable(field: bytes) -> bytes:
    """The field with charsets that Python knows in its encoded words, and its 8-bit
    bytes in UTF-8, which is what Python takes them for."""
    if b"=?" in field:
        field = _ENCODED_WORD.sub(_word, field)
    if field.isascii():
        return field
    # What is no UTF-8 is taken for what Windows wrote, byte by byte.
    text = field.decode("utf-8", "surrogateescape")
    return _STRAY.sub(_windows, text).encode()


def _windows(match: re.Match[str]) -> str:
    return match[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def message_id(field: bytes) -> bytes:
    """Blanks within a Message-ID make Python drop what follows them, and so one of
    two different ones."""
    value = value_of(field)
    whole = whole_id(value)
    return field if whole == value else with_value(field, whole)


def whole_id(value: bytes) -> bytes:
    """The value of a Message-ID without blanks within."""
    if not re.search(rb"[ \t\r\n]", value):
        return value
    found = _MESSAGE_ID.search(value)
    inner = re.sub(rb"\s", b"", found[1] if found else value)
    return b"<" + inner.strip(b"<>") + b">" if inner else value


def has_address(value: bytes) -> bool:
    text = header.decode(value[:_READ])
    # With comments within an address (RFC 5322, 3.4.1) only the parser sees it.
    return bool(_ADDRESS.search(text)) or (
        "@" in text and "@" in email.utils.parseaddr(text[:_NAME_READ])[1].strip("@")
    )


def named_sender(fields: dict[str, list[bytes]]) -> bytes:
    """The value of the first field beside From that has an address of who sent it."""
    values = (value for name in _SENDERS for value in fields.get(name, ()))
    return next(filter(has_address, values), b"")


def sender(fields: dict[str, list[bytes]]) -> bytes:
    """The value of a From for a message that has none, or none with an address: from
    the other fields that name who sent it, else of nobody.

    :param fields: the values of each field by its lower-case name
    """
    value = named_sender(fields)
    if value:
        return value
    said = header.decode(b" ".join(fields.get("from", ()))[:_NAME_READ])
    name, bare = email.utils.parseaddr(said)
    local = next((word for word in (bare, name) if _LOCAL.fullmatch(word)), NOBODY)
    if not name and local == NOBODY:
        name = said.strip()
    address = f"{local}@{identity.DOMAIN}"
    # What remains of control characters and quotes is of no use in a name.
    name = re.sub(r"[^\w .,'&-]+", " ", name).strip()[:100]
    return email.utils.formataddr((name, address)).encode()


def date(fields: dict[str, list[bytes]]) -> bytes | None:
    """When the last server on the way received the message (RFC 5321, 4.4)."""
    for value in fields.get("received", ())[:1]:
        stamp = value[:_READ].rpartition(b";")[2].strip()
        if email.utils.parsedate_tz(header.decode(stamp[:100])):
            return stamp[:100]
    return None
