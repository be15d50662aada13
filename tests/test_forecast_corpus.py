# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is forecast of real messages, odd and broken ones among them, is what comes."""

import pytest

from odoo.fields import Command

from .ledger import Ledger
from .live import boxed
from .test_corpus import messages  # noqa: F401

#: Messages that say so again: forecast as new, processed as copies.
_KNOWN = {"same_mail", "message_known", "delivered_again"}


@pytest.fixture
def ledger(stack):
    with boxed(stack, sales="crm.lead") as live:
        with live.env() as env:
            condition = {"field": "subject", "operator": "regex", "value": "[aeiou]$"}
            lines = [Command.create(condition)]
            env["mail.gateway.rule"].create(
                {"name": "Vowel", "action": "ignore", "condition_ids": lines}
            )
        yield Ledger(live)


def test_forecast_is_what_comes(ledger, messages):  # noqa: F811
    wrong = []
    for raw in messages:
        with ledger.live.env() as env:
            Rule = env["mail.gateway.rule"]
            found = Rule.explain(raw, server_id=ledger.live.mailbox_id)
            forecast = found["state"], found["reason_code"], found["decided_by"]
        row = ledger.end(raw)
        came = ledger.read(row, "state", "reason_code", "decided_by")
        if came[1] not in _KNOWN and forecast != (*came[:2], came[2] or ""):
            wrong.append((raw[:300], forecast, came))
    assert not wrong, (len(wrong), wrong[:5])
