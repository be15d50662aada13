# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses as they go into commands.

>>> path("ann@bücher.example"), path("a b@x.example")
('ann@xn--bcher-kva.example', None)
>>> with_ascii_domain("ann"), with_ascii_domain("ann@[192.0.2.1]")
('ann', 'ann@[192.0.2.1]')
"""

import idna  # type: ignore[import-untyped]

#: What would end the path, or the line (RFC 5321, 4.1.2).
_FORBIDDEN = frozenset("<> \x7f") | {chr(number) for number in range(32)}


def with_ascii_domain(address: str) -> str:
    """An address, or the name of a login, as stock Odoo sends it."""
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address


def path(address: str) -> str | None:
    """What stands between < and >; None for what is no address."""
    local, _at, domain = address.rpartition("@")
    if not local or not domain or _FORBIDDEN & set(address):
        return None
    return with_ascii_domain(address)
