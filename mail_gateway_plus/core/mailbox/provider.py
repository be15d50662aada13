# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose server it is, and which of the provider's own steps help against a fault.

The providers with their hosts and words stand in ``mail.gateway.provider``.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key")

#: Finding code -> what is needed from the provider, most likely first: another way to
#: log in with a password, access for mail programs switched on, a login with OAuth.
NEEDS = {
    "mailbox_login_refused": ("login", "access"),
    "mailbox_app_password": ("login",),
    "mailbox_password_expired": ("login",),
    "mailbox_too_many_attempts": ("login",),
    "mailbox_imap_disabled": ("access",),
    "mailbox_pop_disabled": ("access",),
    "mailbox_not_connected": ("access", "oauth"),
    "mailbox_basic_auth_off": ("oauth",),
    "mailbox_token_refused": ("oauth",),
}


def matching(host: str, hosts: Mapping[Key, Iterable[str]]) -> Key | None:
    """The key whose hosts are the end of ``host`` in whole labels; the longest counts.

    >>> hosts = {"google": ["gmail.com"], "yahoo": ["mail.yahoo.com"]}
    >>> matching("IMAP.gmail.com.", hosts)
    'google'
    >>> matching("notgmail.com", hosts)
    """
    name = f".{host.lower().rstrip('.')}"
    fitting = [
        (len(end), key)
        for key, ends in hosts.items()
        for end in ends
        if name.endswith(f".{end}")
    ]
    return max(fitting, key=lambda fit: fit[0])[1] if fitting else None
