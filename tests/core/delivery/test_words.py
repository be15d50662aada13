# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words for a sender ask for no value that its findings do not have."""

import re
from pathlib import Path
from xml.etree import ElementTree

from odoo.addons.mail_gateway_plus.core.delivery import consistency, ladder

from .test_consistency import ANN, Fields
from .test_identity import STORIES, chosen

FILE = "mail_gateway_plus/data/mail_gateway_advice_identity.xml"
WORDS = Path(__file__).resolve().parents[3] / FILE
VALUE = re.compile(r"%\((\w+)\)s")


def test_words_and_values():
    found = consistency.findings(
        Fields(ANN, "b@x.example", "e@y.example", "<1@z.example>"),
        covers=lambda _domain: False,
    )
    for choice in map(chosen, STORIES):
        found += [choice.reason, *choice.passed_over]
    texts = {}
    for record in ElementTree.parse(WORDS).iter("record"):
        fields = {one.get("name"): one.text for one in record.iter("field")}
        assert record.get("id") == f"advice_{fields['code']}"
        texts[fields["code"]] = " ".join(fields.values())
    assert set(texts) == ladder.CODES | consistency.CODES
    for finding in found:
        asked = set(VALUE.findall(texts[finding.code]))
        assert asked <= {name for name, value in finding.params.items() if value}
