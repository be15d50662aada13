# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may send as whom: one table for the real relay and for its stand-in."""

from dataclasses import dataclass

PASSWORD = "sandbox"
DOMAIN = "demo.example"  # mail for it is delivered, all other is discarded
GONE = "gone.example"  # mail for it is taken, and then bounces
LATE = "late.example"  # mail for it waits in the queue

# Domains of two companies, as a provider hosts them: whatever the address, their mail
# lies in the one mailbox that Odoo fetches.
HOSTED = {
    "north.example": f"office@{DOMAIN}",
    "south.example": f"office@{DOMAIN}",
}


@dataclass(frozen=True)
class Account:
    """A login of the relay and the senders that it owns."""

    login: str
    senders: tuple[str, ...]


# Each owns what a careful provider would give it, and its bounces; nobody owns
# ceo@demo.example.
ACCOUNTS = (
    Account(
        "sales@demo.example",
        ("sales@demo.example", "orders@demo.example", "bounce@demo.example"),
    ),
    Account(
        "support@demo.example",
        ("support@demo.example", "help@demo.example", "bounce@demo.example"),
    ),
    Account(
        "jobs@demo.example",
        ("jobs@demo.example", "bounce@demo.example"),
    ),
)


def owners() -> dict[str, list[str]]:
    """Sender address -> logins that own it."""
    found: dict[str, list[str]] = {}
    for account in ACCOUNTS:
        for sender in account.senders:
            found.setdefault(sender, []).append(account.login)
    return found


def base_address(address: str) -> str:
    """bounce+12@demo.example belongs to whom bounce@demo.example belongs to."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def place(address: str) -> str | None:
    """The login in whose mailbox mail for an address ends; None for the world's."""
    domain = address.lower().rpartition("@")[2]
    return base_address(address) if domain == DOMAIN else HOSTED.get(domain)


def owns(login: str, sender: str) -> bool:
    return login.lower() in owners().get(base_address(sender), [])
