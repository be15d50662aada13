# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a login is spoken (RFC 4954), the way stock Odoo does it through smtplib.

>>> mechanisms(Credentials("ann", "s3cret"), ("LOGIN", "XOAUTH2", "PLAIN"))
('PLAIN', 'LOGIN')
>>> answer("CRAM-MD5", Credentials("ann", "s3cret"), b"<1@example>", 1)
'ann 5634403dd98cf0f4eebf308e4ac5547d'
"""

import hmac

from ..account import Credentials
from .address import with_ascii_domain

#: What a password can be given with, in smtplib's order; it tries the next one when one
#: is refused, for some servers offer what they do not do.
PREFERRED = ("CRAM-MD5", "PLAIN", "LOGIN")

#: Ends a command, or a part of PLAIN.
_ENDS = frozenset("\0\r\n")

#: smtplib's own limit; a server that asks more often asks for ever.
MOST_CHALLENGES = 5


def mechanisms(credentials: Credentials, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Those to try, in this order; empty where the server offers none of ours."""
    is_password = credentials.mechanism == "LOGIN"
    wanted = PREFERRED if is_password else (credentials.mechanism,)
    return tuple(one for one in wanted if one in offered)


def fault(credentials: Credentials) -> str:
    """The kind of fault that keeps a login from being sent; "" for none."""
    text = with_ascii_domain(credentials.user) + credentials.secret
    if _ENDS & set(text):
        return "unsendable"
    # RFC 4616 has UTF-8, but smtplib, which sends the mail, gives up.
    return "" if text.isascii() else "login_not_ascii"


def begin(mechanism: str, credentials: Credentials) -> str | None:
    """The initial response; None where the server speaks first."""
    user, secret = with_ascii_domain(credentials.user), credentials.secret
    if mechanism == "PLAIN":  # RFC 4616
        return f"\0{user}\0{secret}"
    if mechanism == "LOGIN":
        return user
    return None if mechanism == "CRAM-MD5" else secret


def answer(
    mechanism: str, credentials: Credentials, challenge: bytes, number: int
) -> str:
    """What to say to a server's challenge, the first of which has the number 1."""
    if mechanism == "CRAM-MD5":  # RFC 2195
        key = credentials.secret.encode()
        digest = hmac.new(key, challenge, "md5").hexdigest()
        return f"{with_ascii_domain(credentials.user)} {digest}"
    if mechanism == "LOGIN":
        return credentials.secret
    if mechanism == "PLAIN":
        return begin(mechanism, credentials) or ""
    # XOAUTH2: the challenge says what is wrong, and wants an empty line back.
    return ""
