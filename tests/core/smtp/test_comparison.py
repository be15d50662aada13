# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.smtp.comparison import Result, changed

CERTIFICATE = {"issuer": "An authority", "days": "60", "until": "2027-01-01"}
GOOD = [
    Result("ehlo", "ok", "test_capable", {"size": "1000"}),
    Result("tls", "ok", "test_tls_verified", CERTIFICATE),
    Result("auth", "ok", "test_logged_in"),
]


@pytest.mark.parametrize(
    "after, stages",
    [
        (GOOD, []),
        # What a test did not come to
        (GOOD[:2], []),
        ([Result("ehlo", "ok", "test_capable", {"size": "500"})], ["ehlo"]),
        ([Result("tls", "warning", "test_certificate_expiring", CERTIFICATE)], ["tls"]),
        # Renewed by the same authority, or by another
        ([Result("tls", "ok", "test_tls_verified", CERTIFICATE | {"days": "89"})], []),
        (
            [Result("tls", "ok", "test_tls_verified", CERTIFICATE | {"issuer": "Me"})],
            ["tls"],
        ),
        # A test message, which the good test did without
        ([*GOOD, Result("data", "ok", "test_content_accepted")], []),
        ([*GOOD, Result("data", "error", "smtp_send_as_denied")], ["data"]),
        ([*GOOD, Result("mail", "ok", "test_sender_accepted")], ["mail"]),
    ],
)
def test_what_has_changed(after, stages):
    assert changed(GOOD, after) == stages
