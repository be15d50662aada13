# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses with a detail, as ``support+vip@a.example`` (RFC 5233).

>>> plain("support+vip@a.example"), plain("support@a.example")
('support@a.example', '')
>>> detail("support+vip@a.example")
'vip'
"""

#: What parts the detail from the user (RFC 5233, 4). Some servers are set to others.
SEPARATOR = "+"


def split(address: str, separators: str = SEPARATOR) -> tuple[str, str]:
    """(address without its detail, detail): ("", "") where it has none.

    >>> split("a-b@a.example", "-+"), split("+b@a.example")
    (('a@a.example', 'b'), ('', ''))
    """
    local, _at, domain = address.rpartition("@")
    hits = [at for one in separators if (at := local.find(one)) >= 0]
    first = min(hits, default=0)
    if not first or not domain or local.startswith('"'):
        return "", ""
    return f"{local[:first]}@{domain}", local[first + 1 :]


def plain(address: str) -> str:
    """The address without its detail; '' where it has none, or nothing but one."""
    return split(address)[0]


def detail(address: str) -> str:
    """What stands behind the first plus of the local part."""
    return split(address)[1]
