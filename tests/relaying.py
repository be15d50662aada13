# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox's Postfix as an outgoing server of Odoo's."""

from sandbox.accounts import ACCOUNTS


def relay(stack, login=ACCOUNTS[0].login, **others):
    """Values of an ``ir.mail_server`` that works, and sends for its login alone."""
    return {
        "name": "Relay",
        "smtp_host": stack.host,
        "smtp_port": stack.ports["smtp"],
        "smtp_encryption": "starttls_strict",
        "smtp_user": login,
        "smtp_pass": stack.password,
        "from_filter": login,
        **others,
    }
