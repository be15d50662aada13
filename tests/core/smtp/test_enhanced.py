# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The enhanced status codes of the registry, and how far each of them goes."""

import pytest

from odoo.addons.mail_gateway_plus.core.smtp import enhanced, fact, reply


def test_each_enhanced_code_of_the_registry_is_known():
    """RFC 3463, 3886, 4468, 4954, 5248, 6531, 6710, 7293, 7372, 7505 and 8689; each
    either has a meaning or leaves it to the number and the stage on purpose."""
    details = {1: 10, 2: 4, 3: 5, 4: 7, 5: 6, 6: 10, 7: 30}
    silent = {"1.0", "1.5", "1.9", "2.0", "3.0", "3.1", "3.5", "3.6", "4.0", "4.4"}
    silent |= {"4.5", "5.0", "7.0", "7.1", "7.15", "2.1", "3.2"}
    for subject, last in details.items():
        for detail in range(last + 1):
            one = f"{subject}.{detail}"
            meant = [
                enhanced.meaning(f"{first}.{one}", stage)
                for first in "45"
                for stage in fact.STAGES
            ]
            assert any(meant) or one in silent, one


@pytest.mark.parametrize("row", enhanced.CODES, ids=lambda row: row[0])
def test_each_enhanced_code_counts_where_words_say_nothing(row):
    pattern, stages, code = row
    first, subject, details = pattern.split(".")
    for detail in details.split("-"):
        said = f"{first.replace('X', '5')}.{subject}.{detail} Nö"
        for stage in stages & set(fact.STAGES):
            meant = reply.meaning(stage, said, 550 if first != "4" else 450)
            assert meant.code in fact.FACTS
            if code:
                assert enhanced.meaning(said.split()[0], stage)
