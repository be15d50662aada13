# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The examples in docstrings are specification, so they are run."""

import doctest
import importlib

import pytest

EXAMPLES = {
    "retry": 1,
    "trial": 1,
    "proposal": 2,
    "mailbox.setting": 2,
    "mailbox.uidset": 3,
    "message.answerable": 2,
    "message.charset": 2,
    "message.content": 2,
    "message.counts": 1,
    "message.facts": 2,
    "message.identity": 1,
    "message.policy": 5,
    "message.tangle": 1,
    "message.repair": 2,
    "smtp.address": 2,
    "smtp.capability": 2,
    "delivery.permission": 4,
    "delivery.sender": 4,
    "delivery.schedule": 7,
    "delivery.identity": 8,
    "delivery.ladder": 3,
    "delivery.consistency": 3,
    "delivery.fallback": 4,
    "delivery.state": 3,
    "delivery.pace": 5,
    "smtp.comparison": 3,
    "discovery": 3,
    "dns.answer": 1,
    "dns.book": 2,
    "dns.macro": 5,
    "dns.name": 3,
    "dns.alias": 3,
    "dns.der": 2,
    "dns.dkim": 5,
    "dns.dkim_key": 3,
    "dns.dkim_signature": 2,
    "dns.tags": 3,
    "dns.dmarc": 4,
    "dns.dmarc_alignment": 4,
    "dns.dmarc_record": 3,
    "dns.dmarc_report": 1,
    "dns.dmarc_walk": 2,
    "dns.blocklist": 1,
    "dns.codes": 1,
    "dns.mta_sts": 3,
    "dns.mx": 3,
    "dns.reverse": 3,
    "dns.spf_leftover": 2,
    "dns.tls_rpt": 4,
    "dns.unchecked": 4,
    "dns.demand": 2,
    "dns.dkim_proposal": 6,
    "dns.dmarc_merge": 3,
    "dns.domain_report": 3,
    "dns.proposed": 3,
    "dns.domain_finding": 1,
    "dns.network": 2,
    "dns.spf_finding": 4,
    "dns.spf_merge": 5,
    "dns.spf_spelling": 3,
    "dns.spf_tree": 6,
    "dns.text": 2,
    "dns.spf_check": 5,
    "dns.spf_client": 1,
    "dns.spf_published": 4,
    "dns.spf_record": 3,
    "smtp.enhanced": 2,
    "smtp.fact": 3,
    "smtp.fault": 3,
    "smtp.login": 2,
    "smtp.reply": 4,
    "smtp.spelling": 5,
    "smtp.transcript": 5,
    "smtp.wording": 2,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name):
    module = importlib.import_module(f"odoo.addons.mail_gateway_plus.core.{name}")
    result = doctest.testmod(module)
    assert result.attempted >= EXAMPLES[name]
    assert not result.failed
