# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses with a detail, as ``support+vip@a.example`` (RFC 5233).

>>> plain("support+vip@a.example"), plain("support@a.example")
('support@a.example', '')
>>> detail("support+vip@a.example")
'vip'
"""

SEPARATOR = "+"


def plain(address: str) -> str:
    """The address without its detail; '' where it has none, or nothing but one."""
    local, _at, domain = address.rpartition("@")
    user, separator, _detail = local.partition(SEPARATOR)
    return f"{user}@{domain}" if user and separator and domain else ""


def detail(address: str) -> str:
    """What stands behind the first plus of the local part."""
    return address.rpartition("@")[0].partition(SEPARATOR)[2]
