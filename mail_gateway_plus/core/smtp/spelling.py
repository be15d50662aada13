# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people type or paste as the name of an outgoing server, taken apart.

>>> settings(spelling.read("ssl://smtp.example.com", SMTP), "none")
{'smtp_host': 'smtp.example.com', 'smtp_encryption': 'ssl_strict', 'smtp_port': 465}
>>> settings(spelling.read("tls://smtp.example.com:465", SMTP), "none")
{'smtp_host': 'smtp.example.com', 'smtp_encryption': 'ssl_strict', 'smtp_port': 465}
>>> settings(spelling.read("smtp.example.com:587", SMTP), "ssl")["smtp_encryption"]
'starttls_strict'
"""

from collections.abc import Mapping

from ..mailbox import spelling

#: Port -> (protocol, kind of security): RFC 8314, 3.3; RFC 6409, 3.1; 2465, 2525 and
#: 2587 are what providers offer where the others are blocked. Submission without
#: STARTTLS would send the password in clear text; relays on 25 often know no login.
PORT_MEANS = {
    25: ("smtp", "plain"),
    465: ("smtp", "ssl"),
    587: ("smtp", "starttls"),
    2465: ("smtp", "ssl"),
    2525: ("smtp", "plain"),
    2587: ("smtp", "starttls"),
}

_ANY = {name: ("", kind) for name, (of, kind) in spelling.SCHEMES.items() if not of}
_MAILBOX = tuple(name for name, (of, _kind) in spelling.SCHEMES.items() if of)

#: ``imap://`` and the like are pasted from the wrong line: only the host counts.
SMTP = spelling.Service(
    schemes={
        **_ANY,
        "smtp": ("smtp", ""),
        "smtps": ("smtp", "ssl"),
        "submission": ("smtp", "starttls"),
        "submissions": ("smtp", "ssl"),
    },
    others=("http", "https", *_MAILBOX),
    ports=PORT_MEANS,
)

#: Kind of security -> the usual port.
_USUAL = {"none": 25, "starttls": 587, "ssl": 465}


def settings(
    spelled: spelling.Spelling, security: str, user: str = ""
) -> Mapping[str, str | int]:
    """The fields of an outgoing server that a spelling sets, by name.

    :param security: its ``smtp_encryption`` now
    """
    found: dict[str, str | int] = {"smtp_host": spelled.host}
    if chosen := spelling.security_meant(spelled, security):
        found["smtp_encryption"] = chosen
    if spelled.port:
        found["smtp_port"] = spelled.port
    elif chosen:
        found["smtp_port"] = _USUAL[spelling.kind_of(chosen)]
    if spelled.user and not user:
        found["smtp_user"] = spelled.user
    return found


def fitting_port(port: int, security: str) -> int:
    """The port after a choice of security: the same unless it is known for another.

    >>> [fitting_port(port, "ssl") for port in (25, 465, 587, 10465)]
    [465, 465, 465, 10465]
    >>> fitting_port(25, "starttls_strict")
    25
    """
    kind = spelling.kind_of(security)
    means = PORT_MEANS.get(port, ("", ""))[1]
    fits = means in ("", kind) or (means == "plain" and kind != "ssl")
    return port if port and fits else _USUAL[kind]
