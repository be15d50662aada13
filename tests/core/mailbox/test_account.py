# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.mailbox.account import (
    SECURITIES,
    Account,
    Credentials,
    default_port,
)


@pytest.mark.parametrize(
    "protocol, security, port",
    [
        ("imap", "ssl_strict", 993),
        ("imap", "starttls", 143),
        ("pop", "ssl", 995),
        ("pop", "none", 110),
        ("local", "ssl", 0),
    ],
)
def test_default_port(protocol, security, port):
    assert default_port(protocol, security) == port


def test_strict_means_verified_and_never_clear_text():
    for name, (implicit, starttls, verified) in SECURITIES.items():
        assert verified == name.endswith("_strict")
        assert (implicit or starttls) == (name != "none")


def test_secret_is_not_shown():
    credentials = Credentials("ann", "s3cret")
    account = Account(1, "imap", "h.example", 993, "ssl_strict", credentials)
    assert "s3cret" not in repr(account)
    assert account.subject == "h.example:993"
