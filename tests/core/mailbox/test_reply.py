# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import pytest

from odoo.addons.mail_gateway_plus.core.mailbox import fault, reply


@pytest.mark.parametrize("name", sorted(reply.RESPONSE_CODES))
def test_each_response_code_is_understood(name):
    code = reply.RESPONSE_CODES[name]
    for said in (f"[{name}] whatever", f"-ERR [{name}] whatever", f"[{name.lower()}]"):
        assert reply.meaning(said) == code, said
    assert not code or code in fault.FACTS


def test_response_code_counts_at_the_beginning_only():
    assert reply.meaning("this is not [AUTHENTICATIONFAILED]") == ""


def test_response_code_may_carry_words():
    assert reply.meaning("[OVERQUOTA 12 34] full") == "mailbox_over_quota"


def test_each_code_of_the_tables_has_its_facts():
    used = {*fault.CODES.values(), *reply.RESPONSE_CODES.values()}
    used |= {code for _product, _words, code in reply.WORDINGS}
    used |= {fault.MESSAGE_REFUSED, fault.TOKEN_REFUSED}
    assert used - {""} == set(fault.FACTS)
