# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.mail_gateway_plus.core.smtp import fact, provider


def test_needs_are_for_faults_that_exist():
    assert set(provider.NEEDS) <= set(fact.FACTS)
