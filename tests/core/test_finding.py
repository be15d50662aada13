# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.finding import Finding


def test_finding_refuses_an_unknown_severity():
    with pytest.raises(ValueError, match="fatal"):
        Finding("some_code", severity="fatal")


def test_findings_compare_by_value():
    assert Finding("a", subject="s") == Finding("a", "error", "s", {})
