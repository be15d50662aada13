# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.mailbox import fault

STAGES = (
    *("resolve", "connect", "tls", "greeting", "starttls", "login"),
    *("folder", "list", "download", "acknowledge", "move", "delete", "folders"),
)
KINDS = sorted({kind for kind, _stage in fault.CODES})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stage", STAGES)
def test_each_kind_has_a_code_at_each_stage(kind, stage):
    assert fault.code(kind, stage).startswith("mailbox_")


def test_stage_of_its_own_wins():
    assert fault.code("answer", "login") == "mailbox_login_refused"
    assert fault.code("answer", "list") == "mailbox_command_refused"


def test_stages_of_the_table_exist():
    stages = {stage for _kind, stage in fault.CODES} - {fault.ANY}
    assert stages <= set(STAGES)
