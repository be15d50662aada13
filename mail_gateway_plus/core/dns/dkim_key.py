# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Public keys of DKIM, as they stand in the DNS (RFC 6376, 3.6.1; RFC 8463; RFC 8301).

>>> key = parsed("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
>>> key.kind, key.bits, key.problem
('ed25519', 256, '')
>>> parsed("v=DKIM1; t=y; p=").problem, parsed("v=DKIM1; t=y; p=").is_test
('revoked', True)
"""

import base64
import binascii
import re
from dataclasses import dataclass

from . import tags
from .der import rsa_bits

RSA, ED25519 = "rsa", "ed25519"

#: Why no signature can be verified with a key.
REVOKED = "revoked"
NO_KEY = "no_key"
SYNTAX = "syntax"
VERSION = "version"
KIND = "kind"
DAMAGED = "damaged"
#: An ed25519 key with its algorithm around it, as OpenSSL writes it: 12 bytes too many.
WRAPPED = "wrapped"
SERVICE = "service"
HASH = "hash"
PROBLEMS = (
    REVOKED, NO_KEY, SYNTAX, VERSION, KIND, DAMAGED, WRAPPED, SERVICE, HASH
)  # fmt: skip

_ED25519_BYTES, _WRAPPED_BYTES = 32, 44
#: RFC 6376, 3.2: blanks may stand anywhere in base64.
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True)
class Key:
    """``bits`` is the size, 0 where it is not known; ``is_test`` tells that the domain
    is only trying, ``is_strict`` that it signs for no subdomain; ``problem`` is one of
    ``PROBLEMS``, "" for a key to use; ``detail`` the part that it is about."""

    kind: str = RSA
    bits: int = 0
    is_test: bool = False
    is_strict: bool = False
    problem: str = ""
    detail: str = ""


def is_key(text: str) -> bool:
    """Whether a TXT record was meant to be a key."""
    found = tags.parsed(text)
    return "p" in found.values or found.get("v").upper().startswith("DKIM")


def parsed(text: str) -> Key:
    """:param text: a TXT record, its strings put together"""
    found = tags.parsed(text)
    kind = found.get("k", RSA).lower()
    flags = [one.strip().lower() for one in found.get("t").split(":")]
    problem, detail = _problem(found, kind)
    bits = 0
    if not problem:
        bits, problem = _size(kind, found.get("p"))
    return Key(kind, bits, "y" in flags, "s" in flags, problem, detail)


def _problem(found: tags.Tags, kind: str) -> tuple[str, str]:
    if found.faults:
        return SYNTAX, found.faults[0].text
    version = found.get("v", "DKIM1")
    if version != "DKIM1" or ("v" in found.values and found.first != "v"):
        return VERSION, version
    if "p" not in found.values:
        return NO_KEY, ""
    if not found.get("p"):
        return REVOKED, ""
    if kind not in (RSA, ED25519):
        return KIND, kind
    return _purpose(found)


def _purpose(found: tags.Tags) -> tuple[str, str]:
    services = [one.strip().lower() for one in found.get("s", "*").split(":")]
    if "*" not in services and "email" not in services:
        return SERVICE, found.get("s")
    hashes = [one.strip().lower() for one in found.get("h", "sha256").split(":")]
    # RFC 8301, 3.1: nothing else is left.
    return ("", "") if "sha256" in hashes else (HASH, found.get("h"))


def _size(kind: str, text: str) -> tuple[int, str]:
    """(bits, problem)"""
    try:
        data = base64.b64decode(_BLANK.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        return 0, DAMAGED
    if kind == RSA:
        bits = rsa_bits(data)
        return bits, "" if bits else DAMAGED
    if len(data) == _WRAPPED_BYTES:
        return 0, WRAPPED
    return (256, "") if len(data) == _ED25519_BYTES else (0, DAMAGED)
