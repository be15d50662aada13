# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keeps passwords and tokens out of what is shown and stored.

Servers quote the line that they refuse, whole or cut off, and with it the password as
it was sent: quoted, or in base64 within a SASL response.
"""

import base64
import itertools
import re
from collections.abc import Iterator

from .account import Credentials

STARS = "***"
#: So much of a secret gives it away, where a server has cut off the rest.
_BEGINNING = 8

_TOKEN = re.compile(r"auth=Bearer ([^\x01]+)")


def hidden(text: str, credentials: Credentials) -> str:
    """``text`` with stars in place of the secret in any form that was sent."""
    encoded = sorted(_encoded(credentials), key=len, reverse=True)
    for form in filter(None, [*encoded, *_plain(credentials.secret)]):
        text = _without(text, form, anywhere=form in encoded)
    return text


def _plain(secret: str) -> Iterator[str]:
    yield secret.replace("\\", "\\\\").replace('"', '\\"')
    yield secret
    if token := _TOKEN.search(secret):
        yield token[1]


def _encoded(credentials: Credentials) -> Iterator[str]:
    secret, user = credentials.secret, credentials.user
    if secret:
        yield _base64(secret)
        # RFC 4616: PLAIN, with the user's own name as the authorization identity or
        # none.
        yield _base64(f"\0{user}\0{secret}")
        yield _base64(f"{user}\0{user}\0{secret}")


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
