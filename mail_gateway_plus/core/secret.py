# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keeps passwords and tokens out of what is shown and stored.

Servers quote the line that they refuse, whole or cut off, and with it the password as
it was sent: quoted, or in base64 within a SASL response. Some write it anew: within
another piece of base64, for a web address, in hexadecimal.
"""

import base64
import html
import itertools
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from .account import Credentials

STARS = "***"
#: So much of a secret gives it away, where a server has cut off the rest.
_BEGINNING = 8

#: Encoded secrets that are shorter look like words.
_SHORTEST = 5
#: A piece of a SASL response, as it stands on the second line of two.
_PIECE = re.compile(r"[A-Za-z0-9+/=_-]{12,}")

#: One secret found in two pieces, as different forms begin alike.
_ROW = re.compile(r"(?:\*\*\*){2,}")

_TOKEN = re.compile(r"auth=Bearer ([^\x01]+)")


def hidden(text: str, credentials: Credentials) -> str:
    """``text`` with stars in place of the secret in any form that was sent."""
    encoded = sorted({*_encoded(credentials)}, key=len, reverse=True)
    text = _PIECE.sub(lambda piece: _piece(piece[0], encoded), without(text, encoded))
    plain = sorted({*_plain(credentials.secret)}, key=len, reverse=True)
    for form in filter(None, plain):
        text = _without(text, form, anywhere=False)
    return _ROW.sub(STARS, text)


def without(text: str, forms: Iterable[str]) -> str:
    """``text`` with stars in place of each of ``forms``, whole or cut off."""
    for form in filter(None, forms):
        text = _without(text, form, anywhere=True)
    return text


def _piece(piece: str, encoded: Iterable[str]) -> str:
    return STARS if any(piece in form for form in encoded) else piece


def _cores(secret: str) -> Iterator[str]:
    """What of a secret is itself secret: all of it, and the token within it."""
    if secret:
        yield secret
    if token := _TOKEN.search(secret):
        yield token[1]


def _plain(secret: str) -> Iterator[str]:
    for core in _cores(secret):
        yield core.replace("\\", "\\\\").replace('"', '\\"')
        # As it stands in an answer that is shown in one line.
        yield " ".join(core.split())
        yield from (core, quote(core, safe=""), quote_plus(core), html.escape(core))
        if len(core) >= _BEGINNING:
            yield from (core.upper(), core.lower())


def _encoded(credentials: Credentials) -> Iterator[str]:
    secret, user = credentials.secret, credentials.user
    for core in _cores(secret):
        forms = [*_within_base64(core.encode())]
        forms += [core.encode().hex(), core.encode().hex().upper()]
        yield from (form for form in forms if len(form) >= _SHORTEST)
    if secret:
        yield _base64(secret)
        # RFC 4616: PLAIN, with the user's own name as the authorization identity or
        # none.
        yield _base64(f"\0{user}\0{secret}")
        yield _base64(f"{user}\0{user}\0{secret}")


def _within_base64(secret: bytes) -> Iterator[str]:
    """How a secret looks within a longer piece of base64, which depends on how many
    bytes stand before it; without the letters that its neighbours decide on."""
    for before, unsure in ((0, 0), (1, 2), (2, 3)):
        whole = base64.b64encode(bytes(before) + secret).decode()
        sure = whole[unsure : (before + len(secret)) * 8 // 6]
        yield sure
        yield sure.translate(_FOR_ADDRESSES)


#: RFC 4648, 5.
_FOR_ADDRESSES = str.maketrans("+/", "-_")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _without(text: str, form: str, anywhere: bool) -> str:
    """``text`` without ``form``, whole or cut off at the end of the text; or cut off
    ``anywhere``, for no other text looks like that."""
    kept, at, key = [], 0, form[:_BEGINNING]
    while (found := text.find(key, at)) >= 0:
        end = found + _same(text[found : found + len(form)], form)
        if not anywhere and end not in (found + len(form), len(text)):
            end = found + 1
            kept.append(text[at:end])
        else:
            kept += [text[at:found], STARS]
        at = end
    return "".join([*kept, text[at:]])


def _same(text: str, form: str) -> int:
    """How many characters are the same from the beginning on."""
    pairs = zip(text, form, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
