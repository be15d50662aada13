# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.routing.autoresponse import (
    Case,
    Policy,
    withheld,
)

DAY = Policy(86_400, 3)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, ""),
        ({"refused": True}, "autoresponse_refused"),
        ({"suppressed": True}, "autoresponse_suppressed"),
        ({"spam": True}, "autoresponse_spam"),
        ({"forged": True}, "autoresponse_spam"),
        ({"away": True}, "autoresponse_away"),
        ({"last_s": 0}, "autoresponse_again"),
        ({"last_s": 86_399}, "autoresponse_again"),
        ({"last_s": 86_400}, ""),
        ({"hour": 2}, ""),
        ({"hour": 3}, "autoresponse_many"),
        # The first that holds is told.
        ({"refused": True, "last_s": 0, "hour": 9}, "autoresponse_refused"),
        ({"last_s": 0, "hour": 9}, "autoresponse_again"),
    ],
)
def test_withheld(said, code):
    assert withheld(Case("ann@a.example", **said), DAY) == code


def test_nobody_is_not_answered():
    assert withheld(Case(""), DAY) == "autoresponse_refused"
